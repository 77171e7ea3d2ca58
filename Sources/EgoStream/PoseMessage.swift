import Compute
import FoundationEssentials
import Geometry

/// One line of a live pose datagram: the ego camera's pose, and when on the sender's clock it was there.
///
///     {"t": 12.345, "position": [0.1, -1.6, 2], "quaternion": [0, 0, 0, 1]}
///     {"t": 12.345, "world_to_camera": [[1, 0, 0, -0.1], [0, 1, 0, 1.6], [0, 0, 1, -2]]}
struct PoseMessage: Equatable {
  /// The sender's clock, nanoseconds; `nil` where the line gives no time.
  let senderNanoseconds: Int64?
  let worldToCamera: Pose

  init(senderNanoseconds: Int64?, worldToCamera: Pose) {
    self.senderNanoseconds = senderNanoseconds
    self.worldToCamera = worldToCamera
  }

  private struct Line: Decodable {
    let t: Double?
    let position: [Double]?
    let quaternion: [Double]?
    let world_to_camera: [[Double]]?
  }

  /// Reads a line of JSON.
  /// - Throws: `Failure` of kind `.pose` with the field, its value and what was expected.
  init(json: Data) throws(Failure) {
    let line: Line
    do {
      line = try JSONDecoder().decode(Line.self, from: json)
    } catch let error as DecodingError {
      throw Failure(.pose, error.inWords)
    } catch {
      throw Failure(.pose, "\(error)")
    }
    if let t = line.t {
      // Fits 64 bits of nanoseconds, and seconds since 1970 until the year 2096.
      guard abs(t) < 4e9 else { throw Failure(.pose, "t is \(t); expected seconds, at most 4e9") }
      senderNanoseconds = Int64((t * 1e9).rounded())
    } else {
      senderNanoseconds = nil
    }
    switch (line.world_to_camera, line.position, line.quaternion) {
    case (let matrix?, nil, nil):
      do {
        worldToCamera = try Pose(matrix: matrix, field: "world_to_camera")
      } catch {
        throw Failure(.pose, error.message)
      }
    case (nil, let position?, let quaternion?):
      guard position.count == 3 else {
        throw Failure(.pose, "position has \(position.count) numbers; expected x, y, z")
      }
      guard quaternion.count == 4 else {
        throw Failure(.pose, "quaternion has \(quaternion.count) numbers; expected x, y, z, w")
      }
      worldToCamera = try Pose(
        position: SIMD3(position[0], position[1], position[2]),
        quaternion: SIMD4(quaternion[0], quaternion[1], quaternion[2], quaternion[3]), field: "pose")
    case (nil, nil, nil):
      throw Failure(.pose, "no pose in it; expected position and quaternion, or world_to_camera")
    case (nil, _, nil):
      throw Failure(.pose, "quaternion is missing beside position")
    case (nil, nil, _):
      throw Failure(.pose, "position is missing beside quaternion")
    default:
      throw Failure(.pose, "both world_to_camera and position or quaternion are given; expected one of them")
    }
  }
}
