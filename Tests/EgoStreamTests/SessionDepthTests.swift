import Compute
import Geometry
import Testing

@testable import EgoStream

/// Frames whose depth is missing, empty or assumed.
struct SessionDepthTests {
  private let frame = AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)
  private let view = SampleScene.pose(at: [0.2, 0, 0.3])

  private func rig(depth: DepthFormat = DepthFormat()) throws -> SessionRig {
    try SessionRig(SampleScene.calibration(ego: view, depth: depth))
  }

  @Test func anOrdinaryFrameSaysSo() throws {
    let rig = try rig()
    try rig.push(frame)
    #expect(rig.session.hasFinishedFrame)
    let pulled = try rig.pull()
    let info = try #require(pulled)
    #expect(info.presentationNanoseconds == 7)
    #expect(!info.depthWasMissing && !info.poseIsStale)
    #expect(info.coverage == Float(rig.mask.count(where: { $0 == 255 })) / Float(rig.mask.count))
    #expect(info.coverage > 0.9)
    #expect(try rig.pull() == nil)
  }

  /// 0 and 65535 always mean "not measured"; 4000 does here because the calibration says so.
  @Test(arguments: [nil, UInt16(0), 65535, 4000]) func emptyDepthKeepsTheMap(sample: UInt16?) throws {
    let rig = try rig(depth: DepthFormat(invalid: 4000))
    for _ in 0..<5 { try rig.push(frame) }
    _ = try rig.pull()
    let (picture, points) = (rig.picture, rig.session.mapPoints)
    #expect(points > 15_000)
    var empty = frame
    if let sample { empty.depth = [UInt16](repeating: sample, count: frame.depth.count) }
    for _ in 0..<40 {
      try rig.push(empty, withDepth: sample != nil)
      let pulled = try rig.pull()
      #expect(try #require(pulled).depthWasMissing)
    }
    #expect(rig.session.mapPoints == points)
    #expect(rig.picture == picture)
    try rig.push(frame)
    let pulled = try rig.pull()
    #expect(try #require(pulled).depthWasMissing == false)
  }

  /// The backdrop is for scenes without a depth camera: not for a frame that lacks it, but again for another scene.
  @Test func forgettingTheSceneForgetsThatDepthCame() throws {
    let rig = try rig(depth: DepthFormat(assumedMetres: 3))
    try rig.push(frame)
    try rig.push(frame, withDepth: false)
    let missing = try rig.pull()
    #expect(try #require(missing).depthWasMissing)
    rig.session.flush(forgetMap: true)
    try rig.push(frame, withDepth: false)
    let assumed = try rig.pull()
    #expect(try #require(assumed).depthWasMissing == false)
  }

  @Test func noDepthAtAllIsBlackUnlessAssumed() throws {
    let without = try rig()
    try without.push(frame, withDepth: false)
    let nothing = try without.pull()
    #expect(try #require(nothing).depthWasMissing)
    #expect(try #require(nothing).coverage == 0)
    let assumed = try rig(depth: DepthFormat(assumedMetres: 3))
    try assumed.push(frame, withDepth: false)
    let pulled = try assumed.pull()
    let info = try #require(pulled)
    #expect(!info.depthWasMissing)
    #expect(info.coverage > 0.9)
    // The scene is that wall: the picture is the one that measured depth makes.
    let measured = try rig()
    try measured.push(frame)
    _ = try measured.pull()
    let off = zip(assumed.picture, measured.picture).count { abs(Int($0) - Int($1)) > 3 }
    #expect(off < assumed.picture.count / 100)
  }

  @Test func depthUnitsAndKindsGiveTheSamePicture() throws {
    var pictures: [[UInt8]] = []
    let rays = (0..<frame.depth.count).map { i in
      SampleScene.camera.unproject(SIMD2(Double(i % 160), Double(i / 160)))?.z ?? 1
    }
    for format in [
      DepthFormat(metresPerUnit: 0.001, kind: .z), DepthFormat(metresPerUnit: 0.0005, kind: .z),
      DepthFormat(metresPerUnit: 0.001, kind: .range),
    ] {
      var other = frame
      for i in other.depth.indices {
        let metres = Double(frame.depth[i]) * 0.001 / (format.kind == .range ? rays[i] : 1)
        other.depth[i] = UInt16((metres / format.metresPerUnit).rounded())
      }
      let rig = try rig(depth: format)
      for _ in 0..<3 { try rig.push(other) }
      _ = try rig.pull()
      pictures.append(rig.picture)
    }
    for picture in pictures.dropFirst() {
      let off = zip(picture, pictures[0]).count { abs(Int($0) - Int($1)) > 3 }
      #expect(off < picture.count / 100)
    }
  }
}
