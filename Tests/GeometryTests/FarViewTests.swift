import Compute
import TestSupport
import Testing

@testable import Geometry

/// A wall of 200,000 points, seen from so far that all of them fall on a few pixels: more than the sums of a pixel hold.
@Suite struct FarViewTests {
  private static let exo = Camera(
    lens: .pinhole(.init(focal: SIMD2(500, 500), principal: SIMD2(259.5, 194.5))), sensorWidth: 520, sensorHeight: 390)
  private static let ego = Camera(
    lens: .pinhole(.init(focal: SIMD2(40, 40), principal: SIMD2(31.2, 23.1))), sensorWidth: 64, sensorHeight: 48)
  private static let colour: [UInt8] = [250, 128, 30]

  /// The prior from `metres` behind the exo camera, whose wall is 3 m ahead.
  private func prior(_ metres: Float, finest: Float, on device: VulkanDevice?) throws -> Prior {
    var configuration = GeometryConfiguration(
      exo: Self.exo, ego: Self.ego, depth: DepthFormat(kind: .z), mapCapacity: 500_000, voxelSizeMetres: 0)
    configuration.splatPolicy.finest = finest
    let vulkan = try device.map { try VulkanGeometry(configuration, device: $0) }
    let engine: any GeometryEngine = vulkan ?? CPUGeometry(configuration)
    let pixels = Self.exo.width * Self.exo.height
    let wall = ExoPicture(
      width: Self.exo.width, height: Self.exo.height, colour: (0..<pixels).flatMap { _ in Self.colour + [255] },
      depth: [UInt16](repeating: 3000, count: pixels))
    try wall.withPlanes { _ = try engine.integrate(colour: $0, depth: $1, exoWorldToCamera: .identity) }
    #expect(engine.mapPoints > 200_000)
    try engine.render(
      egoWorldToCamera: Pose(rows: Pose.identity.rows, translation: SIMD3(0, 0, metres)), fill: false)
    try vulkan?.fetchDistances()
    return engine.prior
  }

  private func expectTrueColours(_ prior: Prior) {
    for i in 0..<prior.width * prior.height where prior.coverage.base[i] != 0 {
      let found = prior.colour.base[i]
      for channel in 0..<3 { #expect(abs(Int(found[channel]) - Int(Self.colour[channel])) <= 1, "\(found)") }
    }
  }

  @Test(arguments: [20, 60, 100, 1000] as [Float]) func coloursStayTrue(_ metres: Float) throws {
    let found = try prior(metres, finest: SplatPolicy().finest, on: nil)
    #expect(found.coveredPixels > 0)
    expectTrueColours(found)
    guard VulkanUnderTest.isThere else { return }
    let device = try VulkanUnderTest.device(BackendAgreementTests.options)
    let vulkan = try prior(metres, finest: SplatPolicy().finest, on: device)
    #expect(abs(vulkan.coveredPixels - found.coveredPixels) <= 2)
    expectTrueColours(vulkan)
  }

  /// Where all points are drawn nevertheless, a pixel whose sums may have wrapped is unknown rather than of a wrong colour.
  @Test(arguments: [100, 1000] as [Float]) func aPixelOfTooManyPointsIsUnknown(_ metres: Float) throws {
    let middle = 23 * Self.ego.width + 31
    #expect(try prior(metres, finest: SplatPolicy().finest, on: nil).coverage.base[middle] == 255)
    let found = try prior(metres, finest: 0, on: nil)
    #expect(found.coverage.base[middle] == 0)
    expectTrueColours(found)
    guard VulkanUnderTest.isThere else { return }
    let device = try VulkanUnderTest.device(BackendAgreementTests.options)
    let vulkan = try prior(metres, finest: 0, on: device)
    #expect(vulkan.coverage.base[middle] == 0)
    expectTrueColours(vulkan)
  }
}
