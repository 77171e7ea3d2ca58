import Compute

/// A camera's `worldToCamera` pose over time: poses at rising times, interpolated on SE(3) in between, held at the ends.
public struct Trajectory: Sendable {
  /// Nanoseconds of media time, rising.
  public private(set) var times: [Int64]
  public private(set) var poses: [Pose]

  /// One pose for all time.
  public init(fixed pose: Pose) {
    times = [0]
    poses = [pose]
  }

  /// Poses at rising times.
  /// - Throws: `Failure` of kind `.pose` when times do not rise, or the lists are empty or of different lengths.
  public init(times: [Int64], poses: [Pose]) throws(Failure) {
    guard !times.isEmpty, times.count == poses.count else {
      throw Failure(
        .pose, "trajectory: \(times.count) times and \(poses.count) poses; expected as many of each, at least one")
    }
    for (i, (a, b)) in zip(times, times.dropFirst()).enumerated() where b <= a {
      throw Failure(
        .pose, "trajectory: time \(b) ns at pose \(i + 1) does not come after \(a) ns; expected rising times")
    }
    self.times = times
    self.poses = poses
  }

  /// The pose at a time, and whether the time lies outside the trajectory (the end pose is then held).
  public func pose(at time: Int64) -> (pose: Pose, isHeld: Bool) {
    let last = times.count - 1
    if time <= times[0] { return (poses[0], time < times[0] && last > 0) }
    if time >= times[last] { return (poses[last], time > times[last] && last > 0) }
    var low = 0
    var high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle } else { high = middle }
    }
    let t = Double(time - times[low]) / Double(times[high] - times[low])
    return (poses[low].interpolated(to: poses[high], t), false)
  }
}

extension Pose {
  /// Between two `worldToCamera` poses: the camera's centre moves straight, its rotation along the shorter arc.
  public func interpolated(to other: Pose, _ t: Double) -> Pose {
    if t <= 0 { return self }
    if t >= 1 { return other }
    let rows = Quaternion(rows: rows).interpolated(to: Quaternion(rows: other.rows), t).rows
    let centre = self.centre + Float(t) * (other.centre - self.centre)
    var pose = Pose(rows: rows, translation: .zero)
    pose.translation = -pose.rotate(centre)
    return pose
  }

  /// From a 3×4 (or 4×4) `[R | t]` matrix.
  /// - Throws: `Failure` of kind `.calibration` when the shape is wrong, the left part is no rotation (within 1%) or the
  ///   camera stands beyond `furthestMetres`.
  public init(matrix: [[Double]], field: String) throws(Failure) {
    guard matrix.count == 3 || matrix.count == 4, matrix.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isFinite) })
    else {
      throw Failure(.calibration, "\(field) is not 3 rows of 4 finite numbers [R | t]")
    }
    let r = matrix.prefix(3).map { SIMD3($0[0], $0[1], $0[2]) }
    let worst =
      [
        abs((r[0] * r[0]).sum() - 1), abs((r[1] * r[1]).sum() - 1), abs((r[2] * r[2]).sum() - 1),
        abs((r[0] * r[1]).sum()), abs((r[0] * r[2]).sum()), abs((r[1] * r[2]).sum()),
      ].max() ?? 1
    let cross = SIMD3(
      r[0].y * r[1].z - r[0].z * r[1].y, r[0].z * r[1].x - r[0].x * r[1].z, r[0].x * r[1].y - r[0].y * r[1].x)
    let determinant = (cross * r[2]).sum()
    guard worst < 0.01, determinant > 0 else {
      throw Failure(
        .calibration,
        "\(field): the left 3×3 part is no rotation (off by \(worst), determinant \(determinant)); expected worldToCamera [R | t]"
      )
    }
    try Self.checkReach(
      SIMD3(matrix[0][3], matrix[1][3], matrix[2][3]), "translation", field: field, kind: .calibration)
    let exact = Quaternion(rows: (SIMD3<Float>(r[0]), SIMD3<Float>(r[1]), SIMD3<Float>(r[2]))).rows
    self.init(rows: exact, translation: SIMD3(Float(matrix[0][3]), Float(matrix[1][3]), Float(matrix[2][3])))
  }
}

extension Trajectory {
  /// From a calibration's matrices: one pose, or one a frame; `nil` where the document has none.
  init?(_ document: CalibrationDocument.MatricesDocument?, framesPerSecond: Double, field: String) throws(Failure) {
    guard let document else { return nil }
    guard !document.list.isEmpty else {
      throw Failure(.calibration, "\(field).world_to_camera is empty; expected one 3×4 matrix or one a frame")
    }
    var poses: [Pose] = []
    for (i, matrix) in document.list.enumerated() {
      let place = document.isOne ? "\(field).world_to_camera" : "\(field).world_to_camera[\(i)]"
      poses.append(try Pose(matrix: matrix, field: place))
    }
    let interval = 1e9 / framesPerSecond
    try self.init(times: poses.indices.map { Int64((Double($0) * interval).rounded()) }, poses: poses)
  }
}
