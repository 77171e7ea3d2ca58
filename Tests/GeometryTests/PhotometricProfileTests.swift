import Testing

@testable import Geometry

struct PhotometricProfileTests {
  private let profile = PhotometricProfile(
    vignette: [
      .init(radius: 10, brightness: 1), .init(radius: 20, brightness: 0.5), .init(radius: 40, brightness: 0.1),
    ],
    gain: SIMD3(0.9, 1, 1.1))

  @Test(arguments: [(0.0, 1.0), (10, 1), (15, 0.75), (20, 0.5), (30, 0.3), (40, 0.1), (1000, 0.1)])
  func interpolatesBetweenRadii(radius: Double, brightness: Double) {
    #expect(abs(profile.brightness(atRadius: radius) - brightness) < 1e-12)
  }

  @Test func isEvenWithNoTable() {
    #expect(PhotometricProfile(vignette: [], gain: SIMD3(1, 1, 1)).brightness(atRadius: 77) == 1)
  }

  @Test func followsAResizedPicture() {
    let double = profile.scaled(by: 2)
    for radius in [0.0, 7, 12, 19, 33, 50] {
      #expect(abs(double.brightness(atRadius: 2 * radius) - profile.brightness(atRadius: radius)) < 1e-12)
    }
    #expect(double.gain == profile.gain)
  }
}
