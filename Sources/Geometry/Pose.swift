/// A rigid transform: `point' = rotation · point + translation`, metres.
///
/// Cameras use it as `worldToCamera`, with axes as in OpenCV: x right, y down, z forward.
public struct Pose: Equatable, Sendable {
  /// Rows of the rotation matrix.
  public var rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)
  public var translation: SIMD3<Float>

  public init(rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>), translation: SIMD3<Float>) {
    self.rows = rows
    self.translation = translation
  }

  public static let identity = Pose(rows: ([1, 0, 0], [0, 1, 0], [0, 0, 1]), translation: .zero)

  public static func == (a: Pose, b: Pose) -> Bool {
    a.rows.0 == b.rows.0 && a.rows.1 == b.rows.1 && a.rows.2 == b.rows.2 && a.translation == b.translation
  }

  /// Transforms a point.
  @inline(__always) public func callAsFunction(_ p: SIMD3<Float>) -> SIMD3<Float> { rotate(p) + translation }

  /// Rotates a direction.
  @inline(__always) public func rotate(_ d: SIMD3<Float>) -> SIMD3<Float> {
    let (a, b, c) = rows
    return SIMD3(
      a.x * d.x + a.y * d.y + a.z * d.z, b.x * d.x + b.y * d.y + b.z * d.z, c.x * d.x + c.y * d.y + c.z * d.z)
  }

  public var inverse: Pose {
    let columns: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) = (
      [rows.0.x, rows.1.x, rows.2.x], [rows.0.y, rows.1.y, rows.2.y], [rows.0.z, rows.1.z, rows.2.z]
    )
    var out = Pose(rows: columns, translation: .zero)
    out.translation = -out.rotate(translation)
    return out
  }

  /// Where the camera stands in the world, for a `worldToCamera` pose.
  public var centre: SIMD3<Float> { inverse.translation }
}
