import CGeometryKernels
import Glibc
import TestSupport
import Testing

@testable import Geometry

/// What a point's sides span in the ego picture, and the ellipse that is drawn for it.
@Suite struct SpanTests {
  @Test(arguments: SampleCameras.all.map(\.name))
  func agreesWithTheExactLensesDerivative(name: String) throws {
    let camera = try #require(SampleCameras.all.first { $0.name == name }?.camera)
    var random = SeededRandom(seed: 11)
    func vector() -> SIMD3<Float> {
      SIMD3((0..<3).map { _ in Float.random(in: -1...1, using: &random) })
    }
    let pose = Pose(rows: Quaternion(SIMD4(0.2, -0.4, 0.1, 0.88)).rows, translation: [0.3, -1.1, 0.7])
    let projector = Projector(worldToCamera: pose, lens: FastLens(camera))
    let count = 64
    let map = PointMap(capacity: count)
    let points = PointColumns(map)
    var exact: [SIMD3<Double>] = []
    while exact.count < count {
      let pixel = SIMD2(
        Double.random(in: 0...Double(camera.width - 1), using: &random),
        Double.random(in: 0...Double(camera.height - 1), using: &random))
      guard let ray = camera.unproject(pixel) else { continue }
      let distance = Double.random(in: 0.3...8, using: &random)
      let world = pose.inverse(SIMD3<Float>(ray * distance))
      let slot = exact.count
      (points.x[slot], points.y[slot], points.z[slot]) = (world.x, world.y, world.z)
      points.across[slot] = 0.05 * vector()
      points.down[slot] = 0.05 * vector()
      let shifts = [points.across[slot], points.down[slot]].map { side -> SIMD2<Double>? in
        let step = SIMD3<Double>(pose.rotate(side)) * 1e-4
        guard let after = camera.project(ray * distance + step), let before = camera.project(ray * distance - step)
        else { return nil }
        return (after - before) / 2e-4
      }
      guard let a = shifts[0], let b = shifts[1] else { continue }
      exact.append([a.x * a.x + b.x * b.x, a.x * a.y + b.x * b.y, a.y * a.y + b.y * b.y])
    }
    var found = [Float](repeating: 0, count: 3 * count)
    found.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      projector.span(points, 0, count, GeometryShapes(uu: base, uv: base + count, vv: base + 2 * count))
    }
    for (k, span) in exact.enumerated() {
      let size = span.x + span.z
      // Tangential and thin-prism distortion are left out of the derivative: a fraction of a percent.
      for (value, expected) in [(found[k], span.x), (found[count + k], span.y), (found[2 * count + k], span.z)] {
        #expect(abs(Double(value) - expected) < 0.01 * size, "point \(k)")
      }
    }
  }

  /// The ellipse of one span (uu, uv, vv).
  private static func ellipse(
    _ policy: SplatPolicy, _ span: SIMD3<Float>
  ) -> (uu: Float, uv: Float, vv: Float, width: Float, height: Float) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 48) { scratch in
      scratch.initialize(repeating: 0)
      guard let base = scratch.baseAddress else { return (.nan, .nan, .nan, .nan, .nan) }
      (base[0], base[8], base[16]) = (span.x, span.y, span.z)
      policy.ellipses(
        GeometryShapes(uu: base, uv: base + 8, vv: base + 16),
        GeometryReaches(width: base + 24, height: base + 32, square: base + 40), count: 1)
      return (base[0], base[8], base[16], base[24], base[32])
    }
  }

  /// The ellipse has the span's axes, each as long as its eigenvalue says, within the policy's radii.
  @Test func ellipsesKeepTheAxesAndBoundTheirLengths() {
    let policy = SplatPolicy()
    var random = SeededRandom(seed: 5)
    for _ in 0..<2000 {
      let angle = Double.random(in: 0...3.2, using: &random)
      let radii = (0..<2).map { _ in Double.random(in: 0.01...40, using: &random) }.sorted()
      let along = SIMD2(cos(angle), sin(angle))
      let across = SIMD2(-along.y, along.x)
      func matrix(_ short: Double, _ long: Double) -> SIMD3<Double> {
        let (s, l) = (short * short, long * long)
        return [
          s * across.x * across.x + l * along.x * along.x, s * across.x * across.y + l * along.x * along.y,
          s * across.y * across.y + l * along.y * along.y,
        ]
      }
      let enlarged = 2 * Double(policy.overlap)
      let span = matrix(radii[0] / enlarged, radii[1] / enlarged)
      let bounded = radii.map { min(max($0, Double(policy.smallestRadius)), Double(policy.largestRadius)) }
      let expected = matrix(bounded[0], bounded[1])
      let found = Self.ellipse(policy, SIMD3<Float>(span))
      let determinant = expected.x * expected.z - expected.y * expected.y
      let shape = SIMD3(expected.z, -expected.y, expected.x) / determinant
      let size = shape.x + shape.z
      #expect(abs(Double(found.uu) - shape.x) < 2e-3 * size)
      #expect(abs(Double(found.uv) - shape.y) < 2e-3 * size)
      #expect(abs(Double(found.vv) - shape.z) < 2e-3 * size)
      #expect(abs(Double(found.width) - expected.x.squareRoot()) < 2e-3 * bounded[1])
      #expect(abs(Double(found.height) - expected.z.squareRoot()) < 2e-3 * bounded[1])
    }
  }

  /// No point without sides, or with sides that are no numbers, may leave the picture's bounds or trap.
  @Test(arguments: [0, .nan, .infinity, -.infinity, 1e30, -1e30] as [Float])
  func spansThatMakeNoSenseStayWithinTheRadii(value: Float) {
    let policy = SplatPolicy()
    for span in [SIMD3(value, 0, 0), SIMD3(0, value, 0), SIMD3(value, value, value), SIMD3(1, value, 1)] {
      let ellipse = Self.ellipse(policy, span)
      #expect(!(ellipse.width > policy.largestRadius * 1.001) && !(ellipse.height > policy.largestRadius * 1.001))
    }
  }
}
