#if canImport(Glibc)
  import Glibc
#endif

/// What the exo camera's calibration has to be multiplied by to agree with what is seen.
public struct ExoCorrection: Equatable, Sendable {
  /// Of the focal lengths.
  public var focal: Double
  /// Of the metres that a depth sample stands for.
  public var depth: Double

  public init(focal: Double, depth: Double) {
    self.focal = focal
    self.depth = depth
  }

  /// The calibration holds.
  public static let none = ExoCorrection(focal: 1, depth: 1)

  /// For logs and warnings: what is multiplied by what, to two digits.
  public var inWords: String {
    "the wearer is seen elsewhere than the calibration says: exo focal length × \(Self.text(focal)), depth × \(Self.text(depth))"
  }

  private static func text(_ factor: Double) -> String {
    let hundredths = Int((factor * 100).rounded())
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// The larger of both factors' differences, as a natural logarithm: 0.04 is four percent.
  func difference(from other: ExoCorrection) -> Double {
    max(abs(log(focal / other.focal)), abs(log(depth / other.depth)))
  }
}

extension Camera {
  /// The same camera with its focal lengths multiplied by `factor`; the principal point stays.
  public func withFocal(times factor: Double) -> Camera {
    Camera(
      lens: lens.withFocal(times: factor), sensorWidth: sensorWidth, sensorHeight: sensorHeight,
      rotateClockwiseDegrees: rotateClockwiseDegrees, imageCircleRadius: imageCircleRadius, photometric: photometric)
  }
}

extension Lens {
  func withFocal(times factor: Double) -> Lens {
    switch self {
    case .pinhole(var lens):
      lens.focal *= factor
      return .pinhole(lens)
    case .fisheye(var lens):
      lens.focal *= factor
      return .fisheye(lens)
    }
  }
}

extension DepthFormat {
  /// The same format with every sample standing for `factor` times as many metres. An assumed backdrop stays.
  public func withScale(times factor: Double) -> DepthFormat {
    var scaled = self
    scaled.metresPerUnit *= factor
    return scaled
  }
}
