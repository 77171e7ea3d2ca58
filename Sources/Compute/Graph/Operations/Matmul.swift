/// A matrix product, one for each of `batch`, and its epilogue.
public struct Matmul: OperationDetails {
  /// batch × rows × depth, or batch × depth × rows when transposed.
  public let left: Tensor
  /// batch × depth × columns, or batch × columns × depth when transposed (as PyTorch keeps the weights of a layer).
  public let right: Tensor
  public let transposeLeft: Bool
  public let transposeRight: Bool
  public let epilogue: Epilogue
  public let output: Tensor
  public let batch: Int
  public let rows: Int
  public let columns: Int
  public let depth: Int

  var operands: [Tensor] { [left, right] + epilogue.operands }
  var overlayable: [Tensor] { [epilogue.residual].compactMap { $0 } }
}

extension Graph {
  /// Multiplies matrices, the last two dimensions; those before count the batch. A `right` of two dimensions serves
  /// every row of `left` in one product.
  /// - Returns: … × rows × columns.
  public mutating func matmul(
    _ left: Tensor, _ right: Tensor, transposeLeft: Bool = false, transposeRight: Bool = false,
    _ epilogue: Epilogue = Epilogue()
  ) throws(Failure) -> Tensor {
    let label = label("matmul")
    try checkNumbers([left, right], label)
    let shapes = "\(left.shape)\(transposeLeft ? "ᵀ" : "") · \(right.shape)\(transposeRight ? "ᵀ" : "")"
    try require(left.shape.count >= 2 && right.shape.count >= 2, label, "\(shapes): expected matrices")

    let depth = transposeLeft ? left.shape[left.shape.count - 2] : left.channels
    let rightRows = right.shape[right.shape.count - 2]
    let (rightDepth, columns) = transposeRight ? (right.channels, rightRows) : (rightRows, right.channels)
    try require(depth == rightDepth, label, "\(shapes): the inner sizes \(depth) and \(rightDepth) differ")

    let batches = Array(left.shape.dropLast(2))
    let isShared = right.shape.count == 2
    var rows = transposeLeft ? left.channels : left.shape[left.shape.count - 2]
    let shape = batches + [rows, columns]
    var batch = batches.reduce(1, *)
    if isShared {
      try require(!transposeLeft || batch == 1, label, "\(shapes): a transposed batch needs a batch on the right too")
      if !transposeLeft { (rows, batch) = (rows * batch, 1) }
    } else {
      try require(batches == Array(right.shape.dropLast(2)), label, "\(shapes): the batches differ")
    }
    try check(epilogue, over: shape, label)
    let output = try makeTensor(shape, elementType, .intermediate, label)
    append(
      .matmul(
        Matmul(
          left: left, right: right, transposeLeft: transposeLeft, transposeRight: transposeRight, epilogue: epilogue,
          output: output, batch: batch, rows: rows, columns: columns, depth: depth)), label)
    return output
  }
}
