import Compute

extension Operation {
  /// Multiplications and additions of the operations that count: products, convolutions and attention.
  /// - Parameter share: Of its keys that attention sees; which they are may change from run to run.
  public func floatingPointOperations(ofKeys share: Double = 1) -> Double {
    switch self {
    case .matmul(let product):
      return 2 * Double(product.batch) * Double(product.rows) * Double(product.columns) * Double(product.depth)
    case .convolution(let convolution):
      return 2 * Double(convolution.output.count) * Double(convolution.input.channels)
        * Double(convolution.size * convolution.size)
    case .attention(let attention):
      return 4 * Double(attention.queries.count) * Double(attention.keys.rows) * share
    default: return 0
    }
  }
}
