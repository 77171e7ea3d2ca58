import TestSupport
import Testing

@testable import Geometry

/// The kernels' polynomial lens against the exact one.
struct FastLensTests {
  /// A camera of the sample list, also in the size of a large picture.
  private static let cases = SampleCameras.all.flatMap { [($0.name, 1), ($0.name, 2)] }

  private func camera(_ name: String, _ scale: Int) throws -> Camera {
    let camera = try #require(SampleCameras.all.first { $0.name == name }?.camera)
    return camera.resized(width: camera.width * scale, height: camera.height * scale)
  }

  @Test(arguments: cases) func agreesWithTheExactLens(name: String, scale: Int) throws {
    let camera = try camera(name, scale)
    let fast = FastLens(camera)
    var worst: Float = 0
    var refused = 0
    for row in stride(from: 0, to: camera.height, by: 3) {
      for column in stride(from: 0, to: camera.width, by: 3) {
        let pixel = SIMD2(Double(column), Double(row))
        guard let ray = camera.unproject(pixel) else { continue }
        guard let found = fast.project(SIMD3<Float>(ray)) else {
          refused += 1
          continue
        }
        worst = max(worst, abs(found.x - Float(column)), abs(found.y - Float(row)))
      }
    }
    #expect(worst < 0.01 * Float(scale))
    #expect(refused == 0, "pixels whose ray has no pixel in the fast lens")
  }

  @Test(arguments: cases) func projectsRunsOfPointsAsSinglePoints(name: String, scale: Int) throws {
    let camera = try camera(name, scale)
    var random = SeededRandom(seed: 3)
    let pose = Pose(
      rows: Quaternion(SIMD4(0.2, -0.4, 0.1, 0.88)).rows, translation: [0.3, -1.1, 0.7])
    let projector = Projector(worldToCamera: pose, lens: FastLens(camera))
    let cameraToWorld = pose.inverse
    for _ in 0..<500 {
      let map = PointMap(capacity: 11)
      var expected: [(pixel: SIMD2<Double>, distance: Double, z: Double)] = []
      while expected.count < 11 {
        let pixel = SIMD2(
          Double.random(in: 0...Double(camera.width - 1), using: &random),
          Double.random(in: 0...Double(camera.height - 1), using: &random))
        guard let ray = camera.unproject(pixel) else { continue }
        let distance = Double.random(in: 0.3...8, using: &random)
        let world = cameraToWorld(SIMD3<Float>(ray * distance))
        map.x.base[expected.count] = world.x
        map.y.base[expected.count] = world.y
        map.z.base[expected.count] = world.z
        expected.append((pixel, distance, ray.z * distance))
      }
      projector.forEachRun(PointColumns(map), 0..<11) { first, count, hits in
        #expect(first == 0 && count == 11)
        for (k, point) in expected.enumerated() {
          // World coordinates carry a float's rounding of some tenths of a micrometre: hundredths of a pixel near by.
          #expect(abs(hits.u[k] - Float(point.pixel.x)) < 0.02 * Float(scale))
          #expect(abs(hits.v[k] - Float(point.pixel.y)) < 0.02 * Float(scale))
          #expect(abs(hits.distance[k] - Float(point.distance)) < 1e-4)
          #expect(abs(hits.z[k] - Float(point.z)) < 1e-4)
        }
      }
    }
  }

  @Test func pointsBehindHaveNoPixel() {
    for (name, camera) in SampleCameras.all {
      #expect(FastLens(camera).project(SIMD3(0.1, 0, -2)) == nil, "\(name)")
      #expect(FastLens(camera).project(.zero) == nil, "\(name)")
    }
  }
}
