/// Gaussian noise as a function of (seed, latent frame, step, element) alone; docs/models.md gives the counter.
///
/// There is no state: a seek, another chunk size or another machine finds the same numbers.
public struct Noise: Sendable, Equatable {
  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// Fills `values` with the noise of one latent frame, from its element 0.
  /// - Parameters:
  ///   - latentFrame: Counted from the stream's start; 2³² later it begins again.
  ///   - step: 0 for the noise that sampling starts from, j for what is added before step j.
  public func fill(_ values: UnsafeMutableBufferPointer<Float>, latentFrame: Int, step: Int) {
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let (frame, step) = (UInt32(truncatingIfNeeded: latentFrame), UInt32(truncatingIfNeeded: step))
    for first in stride(from: 0, to: values.count, by: 4) {
      let words = Philox.block(counter: SIMD4(UInt32(truncatingIfNeeded: first / 4), frame, step, 0), key: key)
      for lane in 0..<min(4, values.count - first) { values[first + lane] = Noise.normal(words[lane]) }
    }
  }

  /// The same as a new array.
  public func values(_ count: Int, latentFrame: Int, step: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: max(count, 0)) { buffer, initialised in
      // The buffer may be larger than asked for.
      buffer.initialize(repeating: 0)
      fill(UnsafeMutableBufferPointer(rebasing: buffer.prefix(max(count, 0))), latentFrame: latentFrame, step: step)
      initialised = max(count, 0)
    }
  }

  /// A word as the uniform (w + ½) / 2³², and that as a normal number; at most 6.4 in size.
  static func normal(_ word: UInt32) -> Float {
    Float(NormalQuantile.value((Double(word) + 0.5) / 4_294_967_296))
  }
}
