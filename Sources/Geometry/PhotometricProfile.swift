/// How the ego camera's look differs from the exo camera's: vignette and colour gain, applied to finished frames.
///
/// Only applied where the calibration has one: a viewer wants no vignette.
public struct PhotometricProfile: Equatable, Sendable {
  /// Brightness by distance from the middle of the picture in pixels, radii ascending, linear in between.
  public var vignette: [VignettePoint]
  /// Factors on R, G and B.
  public var gain: SIMD3<Double>

  public struct VignettePoint: Equatable, Sendable {
    public var radius: Double
    public var brightness: Double
    public init(radius: Double, brightness: Double) {
      self.radius = radius
      self.brightness = brightness
    }
  }

  public init(vignette: [VignettePoint], gain: SIMD3<Double>) {
    self.vignette = vignette
    self.gain = gain
  }

  /// Brightness at a radius; held at the ends of the table, 1 with no table.
  public func brightness(atRadius radius: Double) -> Double {
    guard let first = vignette.first, let last = vignette.last else { return 1 }
    if radius <= first.radius { return first.brightness }
    for (a, b) in zip(vignette, vignette.dropFirst()) where radius <= b.radius {
      let t = (radius - a.radius) / (b.radius - a.radius)
      return a.brightness + t * (b.brightness - a.brightness)
    }
    return last.brightness
  }

  func scaled(by scale: Double) -> PhotometricProfile {
    PhotometricProfile(
      vignette: vignette.map { VignettePoint(radius: $0.radius * scale, brightness: $0.brightness) }, gain: gain)
  }
}
