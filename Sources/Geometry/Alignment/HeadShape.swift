#if canImport(Glibc)
  import Glibc
#endif

/// A head on shoulders as a depth camera sees it: where a person's surface is, and where it is not.
///
/// Places are metres from the head's middle in the upright picture's axes, x right and y down, so it takes a camera that
/// stands roughly upright; which way the person faces does not matter.
enum HeadShape {
  /// From the eyes to the head's middle, against the direction of sight.
  static let behindEyes: Float = 0.09
  static let radius = 0.09

  /// On the head.
  static let head: [SIMD2<Double>] =
    [.zero] + ring(radius: 0.04, count: 6) + ring(radius: 0.08, count: 10)
  /// Above it: something further off, or nearer.
  static let above = grid(x: [-0.1, 0, 0.1], y: [-0.36, -0.3, -0.24, -0.19])
  /// Beside it, over the shoulders: the same.
  static let beside = grid(x: [-0.3, -0.24, -0.19, 0.19, 0.24, 0.3], y: [-0.06, 0, 0.06])
  /// Chest or back.
  static let below = grid(x: [-0.1, 0, 0.1], y: [0.28, 0.36, 0.45])

  private static func ring(radius: Double, count: Int) -> [SIMD2<Double>] {
    (0..<count).map { index in
      let angle = Double(index) * 2 * .pi / Double(count)
      return SIMD2(cos(angle), sin(angle)) * radius
    }
  }

  private static func grid(x: [Double], y: [Double]) -> [SIMD2<Double>] {
    y.flatMap { y in x.map { SIMD2($0, y) } }
  }
}
