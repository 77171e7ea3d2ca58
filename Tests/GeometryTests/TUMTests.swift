import Compute
import FoundationEssentials
import Geometry
import Testing

/// TUM trajectory files.
struct TUMTests {
  private func trajectory(_ text: String) throws -> Trajectory {
    let path = FileManager.default.temporaryDirectory.path + "/trajectory-\(UInt64.random(in: 0...UInt64.max)).tum"
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Trajectory(tumFile: path)
  }

  @Test func whatIsNoFileIsNotRead() {
    let failure = #expect(throws: Failure.self) { try Trajectory(tumFile: FileManager.default.temporaryDirectory.path) }
    #expect(failure?.message.contains("expected a regular file") == true, "\(failure?.message ?? "")")
  }

  @Test(arguments: ["\n", "\r\n"]) func readsLinesCommentsAndCommas(newline: String) throws {
    let text = [
      "# time x y z qx qy qz qw", "1700000000.5 1 2 3 0 0 0 1", "", "1700000000.75\t1.5,2,3 0 0 0 1  # moved",
      "1700000001.5 1 2 3 0 0.70710678 0 0.70710678", "",
    ].joined(separator: newline)
    let read = try trajectory(text)
    #expect(read.times == [0, 250_000_000, 1_000_000_000])
    #expect(read.poses[0] == Pose(rows: Pose.identity.rows, translation: [-1, -2, -3]))
    #expect(read.poses[1].centre == [1.5, 2, 3])
    // The file says how the camera is turned in the world: a quarter to the right, so what lies to the world's right
    // (x) of the camera lies ahead of it (z).
    let ahead = read.poses[2](SIMD3(1 + 2, 2, 3))
    #expect(abs(ahead.x) < 1e-5 && abs(ahead.y) < 1e-5 && abs(ahead.z - 2) < 1e-5)
  }

  @Test(arguments: [
    ("0 1 2 3 0 0 0 1\n1 1 2 3 0 0 1\n", "line 2", "eight numbers"),
    ("# only\n\n0 1 2 3 0 0 0 x\n", "line 3", "eight numbers"),
    ("0 1 2 3 0 0 0 1\n\n1 1 2 nan 0 0 0 1\n", "line 3", "eight numbers"),
    ("0 1 2 3 0 0 0 2\n", "line 1", "length is 2.0"),
    ("0 1e9 2 3 0 0 0 1\n", "line 1", "position"),
    ("0 1 2 3 0 0 0 1\n1 9000 9000 3 0 0 0 1\n", "line 2", "subtract a local origin"),
    ("0 1 2 3 0 0 0 1\n1e300 1 2 3 0 0 0 1\n", "line 2", "1e+300"),
    ("5 1 2 3 0 0 0 1\n6 1 2 3 0 0 0 1\n5.5 1 2 3 0 0 0 1\n", "line 3", "5.5"),
    ("# nothing\n", "", "at least one"),
  ])
  func saysWhichLineIsWrong(text: String, line: String, reason: String) throws {
    let failure = #expect(throws: Failure.self) { try trajectory(text) }
    #expect(failure?.kind == .pose)
    let message = try #require(failure?.message)
    #expect(message.contains(line) && message.contains(reason) && message.contains("trajectory-"), "\(message)")
  }

  @Test func saysWhichFileIsMissing() {
    let failure = #expect(throws: Failure.self) { try Trajectory(tumFile: "/nowhere/head.tum") }
    #expect(failure?.kind == .pose)
    #expect(failure?.message.contains("/nowhere/head.tum") == true)
  }
}
