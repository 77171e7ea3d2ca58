import Geometry
import Glibc
import TestSupport
import Testing

/// Lenses against hand-computed pixels, and against their own inverses.
struct LensTests {
  @Test(arguments: SampleCameras.all.map(\.name)) func pixelsComeBackThroughTheirRays(name: String) throws {
    let camera = try #require(SampleCameras.all.first { $0.name == name }?.camera)
    var worst = 0.0
    var blind = 0
    let middle = camera.upright(camera.lens.principal)
    for row in stride(from: 0, through: camera.height - 1, by: 1) {
      // Every corner and edge, and a grid inside.
      let step = row == 0 || row == camera.height - 1 ? 1 : 7
      for column in Array(stride(from: 0, to: camera.width, by: step)) + [camera.width - 1] {
        let pixel = SIMD2(Double(column), Double(row))
        guard let ray = camera.unproject(pixel) else {
          let offset = pixel - middle
          if (offset * offset).sum().squareRoot() < 228 { blind += 1 }
          continue
        }
        #expect(abs((ray * ray).sum() - 1) < 1e-12)
        let back = try #require(camera.project(ray))
        worst = max(worst, abs(back.x - pixel.x), abs(back.y - pixel.y))
      }
    }
    #expect(worst < 1e-4)
    #expect(blind == 0, "no ray inside the valid field")
  }

  @Test func directionsComeBackThroughTheirPixels() throws {
    var random = SeededRandom(seed: 1)
    for lens in [SampleCameras.kannalaBrandt, SampleCameras.fisheye624] {
      guard case .fisheye(let parameters) = lens else { continue }
      #expect(parameters.maximumTheta > 1.3)
      for _ in 0..<2000 {
        let theta = Double.random(in: 0...(min(parameters.maximumTheta, 1.6) - 0.02), using: &random)
        let turn = Double.random(in: 0...(2 * Double.pi), using: &random)
        let direction = SIMD3(sin(theta) * cos(turn), sin(theta) * sin(turn), cos(theta))
        let scale = Double.random(in: 0.2...9, using: &random)
        let pixel = try #require(lens.project(direction * scale))
        let back = try #require(lens.unproject(pixel))
        let miss = back - direction
        #expect((miss * miss).sum() < 1e-16)
      }
    }
  }

  @Test func pinholeByHand() {
    // 0.5 m right, 0.25 m down, 2 m ahead: 392 + 259.5 / 4 and 224 + 260.1 / 8.
    #expect(SampleCameras.pinhole.project(SIMD3(0.5, 0.25, 2)) == SIMD2<Double>(456.875, 256.5125))
    #expect(SampleCameras.pinhole.project(SIMD3(0.5, 0.25, -2)) == nil)
    #expect(SampleCameras.pinhole.project(.zero) == nil)
  }

  @Test func kannalaBrandtByHand() throws {
    // θ = 1 to the right: θd = 1 + k0 + k1 + k2 + k3.
    let right = try #require(SampleCameras.kannalaBrandt.project(SIMD3(sin(1), 0, cos(1))))
    let atOne = 1 - 0.013 + 0.021 - 0.012 + 0.0019
    #expect(abs(right.x - (223.5 + 194 * atOne)) < 1e-9)
    #expect(abs(right.y - 220) < 1e-9)
    // θ = 0.5 downwards.
    let theta = 0.5
    var distorted = theta - 0.013 * pow(theta, 3) + 0.021 * pow(theta, 5)
    distorted += -0.012 * pow(theta, 7) + 0.0019 * pow(theta, 9)
    let down = try #require(SampleCameras.kannalaBrandt.project(SIMD3(0, 3 * sin(theta), 3 * cos(theta))))
    #expect(abs(down.y - (220 + 195 * distorted)) < 1e-9)
  }

  @Test func fisheye624ByHand() throws {
    // Round numbers, θ = 1 to the right: the flat point is (r, 0) with r = 1 + 0.1 = 1.1.
    let lens = Lens.fisheye(
      .init(
        focal: SIMD2(100, 100), principal: SIMD2(50, 50), radial: [0.1, 0, 0, 0, 0, 0], tangential: SIMD2(0.01, 0.02),
        thinPrism: SIMD4(0.001, 0.002, 0.003, 0.004)))
    let pixel = try #require(lens.project(SIMD3(sin(1), 0, cos(1))))
    let r = 1.1
    let (r2, r4) = (r * r, r * r * r * r)
    let x: Double = r + 2 * 0.01 * r2 + 0.01 * r2 + 0.001 * r2 + 0.002 * r4
    let y: Double = 0.02 * r2 + 0.003 * r2 + 0.004 * r4
    #expect(abs(pixel.x - (50 + 100 * x)) < 1e-9)
    #expect(abs(pixel.y - (50 + 100 * y)) < 1e-9)
  }

  @Test func fisheyesSeeNothingBeyondTheirField() throws {
    guard case .fisheye(let parameters) = SampleCameras.fisheye624 else { return }
    let theta = parameters.maximumTheta + 0.01
    #expect(SampleCameras.fisheye624.project(SIMD3(sin(theta), 0, cos(theta))) == nil)
    #expect(SampleCameras.fisheye624.unproject(SIMD2(5000, 5000)) == nil)
    // Straight ahead is in the field, straight back is not.
    #expect(SampleCameras.fisheye624.project(SIMD3(0, 0, 3)) != nil)
    #expect(SampleCameras.fisheye624.project(SIMD3(0, 0, -3)) == nil)
  }
}
