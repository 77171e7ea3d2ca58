import Compute

/// Weights drawn at random, for plans, timings and tests: the same for a seed and a name, whatever else is asked for.
///
/// Values are spread like a normal distribution of deviation 1 ÷ √(inputs); vectors called `….weight`, which scale a
/// normalised row, lie around 1. Nothing is drawn before `constant` is called.
public struct RandomWeights: WeightSource {
  public let seed: UInt64
  public let elementType: ElementType

  public init(seed: UInt64, elementType: ElementType = .float32) {
    self.seed = seed
    self.elementType = elementType
  }

  public func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard size >= 1, !overflow, product <= Int(Int32.max) else {
        throw Failure(.model, "random weights \(name): shape \(shape); expected fewer than 2³¹ elements")
      }
      count = product
    }
    let inputs = shape.dropFirst().reduce(1, *)
    let isVector = shape.count == 1
    let centre: Float = isVector && name.hasSuffix(".weight") ? 1 : 0
    let scale = isVector ? 0.1 : 1 / Float(inputs).squareRoot()
    var state = name.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    func next() -> Float { centre + scale * RandomWeights.normal(&state) }
    switch elementType {
    case .float16: return Constant(.float16, bits: (0..<count).map { _ in HalfPrecision.float16Bits(next()) })
    case .bfloat16: return Constant(.bfloat16, bits: (0..<count).map { _ in HalfPrecision.bfloat16Bits(next()) })
    default: return Constant((0..<count).map { _ in next() })
    }
  }

  /// The sum of four uniform numbers, of mean 0 and deviation 1; from one word of SplitMix64 (Steele et al. 2014).
  private static func normal(_ state: inout UInt64) -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    let sum = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
    return (Float(sum) / 65_536 - 2 + 2 / 65_536) * Float(3).squareRoot()
  }
}
