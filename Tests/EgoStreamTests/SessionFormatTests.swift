import Compute
import Geometry
import Testing

@testable import EgoStream

/// Frames and settings of the wrong size are refused, and the session goes on.
struct SessionFormatTests {
  private let frame = AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)

  /// A change of one number of a frame's planes, and what the message has to say.
  @Test(arguments: [
    ("colour width", "159×120"), ("colour height", "160×119"), ("colour stride", "600 bytes"),
    ("depth width", "80×120"), ("depth height", "160×60"), ("depth stride", "200 bytes"),
    ("odd depth stride", "321 bytes"),
  ])
  func refusesFramesOfAnotherSize(change: String, message: String) throws {
    let rig = try SessionRig(SampleScene.calibration(ego: .identity))
    try rig.push(frame)
    let points = rig.session.mapPoints
    let thrown = #expect(throws: Failure.self) {
      try frame.withPlanes { colour, depth throws(Failure) in
        let wrong = (
          colour: ColourPlane(
            base: colour.base, width: change == "colour width" ? 159 : 160,
            height: change == "colour height" ? 119 : 120,
            stride: change == "colour stride" ? 600 : 640),
          depth: DepthPlane(
            base: depth.base, width: change == "depth width" ? 80 : 160, height: change == "depth height" ? 60 : 120,
            stride: change == "depth stride" ? 200 : change == "odd depth stride" ? 321 : 320)
        )
        try rig.push(wrong.colour, wrong.depth)
      }
    }
    let failure = try #require(thrown)
    #expect(failure.kind == .format)
    #expect(failure.message.contains(message) && failure.message.contains("160×120"), "\(failure.message)")
    #expect(rig.session.mapPoints == points)
    try rig.push(frame)
    let pulled = try rig.pull()
    #expect(try #require(pulled).coverage > 0.9)
  }

  @Test func refusesPlanesOfAnotherSizeAndKeepsTheFrame() throws {
    let rig = try SessionRig(SampleScene.calibration(ego: .identity))
    try rig.push(frame)
    for (width, channels) in [(159, 3), (80, 3), (160, 4)] {
      let thrown = #expect(throws: Failure.self) { try rig.pull(width: width, channels: channels) }
      #expect(try #require(thrown).kind == .format)
    }
    #expect(rig.session.hasFinishedFrame)
    let pulled = try rig.pull()
    #expect(try #require(pulled).coverage > 0.9)
  }

  @Test func refusesSettingsOutOfRange() throws {
    for (name, configure) in [
      ("map-capacity is 9999", { (c: inout EgoSession.Configuration) in c.mapCapacity = 9999 }),
      ("map-capacity is 50000001", { $0.mapCapacity = 50_000_001 }),
      ("voxel-size is -0.1", { $0.voxelSizeMetres = -0.1 }),
      ("voxel-size is nan", { $0.voxelSizeMetres = .nan }), ("voxel-size is 2.0", { $0.voxelSizeMetres = 2 }),
    ] {
      let thrown = #expect(throws: Failure.self) {
        try SessionRig(SampleScene.calibration(ego: .identity), configure: configure)
      }
      let failure = try #require(thrown)
      #expect(failure.kind == .setting && failure.message.contains(name), "\(failure.message)")
    }
  }

  @Test func takesTheSameShapeInAnotherSizeOnly() throws {
    let calibration = SampleScene.calibration(ego: .identity)
    let poses = try openPoseSource("", calibration: calibration)
    var configuration = EgoSession.Configuration()
    configuration.backend = .cpu
    for (width, height, fits) in [(320, 240, true), (80, 60, true), (320, 200, false), (8, 6, false), (0, 0, false)] {
      func open() throws -> EgoSession {
        try EgoSession(
          calibration: calibration, poses: poses, exoWidth: width, exoHeight: height, configuration: configuration)
      }
      if fits {
        #expect(try open().egoWidth == 160)
      } else {
        let thrown = #expect(throws: Failure.self) { try open() }
        let failure = try #require(thrown)
        #expect(failure.kind == .format && failure.message.contains("\(width)×\(height)"), "\(failure.message)")
      }
    }
  }

  @Test func flushingForgetsFramesAndTheMapWhenAsked() throws {
    let rig = try SessionRig(SampleScene.calibration(ego: .identity))
    try rig.push(frame)
    rig.session.flush(forgetMap: false)
    #expect(!rig.session.hasFinishedFrame && rig.session.mapPoints > 0)
    #expect(try rig.pull() == nil)
    rig.session.flush(forgetMap: true)
    #expect(rig.session.mapPoints == 0)
  }
}
