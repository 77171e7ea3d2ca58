/// A 1×1 or 3×3 convolution over each frame, zero-padded so that stride 1 keeps the size, and its epilogue.
public struct Convolution: OperationDetails {
  /// Frames × height × width × input channels.
  public let input: Tensor
  /// Output channels × input channels × size × size, as PyTorch keeps it; a constant.
  public let weights: Tensor
  public let epilogue: Epilogue
  /// Frames × ⌈height ÷ stride⌉ × ⌈width ÷ stride⌉ × output channels.
  public let output: Tensor
  /// 1 or 3.
  public let size: Int
  /// 1 or 2. Output pixel (x, y) is centred on input pixel (stride·x, stride·y).
  public let stride: Int

  var operands: [Tensor] { [input, weights] + epilogue.operands }
  var overlayable: [Tensor] { [epilogue.residual].compactMap { $0 } }
}

extension Graph {
  /// Convolves; see `Convolution` for the shapes.
  public mutating func convolution(
    _ input: Tensor, weights: Tensor, stride: Int = 1, _ epilogue: Epilogue = Epilogue()
  ) throws(Failure) -> Tensor {
    let label = label("convolution")
    let image = try imageShape(input, label)
    try checkNumbers([weights], label)
    let shapes = "\(image) with weights \(weights.shape)"
    try require(
      weights.shape.count == 4 && weights.shape[2] == weights.shape[3] && [1, 3].contains(weights.shape[2]), label,
      "\(shapes): expected weights of output × input × 1 × 1 or 3 × 3")
    try require(
      weights.shape[1] == image[3], label, "\(shapes): the channels \(image[3]) and \(weights.shape[1]) differ")
    try require(isConstant(weights), label, "\(shapes): the weights must be a constant")
    try require(stride == 1 || stride == 2, label, "\(shapes): stride \(stride); expected 1 or 2")

    let shape = [image[0], (image[1] + stride - 1) / stride, (image[2] + stride - 1) / stride, weights.shape[0]]
    try check(epilogue, over: shape, label)
    let output = try makeTensor(shape, elementType, .intermediate, label)
    append(
      .convolution(
        Convolution(
          input: input, weights: weights, epilogue: epilogue, output: output, size: weights.shape[2], stride: stride)),
      label)
    return output
  }
}
