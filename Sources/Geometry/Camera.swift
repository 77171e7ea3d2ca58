/// A calibrated camera: a lens before a sensor that may be mounted turned.
///
/// All pixel coordinates of a `Camera` are those of the *upright* picture, after `rotateClockwiseDegrees`; its pose and
/// camera axes stay those of the sensor, as calibration tools give them.
public struct Camera: Equatable, Sendable {
  /// The most pixels that a calibrated picture may have, 4096×4096: the buffers for them still fit an ordinary machine.
  public static let mostPixels = 4096 * 4096

  public let lens: Lens
  /// The sensor's own size, before turning.
  public let sensorWidth: Int
  public let sensorHeight: Int
  /// How far the sensor's picture is turned clockwise to stand upright: 0, 90, 180 or 270.
  public let rotateClockwiseDegrees: Int
  /// Radius of the lit circle around the principal point in pixels, where the lens does not fill the sensor.
  public let imageCircleRadius: Double?
  public let photometric: PhotometricProfile?

  public init(
    lens: Lens, sensorWidth: Int, sensorHeight: Int, rotateClockwiseDegrees: Int = 0,
    imageCircleRadius: Double? = nil, photometric: PhotometricProfile? = nil
  ) {
    self.lens = lens
    self.sensorWidth = sensorWidth
    self.sensorHeight = sensorHeight
    self.rotateClockwiseDegrees = rotateClockwiseDegrees
    self.imageCircleRadius = imageCircleRadius
    self.photometric = photometric
  }

  private var isTurnedOnSide: Bool { rotateClockwiseDegrees == 90 || rotateClockwiseDegrees == 270 }
  public var width: Int { isTurnedOnSide ? sensorHeight : sensorWidth }
  public var height: Int { isTurnedOnSide ? sensorWidth : sensorHeight }

  /// Where a sensor pixel stands in the upright picture.
  public func upright(_ sensor: SIMD2<Double>) -> SIMD2<Double> {
    let right = Double(sensorWidth - 1)
    let bottom = Double(sensorHeight - 1)
    return switch rotateClockwiseDegrees {
    case 90: SIMD2(bottom - sensor.y, sensor.x)
    case 180: SIMD2(right - sensor.x, bottom - sensor.y)
    case 270: SIMD2(sensor.y, right - sensor.x)
    default: sensor
    }
  }

  /// Where an upright pixel stands on the sensor.
  public func onSensor(_ upright: SIMD2<Double>) -> SIMD2<Double> {
    let right = Double(sensorWidth - 1)
    let bottom = Double(sensorHeight - 1)
    return switch rotateClockwiseDegrees {
    case 90: SIMD2(upright.y, bottom - upright.x)
    case 180: SIMD2(right - upright.x, bottom - upright.y)
    case 270: SIMD2(right - upright.y, upright.x)
    default: upright
    }
  }

  /// The upright pixel of a point in camera axes, or `nil` where it has none; the pixel may lie outside the picture.
  public func project(_ point: SIMD3<Double>) -> SIMD2<Double>? {
    lens.project(point).map(upright)
  }

  /// The unit direction in camera axes seen at an upright pixel, or `nil` where the lens sees nothing.
  public func unproject(_ pixel: SIMD2<Double>) -> SIMD3<Double>? {
    let sensor = onSensor(pixel)
    return isInImageCircle(sensor) ? lens.unproject(sensor) : nil
  }

  /// Whether light reaches a sensor pixel.
  func isInImageCircle(_ sensor: SIMD2<Double>) -> Bool {
    guard let circle = imageCircleRadius else { return true }
    let offset = sensor - lens.principal
    return (offset * offset).sum() <= circle * circle
  }

  /// The same camera without its photometric profile: pictures keep the exo camera's look.
  public var withoutPhotometricProfile: Camera {
    Camera(
      lens: lens, sensorWidth: sensorWidth, sensorHeight: sensorHeight, rotateClockwiseDegrees: rotateClockwiseDegrees,
      imageCircleRadius: imageCircleRadius)
  }

  /// Whether a picture of this size may be the camera's own, resized: the same shape within 1%.
  public func hasShape(width: Int, height: Int) -> Bool {
    let shape = Double(width) / Double(max(height, 1)) / (Double(self.width) / Double(self.height))
    return abs(shape - 1) < 0.01
  }

  /// The same camera with its picture resized to `width` × `height` (upright).
  public func resized(width: Int, height: Int) -> Camera {
    let sensorSize = isTurnedOnSide ? (height, width) : (width, height)
    let scale = SIMD2(Double(sensorSize.0) / Double(sensorWidth), Double(sensorSize.1) / Double(sensorHeight))
    return Camera(
      lens: lens.scaled(by: scale), sensorWidth: sensorSize.0, sensorHeight: sensorSize.1,
      rotateClockwiseDegrees: rotateClockwiseDegrees, imageCircleRadius: imageCircleRadius.map { $0 * scale.x },
      photometric: photometric?.scaled(by: scale.x))
  }
}

extension Lens {
  public var focal: SIMD2<Double> {
    switch self {
    case .pinhole(let lens): lens.focal
    case .fisheye(let lens): lens.focal
    }
  }

  public var principal: SIMD2<Double> {
    switch self {
    case .pinhole(let lens): lens.principal
    case .fisheye(let lens): lens.principal
    }
  }

  /// The lens for a picture resized by `scale`; pixel centres are at whole coordinates.
  func scaled(by scale: SIMD2<Double>) -> Lens {
    let half = SIMD2(repeating: 0.5)
    let principal = (self.principal + half) * scale - half
    switch self {
    case .pinhole(let lens):
      return .pinhole(.init(focal: lens.focal * scale, principal: principal))
    case .fisheye(let lens):
      return .fisheye(
        .init(
          focal: lens.focal * scale, principal: principal, radial: lens.radial, tangential: lens.tangential,
          thinPrism: lens.thinPrism))
    }
  }
}
