/// Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four random words for a counter
/// under a key, with no state between calls.
public enum Philox {
  /// Four words of 32 bits.
  public typealias Block = SIMD4<UInt32>

  public static func block(counter: Block, key: SIMD2<UInt32>) -> Block {
    var (counter, key) = (counter, key)
    for round in 0..<10 {
      if round > 0 { key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
      let first = UInt64(0xD251_1F53) * UInt64(counter.x)
      let second = UInt64(0xCD9E_8D57) * UInt64(counter.z)
      counter = Block(
        UInt32(truncatingIfNeeded: second >> 32) ^ counter.y ^ key.x, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter.w ^ key.y, UInt32(truncatingIfNeeded: first))
    }
    return counter
  }
}
