import Compute

extension Trajectory {
  /// Reads a TUM trajectory: lines of `time x y z qx qy qz qw`, seconds and metres, the camera in the world
  /// (`cameraToWorld`); `#` starts a comment. Media time 0 is the first line's time.
  /// - Throws: `Failure` of kind `.pose` naming the file, the line and what was expected.
  public init(tumFile path: String) throws(Failure) {
    let data = try readFile(path, what: "trajectory", kind: .pose)
    var times: [Int64] = []
    var poses: [Pose] = []
    var start: Double?
    var (rest, number) = (data[...], -1)
    // Bytes, not characters: "\r\n" is one character and would not part lines.
    while !rest.isEmpty {
      let bytes = rest.prefix { $0 != UInt8(ascii: "\n") }
      rest = rest[min(bytes.endIndex + 1, rest.endIndex)...]
      number += 1
      let line = String(decoding: bytes, as: UTF8.self)
      let fields = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == "\r" }
      if fields.isEmpty { continue }
      let numbers = fields.compactMap { Double($0) }
      guard fields.count == 8, numbers.count == 8, numbers.allSatisfy(\.isFinite) else {
        throw Failure(.pose, "trajectory \(path), line \(number + 1): expected eight numbers: time x y z qx qy qz qw")
      }
      let origin = start ?? numbers[0]
      start = origin
      let seconds = numbers[0] - origin
      guard abs(seconds) < 1e8 else {
        throw Failure(
          .pose, "trajectory \(path), line \(number + 1): time \(numbers[0]) is \(seconds) s from the first")
      }
      let time = Int64((seconds * 1e9).rounded())
      if let last = times.last, time <= last {
        throw Failure(
          .pose,
          "trajectory \(path), line \(number + 1): time \(numbers[0]) does not come after the line before; expected rising times"
        )
      }
      times.append(time)
      poses.append(
        try Pose(
          position: SIMD3(numbers[1], numbers[2], numbers[3]),
          quaternion: SIMD4(numbers[4], numbers[5], numbers[6], numbers[7]),
          field: "trajectory \(path), line \(number + 1)"))
    }
    do {
      try self.init(times: times, poses: poses)
    } catch {
      throw Failure(.pose, "trajectory \(path): \(error.message)")
    }
  }
}

extension Pose {
  /// `worldToCamera` from where a camera stands (metres) and how it is turned (`cameraToWorld` quaternion x, y, z, w).
  /// - Throws: `Failure` of kind `.pose` when numbers are not finite, the quaternion's length is not 1 (within 5%) or
  ///   the camera stands beyond `furthestMetres`.
  public init(position: SIMD3<Double>, quaternion: SIMD4<Double>, field: String) throws(Failure) {
    let length = (quaternion * quaternion).sum().squareRoot()
    guard abs(length - 1) < 0.05 else {
      throw Failure(.pose, "\(field): quaternion length is \(length); expected 1 (x, y, z, w)")
    }
    try Self.checkReach(position, "position", field: field, kind: .pose)
    let cameraToWorld = Pose(rows: Quaternion(quaternion).rows, translation: SIMD3<Float>(position))
    self = cameraToWorld.inverse
  }
}
