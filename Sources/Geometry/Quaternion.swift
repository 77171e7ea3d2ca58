/// A unit quaternion, for interpolating rotations: x, y, z the vector part, w the scalar.
struct Quaternion: Equatable, Sendable {
  var vector: SIMD4<Double>

  init(_ vector: SIMD4<Double>) {
    self.vector = vector / (vector * vector).sum().squareRoot()
  }

  /// From a rotation matrix, by the largest of the four components (Shepperd 1978), so that no case divides by near zero.
  init(rows r: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>)) {
    let (a, b, c) = (SIMD3<Double>(r.0), SIMD3<Double>(r.1), SIMD3<Double>(r.2))
    let trace = a.x + b.y + c.z
    if trace >= max(a.x, b.y, c.z) {
      self.init(SIMD4(c.y - b.z, a.z - c.x, b.x - a.y, 1 + trace))
    } else if a.x >= max(b.y, c.z) {
      self.init(SIMD4(1 + a.x - b.y - c.z, a.y + b.x, a.z + c.x, c.y - b.z))
    } else if b.y >= c.z {
      self.init(SIMD4(a.y + b.x, 1 + b.y - a.x - c.z, b.z + c.y, a.z - c.x))
    } else {
      self.init(SIMD4(a.z + c.x, b.z + c.y, 1 + c.z - a.x - b.y, b.x - a.y))
    }
  }

  var rows: (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
    let (x, y, z, w) = (vector.x, vector.y, vector.z, vector.w)
    return (
      SIMD3<Float>(SIMD3(1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w))),
      SIMD3<Float>(SIMD3(2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w))),
      SIMD3<Float>(SIMD3(2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)))
    )
  }

  /// Spherical interpolation along the shorter arc; `t` in 0...1.
  func interpolated(to other: Quaternion, _ t: Double) -> Quaternion {
    var end = other.vector
    var cosine = (vector * end).sum()
    if cosine < 0 {
      end = -end
      cosine = -cosine
    }
    if cosine > 0.9995 { return Quaternion(vector + t * (end - vector)) }
    let angle = arcCosine(cosine)
    let (a, b) = (sine((1 - t) * angle), sine(t * angle))
    return Quaternion(a * vector + b * end)
  }
}
