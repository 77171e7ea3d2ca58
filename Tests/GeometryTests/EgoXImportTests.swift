import Compute
import FoundationEssentials
import Geometry
import Testing

/// EgoX's descriptions become calibrations that can be read.
struct EgoXImportTests {
  /// A description of a 3840×2160 camera two metres from an ego camera that moves aside in three frames.
  private static func meta(intrinsics: String = "[[1200,0,1920],[0,1200,1080],[0,0,1]]") -> String {
    let pose = { (x: Double) in "[[1,0,0,\(x)],[0,1,0,0],[0,0,1,-2],[0,0,0,1]]" }
    return """
      {"test_datasets": [{"exo_path": "./videos/bench/exo.mp4", "prompt": "a bench",
        "camera_intrinsics": \(intrinsics),
        "camera_extrinsics": [[1,0,0,0],[0,1,0,0],[0,0,1,0]],
        "ego_intrinsics": [[150,0,255.5],[0,150,255.5],[0,0,1]],
        "ego_extrinsics": [\(pose(0)), \(pose(0.1)), \(pose(0.2))]}]}
      """
  }

  private static func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.path + "/egox-\(UInt64.random(in: 0...UInt64.max)).json"
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
  }

  private static func imported(_ text: String) throws -> Calibration {
    let document = try withFile(text) { try EgoXImport().document(ofMetaFile: $0) }
    return try Calibration(json: Data(document.utf8), name: "imported")
  }

  @Test func scalesAndCutsTheExoCamera() throws {
    let exo = try Self.imported(Self.meta()).exo
    #expect(exo.width == 784)
    #expect(exo.height == 448)
    // 3840×2160 covers 784×448 at 796×448, of which 6 columns are cut on each side.
    #expect(abs(exo.lens.focal.x - 1200 * 796 / 3840) < 1e-9)
    #expect(abs(exo.lens.focal.y - 1200.0 * 448 / 2160) < 1e-9)
    #expect(exo.lens.principal == SIMD2(392, 224))
  }

  @Test func leavesACameraOfTheVideosSizeAsItIs() throws {
    let exo = try Self.imported(Self.meta(intrinsics: "[[634.5,0,392],[0,634.25,224],[0,0,1]]")).exo
    #expect(exo.lens.focal == SIMD2(634.5, 634.25))
    #expect(exo.lens.principal == SIMD2(392, 224))
  }

  @Test func keepsPosesNameAndTurn() throws {
    let calibration = try Self.imported(Self.meta())
    #expect(calibration.name == "bench")
    #expect(calibration.frames == 3)
    #expect(calibration.ego.rotateClockwiseDegrees == 90)
    let poses = try #require(calibration.egoTrajectory).poses
    #expect(poses.count == 3)
    #expect(abs(poses[2].centre.x + 0.2) < 1e-6)
    #expect(abs(poses[2].centre.z - 2) < 1e-6)
  }

  @Test func saysWhatIsWrong() throws {
    #expect(throws: Failure.self) { try Self.imported("{}") }
    #expect(throws: Failure.self) { try Self.imported("no JSON") }
    #expect(throws: Failure.self) { try Self.imported(Self.meta(intrinsics: "[[1,2],[3,4]]")) }
    let message = #expect(throws: Failure.self) {
      try Self.withFile(Self.meta()) { path in
        var importer = EgoXImport()
        importer.entry = 3
        _ = try importer.document(ofMetaFile: path)
      }
    }
    #expect(message?.message.contains("entry 3") == true)
  }
}
