#if canImport(Glibc)
  import Glibc
#endif

/// How a camera maps directions to its sensor: the models that calibration files name.
///
/// Pixel coordinates put the centre of the top left pixel at (0, 0). Camera axes: x right, y down, z forward.
public enum Lens: Equatable, Sendable {
  /// `u = fx · x/z + cx`, `v = fy · y/z + cy`.
  case pinhole(PinholeParameters)
  /// Fisheye with a polynomial in the angle θ from the optical axis, and tangential and thin-prism terms.
  ///
  /// Project Aria's FisheyeRadTanThinPrism (`fisheye624`); Kannala-Brandt with 4 coefficients ("A Generic Camera Model
  /// and Calibration Method", 2006, as in OpenCV's fisheye module) is the case with no terms beyond the fourth.
  case fisheye(FisheyeParameters)

  public struct PinholeParameters: Equatable, Sendable {
    public var focal: SIMD2<Double>
    public var principal: SIMD2<Double>
    public init(focal: SIMD2<Double>, principal: SIMD2<Double>) {
      self.focal = focal
      self.principal = principal
    }
  }

  public struct FisheyeParameters: Equatable, Sendable {
    public var focal: SIMD2<Double>
    public var principal: SIMD2<Double>
    /// k₀…k₅ of θd = θ (1 + Σ kᵢ θ^(2i+2)).
    public var radial: [Double]
    public var tangential: SIMD2<Double>
    public var thinPrism: SIMD4<Double>

    public init(
      focal: SIMD2<Double>, principal: SIMD2<Double>, radial: [Double], tangential: SIMD2<Double> = .zero,
      thinPrism: SIMD4<Double> = .zero
    ) {
      self.focal = focal
      self.principal = principal
      self.radial = radial
      self.tangential = tangential
      self.thinPrism = thinPrism
      maximumTheta = Self.largestMonotonicTheta(radial)
    }

    /// The angle up to which θd grows, at most π: directions beyond it have no pixel.
    public let maximumTheta: Double

    func distorted(theta: Double) -> Double {
      let square = theta * theta
      var sum = 0.0
      for k in radial.reversed() { sum = (sum + k) * square }
      return theta * (1 + sum)
    }

    func slope(theta: Double) -> Double {
      let square = theta * theta
      var sum = 0.0
      for (i, k) in radial.enumerated().reversed() { sum = (sum + Double(2 * i + 3) * k) * square }
      return 1 + sum
    }

    private static func largestMonotonicTheta(_ radial: [Double]) -> Double {
      var theta = 0.0
      let step = 0.005
      while theta < Double.pi {
        let square = (theta + step) * (theta + step)
        var sum = 0.0
        for (i, k) in radial.enumerated().reversed() { sum = (sum + Double(2 * i + 3) * k) * square }
        if 1 + sum <= 0.05 { return theta }
        theta += step
      }
      return Double.pi
    }

    /// Adds the tangential and thin-prism terms to the radially distorted image-plane point.
    func bend(_ p: SIMD2<Double>) -> SIMD2<Double> {
      let square = (p * p).sum()
      let dot = 2 * (p * tangential).sum()
      let prism = SIMD2(
        thinPrism.x * square + thinPrism.y * square * square, thinPrism.z * square + thinPrism.w * square * square)
      return p + dot * p + square * tangential + prism
    }
  }

  /// The pixel that a direction or point in camera axes falls on, or `nil` where the model has none.
  public func project(_ direction: SIMD3<Double>) -> SIMD2<Double>? {
    switch self {
    case .pinhole(let lens):
      guard direction.z > 1e-9 else { return nil }
      return lens.focal * SIMD2(direction.x, direction.y) / direction.z + lens.principal
    case .fisheye(let lens):
      let radius = (direction.x * direction.x + direction.y * direction.y).squareRoot()
      let theta = atan2(radius, direction.z)
      guard theta <= lens.maximumTheta, radius > 0 || direction.z > 0 else { return nil }
      let scale = radius > 1e-12 ? lens.distorted(theta: theta) / radius : 1 / direction.z
      return lens.focal * lens.bend(SIMD2(direction.x, direction.y) * scale) + lens.principal
    }
  }

  /// The unit direction in camera axes that falls on a pixel, or `nil` where none does.
  public func unproject(_ pixel: SIMD2<Double>) -> SIMD3<Double>? {
    switch self {
    case .pinhole(let lens):
      let p = (pixel - lens.principal) / lens.focal
      let length = (1 + (p * p).sum()).squareRoot()
      return SIMD3(p.x, p.y, 1) / length
    case .fisheye(let lens):
      let target = (pixel - lens.principal) / lens.focal
      guard let flat = lens.unbend(target) else { return nil }
      let distorted = (flat * flat).sum().squareRoot()
      guard distorted > 1e-12 else { return SIMD3(0, 0, 1) }
      guard let theta = lens.undistorted(distorted) else { return nil }
      let side = sin(theta) / distorted
      return SIMD3(flat.x * side, flat.y * side, cos(theta))
    }
  }
}

extension Lens.FisheyeParameters {
  /// Inverts `bend` by Newton's method with a numeric Jacobian.
  func unbend(_ target: SIMD2<Double>) -> SIMD2<Double>? {
    var p = target
    for _ in 0..<20 {
      let miss = bend(p) - target
      if (miss * miss).sum() < 1e-24 { return p }
      let h = 1e-6
      let dx = (bend(p + SIMD2(h, 0)) - bend(p - SIMD2(h, 0))) / (2 * h)
      let dy = (bend(p + SIMD2(0, h)) - bend(p - SIMD2(0, h))) / (2 * h)
      let determinant = dx.x * dy.y - dy.x * dx.y
      guard abs(determinant) > 1e-6 else { return nil }
      p -= SIMD2(dy.y * miss.x - dy.x * miss.y, dx.x * miss.y - dx.y * miss.x) / determinant
    }
    let miss = bend(p) - target
    return (miss * miss).sum() < 1e-14 ? p : nil
  }

  /// Inverts θd(θ) by Newton's method inside the monotonic range, or `nil` beyond it.
  func undistorted(_ thetaDistorted: Double) -> Double? {
    guard thetaDistorted <= distorted(theta: maximumTheta) else { return nil }
    var low = 0.0
    var high = maximumTheta
    var theta = min(thetaDistorted, maximumTheta)
    for _ in 0..<60 {
      let miss = distorted(theta: theta) - thetaDistorted
      if abs(miss) < 1e-13 { break }
      if miss > 0 { high = theta } else { low = theta }
      let next = theta - miss / slope(theta: theta)
      theta = next > low && next < high ? next : (low + high) / 2
    }
    return theta
  }
}
