/// Scales each frame to another size.
public struct Resize: OperationDetails {
  public enum Mode: String, Sendable, CaseIterable {
    /// Output pixel x takes input pixel ⌊x · in ÷ out⌋.
    case nearest
    /// Between the four nearest pixel centres: input place (x + ½) · in ÷ out − ½, kept inside.
    case bilinear
  }

  /// Frames × height × width × channels.
  public let input: Tensor
  public let mode: Mode
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

/// Gathers the pixels of each patch of frames × rows × columns into channels, or scatters them again.
public struct Patches: OperationDetails {
  public enum Direction: String, Sendable, CaseIterable { case gather, scatter }

  /// How a patch's numbers lie in the channels of its token.
  public enum Order: String, Sendable, CaseIterable {
    /// channel, then frame, row, column within the patch: the weights of a convolution, and pixel shuffle.
    case channelFirst
    /// frame, row, column within the patch, then channel: Wan's last layer, stacked frames.
    case channelLast
  }

  /// Frames × height × width × channels, pixels (gather) or tokens (scatter).
  public let input: Tensor
  public let direction: Direction
  /// Frames, rows and columns of a patch.
  public let patch: [Int]
  public let order: Order
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

extension Graph {
  /// - Returns: frames × height × width × channels.
  public mutating func resize(_ input: Tensor, height: Int, width: Int, _ mode: Resize.Mode) throws(Failure) -> Tensor {
    let label = label("resize")
    let shape = try imageShape(input, label)
    let output = try makeTensor([shape[0], height, width, shape[3]], elementType, .intermediate, label)
    append(.resize(Resize(input: input, mode: mode, output: output)), label)
    return output
  }

  /// Pixels to tokens: each patch becomes one pixel with `patch` times as many channels.
  public mutating func patchify(_ input: Tensor, patch: [Int], _ order: Patches.Order) throws(Failure) -> Tensor {
    let label = label("patchify")
    let shape = try imageShape(input, label)
    try require(
      patch.count == 3 && patch.allSatisfy { $0 >= 1 } && (0..<3).allSatisfy { shape[$0] % patch[$0] == 0 }, label,
      "\(shape) does not divide into patches of \(patch)")
    let made = [shape[0] / patch[0], shape[1] / patch[1], shape[2] / patch[2], shape[3] * patch.reduce(1, *)]
    let output = try makeTensor(made, elementType, .intermediate, label)
    append(.patches(Patches(input: input, direction: .gather, patch: patch, order: order, output: output)), label)
    return output
  }

  /// Tokens to pixels: undoes `patchify`.
  public mutating func unpatchify(_ input: Tensor, patch: [Int], _ order: Patches.Order) throws(Failure) -> Tensor {
    let label = label("unpatchify")
    let shape = try imageShape(input, label)
    try require(
      patch.count == 3 && patch.allSatisfy { (1...shape[3]).contains($0) }, label,
      "\(shape) holds no patches of \(patch)")
    let (size, overflow) = patch.reduce((1, false)) { made, next in
      let product = made.0.multipliedReportingOverflow(by: next)
      return (product.partialValue, made.1 || product.overflow)
    }
    try require(!overflow && shape[3] % size == 0, label, "\(shape) holds no patches of \(patch)")
    let made = [shape[0] * patch[0], shape[1] * patch[1], shape[2] * patch[2], shape[3] / size]
    let output = try makeTensor(made, elementType, .intermediate, label)
    append(.patches(Patches(input: input, direction: .scatter, patch: patch, order: order, output: output)), label)
    return output
  }

  /// Channels c·r² + dy·r + dx become pixels of a picture r times as large, as in PyTorch.
  public mutating func pixelShuffle(_ input: Tensor, factor: Int) throws(Failure) -> Tensor {
    try unpatchify(input, patch: [1, factor, factor], .channelFirst)
  }

  /// Undoes `pixelShuffle`.
  public mutating func pixelUnshuffle(_ input: Tensor, factor: Int) throws(Failure) -> Tensor {
    try patchify(input, patch: [1, factor, factor], .channelFirst)
  }
}
