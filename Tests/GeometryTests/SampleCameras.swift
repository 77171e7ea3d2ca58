import Geometry

/// Cameras as real calibrations have them.
enum SampleCameras {
  static let pinhole = Lens.pinhole(.init(focal: SIMD2(259.5, 260.1), principal: SIMD2(392, 224)))

  /// A 190° lens as OpenCV's fisheye module calibrates it.
  static let kannalaBrandt = Lens.fisheye(
    .init(focal: SIMD2(194, 195), principal: SIMD2(223.5, 220), radial: [-0.013, 0.021, -0.012, 0.0019]))

  /// A lens like that of camera glasses.
  static let fisheye624 = Lens.fisheye(
    .init(
      focal: SIMD2(194, 194), principal: SIMD2(223.5, 223.5),
      radial: [
        -0.0251, 0.0973, -0.0628, 0.0061, 0.0031, -0.00058,
      ],
      tangential: SIMD2(0.00047, -0.00052),
      thinPrism: SIMD4(
        -0.0011, -0.00027, 0.000091, 0.000088)))

  static let all: [(name: String, camera: Camera)] = [
    ("pinhole", Camera(lens: pinhole, sensorWidth: 784, sensorHeight: 448)),
    ("Kannala-Brandt", Camera(lens: kannalaBrandt, sensorWidth: 448, sensorHeight: 440)),
    ("fisheye624", Camera(lens: fisheye624, sensorWidth: 448, sensorHeight: 448)),
    ("fisheye624 turned", Camera(lens: fisheye624, sensorWidth: 448, sensorHeight: 440, rotateClockwiseDegrees: 90)),
    (
      "Kannala-Brandt upside down",
      Camera(lens: kannalaBrandt, sensorWidth: 448, sensorHeight: 440, rotateClockwiseDegrees: 180)
    ),
    ("pinhole turned left", Camera(lens: pinhole, sensorWidth: 784, sensorHeight: 448, rotateClockwiseDegrees: 270)),
    (
      "fisheye624 under a circle",
      Camera(lens: fisheye624, sensorWidth: 448, sensorHeight: 448, rotateClockwiseDegrees: 90, imageCircleRadius: 230)
    ),
  ]
}
