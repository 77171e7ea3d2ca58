import Compute

extension Graph {
  /// x/2 · (1 + erf(x / √2)), to 2.5e-5: the exact form of GELU, which the image embedder alone uses.
  ///
  /// erf(x / √2) is taken as tanh(x · (a + b·x² + c·x⁴)), fitted to the least largest error; beyond |x| = 6 both are ±1.
  mutating func errorFunctionGeLU(_ x: Tensor) throws(Failure) -> Tensor {
    let square = try elementwise(x, [.multiply(x), .clamp(0, 36)])
    let twice = try elementwise(
      square,
      [
        .scale(-0.000_351_516_87), .offset(0.037_005_647), .multiply(square), .offset(0.797_507_88), .multiply(x),
        .activation(.tanh), .offset(1), .multiply(x),
      ])
    return try elementwise(twice, [.scale(0.5)])
  }
}
