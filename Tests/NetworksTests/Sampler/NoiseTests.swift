import Testing

@testable import Networks

@Suite struct NoiseTests {
  /// The known answers that come with the authors' own implementation.
  @Test func philoxGivesTheKnownAnswers() {
    #expect(
      Philox.block(counter: .zero, key: .zero)
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      Philox.block(counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      Philox.block(
        counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: SIMD2(0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  /// Values of the normal distribution's inverse to 16 digits, from both branches.
  @Test(arguments: [
    (0.5, 0), (0.75, 0.674489750196081743), (0.975, 1.959963984540054236), (0.001, -3.090232306167813542),
    (1e-9, -5.997807015007686872),
  ])
  func theQuantileIsExact(_ probability: Double, _ expected: Double) {
    #expect(abs(NormalQuantile.value(probability) - expected) <= 2e-15 * max(1, abs(expected)))
  }

  @Test(arguments: [
    (1.0, 0.0), (2, 0.693147180559945309), (0.1, -2.302585092994045684), (1e-10, -23.02585092994045684),
  ])
  func theLogarithmIsExact(_ x: Double, _ expected: Double) {
    #expect(abs(NormalQuantile.logarithm(x) - expected) <= 4e-16 * max(1, abs(expected)))
  }

  @Test func momentsAreThoseOfTheNormalDistribution() {
    let values = Noise(seed: 7).values(1 << 18, latentFrame: 3, step: 1).map(Double.init)
    let count = Double(values.count)
    func moment(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1.0) { product, _ in product * value } } / count
    }
    // Five deviations of each estimate.
    #expect(abs(moment(1)) < 5 * (1 / count).squareRoot())
    #expect(abs(moment(2) - 1) < 5 * (2 / count).squareRoot())
    #expect(abs(moment(3)) < 5 * (15 / count).squareRoot())
    #expect(abs(moment(4) - 3) < 5 * (96 / count).squareRoot())
  }

  @Test func everyPartOfTheCounterMatters() {
    let noise = Noise(seed: 1)
    let values = noise.values(9, latentFrame: 4, step: 2)
    #expect(values == noise.values(100, latentFrame: 4, step: 2).prefix(9).map { $0 })
    #expect(values != noise.values(9, latentFrame: 5, step: 2))
    #expect(values != noise.values(9, latentFrame: 4, step: 3))
    #expect(values != Noise(seed: 1 << 32 | 1).values(9, latentFrame: 4, step: 2))
    #expect(noise.values(0, latentFrame: 0, step: 0) == [])
    #expect(noise.values(-1, latentFrame: -1, step: -1) == [])
  }
}

/// The same numbers as the reference in PyTorch, bit for bit.
@Suite struct NoiseFixtureTests {
  @Test(arguments: [
    ("seed_0_frame_0_step_0", UInt64(0), 0, 0), ("seed_0_frame_0_step_1", 0, 0, 1),
    ("seed_0_frame_70000_step_0", 0, 70_000, 0), ("seed_7_frame_3_step_1", 7, 3, 1),
    ("seed_large_frame_2_step_0", 1_311_768_467_463_790_320, 2, 0),
  ])
  func agrees(_ name: String, _ seed: UInt64, _ frame: Int, _ step: Int) throws {
    let expected = try NetworkFixture("noise").floats(name)
    #expect(Noise(seed: seed).values(expected.count, latentFrame: frame, step: step) == expected)
  }
}
