#if canImport(Glibc)
  import Glibc
#endif

/// Numbers that a seed brings back: SplitMix64.
public struct RandomNumbers: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Roughly normal, mean 0, deviation 1: the sum of four uniform numbers.
  public mutating func normal() -> Float {
    let word = bits()
    let sum = Float(word & 0xFFFF) + Float((word >> 16) & 0xFFFF) + Float((word >> 32) & 0xFFFF) + Float(word >> 48)
    return (sum * 0x1p-16 - 2) * 1.7320508
  }

  public mutating func normals(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in normal() * scale } }

  /// Unit vectors of three, one after another.
  public mutating func directions(_ count: Int) -> [Float] {
    (0..<count).flatMap { _ -> [Float] in
      let (x, y, z) = (normal(), normal(), normal() + 0.01)
      let length = max(x * x + y * y + z * z, 1e-6).squareRoot()
      return [x / length, y / length, z / length]
    }
  }
}
