import Compute
import FoundationEssentials
import Geometry
import Testing

@testable import EgoStream

/// What `pose` may name beside sockets.
struct PoseSourceTests {
  private func withFile<Result>(_ name: String, _ text: String, _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/\(UInt64.random(in: 0...UInt64.max))-\(name)"
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  @Test func emptyMeansTheCalibration() throws {
    let poses = try openPoseSource("", calibration: SampleScene.calibration(ego: SampleScene.pose(at: [1, 2, 3])))
    let sample = poses.pose(mediaNanoseconds: 9_000_000_000, hostNanoseconds: 0)
    #expect(sample.worldToCamera.centre == [1, 2, 3])
    #expect(!sample.isStale)
    #expect(poses.counters == nil)
  }

  @Test func emptyWithNoEgoPoseIsRefused() throws {
    let thrown = #expect(throws: Failure.self) { try openPoseSource("", calibration: SampleScene.calibration()) }
    let failure = try #require(thrown)
    #expect(failure.kind == .pose)
    #expect(failure.message.contains("ego.world_to_camera") && failure.message.contains("udp://"))
  }

  @Test func readsATUMFileByMediaTime() throws {
    let poses = try withFile("head.tum", "5 0 0 0 0 0 0 1\n6 2 0 0 0 0 0 1\n") {
      try openPoseSource($0, calibration: SampleScene.calibration())
    }
    let middle = poses.pose(mediaNanoseconds: 500_000_000, hostNanoseconds: 123)
    #expect(abs(middle.worldToCamera.centre.x - 1) < 1e-6 && !middle.isStale)
    #expect(poses.pose(mediaNanoseconds: 2_000_000_000, hostNanoseconds: 123).isStale)
  }

  @Test func readsTheEgoPosesOfAnotherDocument() throws {
    let camera = "\"model\": \"pinhole\", \"width\": 160, \"height\": 120, \"f\": 120, \"cx\": 80, \"cy\": 60"
    let text = """
      {"exo": {\(camera)}, "ego": {\(camera), "world_to_camera": [[1, 0, 0, -4], [0, 1, 0, 0], [0, 0, 1, 0]]}}
      """
    let poses = try withFile("other.json", text) { try openPoseSource($0, calibration: SampleScene.calibration()) }
    #expect(poses.pose(mediaNanoseconds: 0, hostNanoseconds: 0).worldToCamera.centre.x == 4)
    #expect(throws: Failure.self) {
      try withFile("none.json", "{\"exo\": {\(camera)}, \"ego\": {\(camera)}}") {
        try openPoseSource($0, calibration: SampleScene.calibration())
      }
    }
  }

  @Test(arguments: ["/nowhere/head.tum", "/nowhere/head.json", "rtp://127.0.0.1:5005"])
  func namesWhatCannotBeOpened(specification: String) throws {
    let thrown = #expect(throws: Failure.self) {
      try openPoseSource(specification, calibration: SampleScene.calibration())
    }
    #expect(try #require(thrown).message.contains(specification))
  }
}
