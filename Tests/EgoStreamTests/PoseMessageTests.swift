import Compute
import FoundationEssentials
import Testing

@testable import EgoStream

struct PoseMessageTests {
  private func read(_ text: String) throws(Failure) -> PoseMessage { try PoseMessage(json: Data(text.utf8)) }

  @Test func readsBothForms() throws {
    // A quarter turn to the right about the vertical, standing at (1, 2, 3).
    let half = 0.5.squareRoot()
    let placed = try read(
      "{\"t\": 12.5, \"position\": [1, 2, 3], \"quaternion\": [0, \(half), 0, \(half)], \"id\": \"head\"}")
    #expect(placed.senderNanoseconds == 12_500_000_000)
    let matrix = try read("{\"world_to_camera\": [[0, 0, -1, 3], [0, 1, 0, -2], [1, 0, 0, -1]]}")
    #expect(matrix.senderNanoseconds == nil)
    for point in [SIMD3<Float>(1, 2, 3), SIMD3(4, -1, 2), .zero] {
      let miss = placed.worldToCamera(point) - matrix.worldToCamera(point)
      #expect((miss * miss).sum() < 1e-10)
    }
  }

  @Test(arguments: [
    ("", "not a JSON document"), ("hello", "not a JSON document"), ("[1, 2]", "array"), ("{}", "no pose"),
    ("{\"t\": 1}", "no pose"), ("{\"position\": [1, 2, 3]}", "quaternion is missing"),
    ("{\"quaternion\": [0, 0, 0, 1]}", "position is missing"),
    ("{\"position\": [1, 2], \"quaternion\": [0, 0, 0, 1]}", "position has 2 numbers"),
    ("{\"position\": [1, 2, 3], \"quaternion\": [0, 0, 1]}", "quaternion has 3 numbers"),
    ("{\"position\": [1, 2, 3], \"quaternion\": [0, 0, 0, 2]}", "length is 2.0"),
    ("{\"position\": [1, 2, 3], \"quaternion\": [0, 0, 0, 0]}", "length is 0.0"),
    ("{\"position\": [1, 2, 1e9], \"quaternion\": [0, 0, 0, 1]}", "1000000000.0"),
    ("{\"position\": [412345, 2, 3], \"quaternion\": [0, 0, 0, 1]}", "subtract a local origin"),
    ("{\"world_to_camera\": [[1, 0, 0, 412345], [0, 1, 0, 0], [0, 0, 1, 0]]}", "subtract a local origin"),
    ("{\"position\": \"here\", \"quaternion\": [0, 0, 0, 1]}", "position is a string"),
    ("{\"t\": 1.7e18, \"position\": [1, 2, 3], \"quaternion\": [0, 0, 0, 1]}", "1.7e+18"),
    ("{\"world_to_camera\": [[1, 0, 0, 0]]}", "3 rows"),
    ("{\"world_to_camera\": [[2, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]}", "no rotation"),
    (
      "{\"world_to_camera\": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], \"position\": [1, 2, 3]}", "one of them"
    ),
  ])
  func refuses(text: String, reason: String) throws {
    let thrown = #expect(throws: Failure.self) { try read(text) }
    let failure = try #require(thrown)
    #expect(failure.kind == .pose)
    #expect(failure.message.contains(reason), "\(failure.message)")
  }
}
