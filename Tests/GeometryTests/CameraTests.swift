import Geometry
import TestSupport
import Testing

/// Turned sensors, image circles and resized pictures.
struct CameraTests {
  private func turned(_ degrees: Int) -> Camera {
    Camera(
      lens: .pinhole(.init(focal: SIMD2(10, 10), principal: SIMD2(1.5, 1))), sensorWidth: 4, sensorHeight: 3,
      rotateClockwiseDegrees: degrees)
  }

  /// Where the corners of a sensor of 4×3 pixels stand once it is turned clockwise, drawn on paper.
  @Test(arguments: [
    (0, 4, 3, [SIMD2(0.0, 0.0), SIMD2(3, 0), SIMD2(0, 2)]),
    (90, 3, 4, [SIMD2(2, 0), SIMD2(2, 3), SIMD2(0, 0)]),
    (180, 4, 3, [SIMD2(3, 2), SIMD2(0, 2), SIMD2(3, 0)]),
    (270, 3, 4, [SIMD2(0, 3), SIMD2(0, 0), SIMD2(2, 3)]),
  ])
  func turnsCorners(degrees: Int, width: Int, height: Int, corners: [SIMD2<Double>]) {
    let camera = turned(degrees)
    #expect(camera.width == width)
    #expect(camera.height == height)
    for (sensor, upright) in zip([SIMD2(0.0, 0.0), SIMD2(3, 0), SIMD2(0, 2)], corners) {
      #expect(camera.upright(sensor) == upright)
      #expect(camera.onSensor(upright) == sensor)
    }
  }

  @Test func axesStayTheSensorsOwn() throws {
    // A point to the sensor's right is below the middle of the picture once that is turned clockwise by a quarter.
    let pixel = try #require(turned(90).project(SIMD3(0.1, 0, 1)))
    #expect(pixel == SIMD2(1, 2.5))
    #expect(turned(270).project(SIMD3(0.1, 0, 1)) == SIMD2(1, 0.5))
    #expect(turned(180).project(SIMD3(0.1, 0, 1)) == SIMD2(0.5, 1))
  }

  @Test func seesNothingOutsideTheImageCircle() {
    let camera = Camera(
      lens: SampleCameras.fisheye624, sensorWidth: 448, sensorHeight: 448, rotateClockwiseDegrees: 90,
      imageCircleRadius: 200)
    let middle = SIMD2(223.5, 223.5)
    #expect(camera.unproject(middle + SIMD2(199, 0)) != nil)
    #expect(camera.unproject(middle + SIMD2(0, -199)) != nil)
    #expect(camera.unproject(middle + SIMD2(201, 0)) == nil)
    #expect(camera.unproject(middle + SIMD2(150, 150)) == nil)
  }

  @Test(arguments: SampleCameras.all.map(\.name)) func resizingMovesPixelsInProportion(name: String) throws {
    let camera = try #require(SampleCameras.all.first { $0.name == name }?.camera)
    let small = camera.resized(width: camera.width / 2, height: camera.height / 2)
    #expect(small.width == camera.width / 2)
    #expect(small.height == camera.height / 2)
    #expect(small.rotateClockwiseDegrees == camera.rotateClockwiseDegrees)
    #expect(small.imageCircleRadius == camera.imageCircleRadius.map { $0 / 2 })
    var random = SeededRandom(seed: 2)
    for _ in 0..<200 {
      let ray = SIMD3(Double.random(in: -1...1, using: &random), Double.random(in: -1...1, using: &random), 1)
      let large = try #require(camera.project(ray))
      let pixel = try #require(small.project(ray))
      // Pixel centres are at whole coordinates: the picture's edge, at -0.5, is what stays.
      let expected = (large + SIMD2(0.5, 0.5)) / 2 - SIMD2(0.5, 0.5)
      #expect(abs(pixel.x - expected.x) < 1e-9 && abs(pixel.y - expected.y) < 1e-9)
    }
  }
}
