import Compute

extension Operation {
  /// Multiplications and additions of the operations that count: products, convolutions and attention, over all keys that
  /// it may ever see.
  public var floatingPointOperations: Double {
    switch self {
    case .matmul(let product):
      return 2 * Double(product.batch) * Double(product.rows) * Double(product.columns) * Double(product.depth)
    case .convolution(let convolution):
      return 2 * Double(convolution.output.count) * Double(convolution.input.channels)
        * Double(convolution.size * convolution.size)
    case .attention(let attention):
      return 4 * Double(attention.queries.count) * Double(attention.keys.rows)
    default: return 0
    }
  }
}
