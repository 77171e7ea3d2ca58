import Glibc

/// A lens in the form that the kernels use: one polynomial and no trigonometry.
///
/// With c = z/|p| the cosine of the angle from the axis, a fisheye's image-plane point is (x, y)/|p| · s(c) with
/// s = θd(θ)/sin θ, which is smooth in c; it is fitted once by Chebyshev interpolation. For a pinhole s = 1/c. The CPU
/// and Vulkan kernels evaluate the same coefficients, so they draw the same picture.
public struct FastLens: Sendable {
  public static let degree = 10

  /// Whether s = 1/c.
  public let isPinhole: Bool
  /// s as a polynomial in t = (c - middle) · stretch, lowest power first.
  public let coefficients: [Float]
  public let middle: Float
  public let stretch: Float
  /// Directions with a smaller cosine have no pixel.
  public let minimumCosine: Float
  /// Upright pixel = `offset + bent.x · columns.0 + bent.y · columns.1`: focal lengths, principal point and turn in one.
  public let columns: (SIMD2<Float>, SIMD2<Float>)
  public let offset: SIMD2<Float>
  public let tangential: SIMD2<Float>
  public let thinPrism: SIMD4<Float>
  /// Upright picture size.
  public let width: Int
  public let height: Int
  /// Pixels an angle of one radian covers near the axis.
  public let focal: Float

  public init(_ camera: Camera) {
    width = camera.width
    height = camera.height
    let lens = camera.lens
    let origin = camera.upright(lens.principal)
    offset = SIMD2<Float>(origin)
    columns = (
      SIMD2<Float>(camera.upright(lens.principal + SIMD2(lens.focal.x, 0)) - origin),
      SIMD2<Float>(camera.upright(lens.principal + SIMD2(0, lens.focal.y)) - origin)
    )
    focal = Float((lens.focal.x + lens.focal.y) / 2)
    switch lens {
    case .pinhole:
      isPinhole = true
      coefficients = [Float](repeating: 0, count: Self.degree + 1)
      middle = 0
      stretch = 1
      tangential = .zero
      thinPrism = .zero
      minimumCosine = Float(cos(min(Self.widestTheta(camera), 1.5)))
    case .fisheye(let fisheye):
      isPinhole = false
      tangential = SIMD2<Float>(fisheye.tangential)
      thinPrism = SIMD4<Float>(fisheye.thinPrism)
      let low = cos(min(Self.widestTheta(camera), 2.6))
      minimumCosine = Float(low)
      let half = (1 - low) / 2
      let centre = (1 + low) / 2
      middle = Float(centre)
      stretch = Float(1 / half)
      coefficients = Self.fit(degree: Self.degree) { t in
        let theta = acos(max(-1, min(1, centre + half * t)))
        return theta < 1e-6 ? 1 : fisheye.distorted(theta: theta) / sin(theta)
      }.map { Float($0) }
    }
  }

  /// The widest angle from the axis that any pixel of the picture (inside the image circle) sees.
  private static func widestTheta(_ camera: Camera) -> Double {
    var widest = 0.0
    let steps = 64
    for i in 0...steps {
      let along = Double(i) / Double(steps)
      let (w, h) = (Double(camera.width), Double(camera.height))
      for edge in [
        SIMD2(along * w - 0.5, -0.5), SIMD2(along * w - 0.5, h - 0.5), SIMD2(-0.5, along * h - 0.5),
        SIMD2(w - 0.5, along * h - 0.5),
      ] {
        if let ray = camera.lens.unproject(camera.onSensor(edge)) {
          widest = max(widest, acos(max(-1, min(1, ray.z))))
        } else if case .fisheye(let lens) = camera.lens {
          widest = max(widest, lens.maximumTheta)
        }
      }
    }
    guard let circle = camera.imageCircleRadius else { return widest }
    var circleTheta = 0.0
    for i in 0..<32 {
      let angle = Double(i) / 32 * 2 * Double.pi
      let edge = camera.lens.principal + circle * SIMD2(cos(angle), sin(angle))
      if let ray = camera.lens.unproject(edge) { circleTheta = max(circleTheta, acos(max(-1, min(1, ray.z)))) }
    }
    return circleTheta > 0 ? min(widest, circleTheta) : widest
  }

  /// Chebyshev interpolation of `f` on [-1, 1], as monomial coefficients, lowest power first.
  private static func fit(degree: Int, _ f: (Double) -> Double) -> [Double] {
    let n = degree + 1
    let values = (0..<n).map { f(cos(Double.pi * (Double($0) + 0.5) / Double(n))) }
    let chebyshev = (0..<n).map { j in
      let sum = (0..<n).reduce(0.0) { $0 + values[$1] * cos(Double.pi * Double(j) * (Double($1) + 0.5) / Double(n)) }
      return sum * (j == 0 ? 1 : 2) / Double(n)
    }
    var result = [Double](repeating: 0, count: n)
    var previous = [Double](repeating: 0, count: n)
    var current = [Double](repeating: 0, count: n)
    previous[0] = 1
    if n > 1 { current[1] = 1 }
    for j in 0..<n {
      let basis = j == 0 ? previous : current
      for i in 0..<n { result[i] += chebyshev[j] * basis[i] }
      guard j >= 1, j + 1 < n else { continue }
      var next = [Double](repeating: 0, count: n)
      for i in 0..<n { next[i] = (i > 0 ? 2 * current[i - 1] : 0) - previous[i] }
      previous = current
      current = next
    }
    return result
  }

  /// The upright pixel of a point in camera axes, for one point; the kernels do the same eight at a time.
  public func project(_ p: SIMD3<Float>) -> SIMD2<Float>? {
    let distance = (p * p).sum().squareRoot()
    guard distance > 1e-6 else { return nil }
    let c = p.z / distance
    guard c >= minimumCosine else { return nil }
    let scale = self.scale(cosine: c) / distance
    return place(SIMD2(p.x, p.y) * scale)
  }

  @inline(__always) func scale(cosine: Float) -> Float {
    if isPinhole { return 1 / cosine }
    let t = (cosine - middle) * stretch
    var sum = coefficients[Self.degree]
    for i in stride(from: Self.degree - 1, through: 0, by: -1) { sum = sum * t + coefficients[i] }
    return sum
  }

  @inline(__always) func place(_ p: SIMD2<Float>) -> SIMD2<Float> {
    var bent = p
    if !isPinhole {
      let square = (p * p).sum()
      let dot = 2 * (p * tangential).sum()
      bent += dot * p + square * tangential
      bent += SIMD2(
        (thinPrism.x + thinPrism.y * square) * square, (thinPrism.z + thinPrism.w * square) * square)
    }
    return offset + bent.x * columns.0 + bent.y * columns.1
  }
}
