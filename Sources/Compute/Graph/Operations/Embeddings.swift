/// Turns pairs of channels (2i, 2i+1) of each head by an angle that grows with the token's place in time, height and width.
///
/// The head's pairs are divided among the three axes in that order. Along an axis with `d` channels, pair i turns by
/// `position · base^(−2i/d)`.
public struct RotaryEmbedding: OperationDetails {
  /// (frames · height · width) × (heads · head size), tokens in that order.
  public let input: Tensor
  public let heads: Int
  public let frames: Int
  public let height: Int
  public let width: Int
  /// Channels of a head for time, height and width, each even; their sum is the head size.
  public let split: [Int]
  public let base: Float
  /// Place in time of the first frame, a whole number below 2¹⁶.
  public let frameOffset: Scalar
  public let output: Tensor

  var operands: [Tensor] { [input] }
  var overlayable: [Tensor] { [input] }
}

/// Cosines, then sines, of each timestep at `channels`/2 frequencies: `t · 10000^(−i/(channels/2))`.
public struct TimestepEmbedding: OperationDetails {
  public let timesteps: [Scalar]
  /// timesteps × channels.
  public let output: Tensor

  var operands: [Tensor] { [] }
}

extension Graph {
  /// Turns the tokens of a grid; see `RotaryEmbedding`.
  public mutating func rotaryEmbedding(
    _ input: Tensor, heads: Int, frames: Int, height: Int, width: Int, split: [Int], base: Float = 10_000,
    frameOffset: Scalar = 0
  ) throws(Failure) -> Tensor {
    let label = label("rotary embedding")
    try checkNumbers([input], label)
    let shapes = "\(input.shape), \(heads) heads, grid \(frames) × \(height) × \(width), split \(split)"
    try require(
      frames > 0 && height > 0 && width > 0 && input.rows == frames * height * width, label,
      "\(shapes): the grid has not \(input.rows) tokens")
    try require(
      heads > 0 && split.count == 3 && split.allSatisfy { $0 >= 0 && $0 % 2 == 0 }
        && split.reduce(0, +) * heads == input.channels, label,
      "\(shapes): expected three even parts of a head whose sum is \(input.channels) ÷ heads")
    try require(base > 0 && base.isFinite, label, "base \(base)")
    try check(frameOffset, label, "the frame offset")
    let output = try makeTensor(input.shape, elementType, .intermediate, label)
    append(
      .rotaryEmbedding(
        RotaryEmbedding(
          input: input, heads: heads, frames: frames, height: height, width: width, split: split, base: base,
          frameOffset: frameOffset, output: output)), label)
    return output
  }

  /// - Returns: timesteps × channels.
  public mutating func timestepEmbedding(_ timesteps: [Scalar], channels: Int) throws(Failure) -> Tensor {
    let label = label("timestep embedding")
    try require(!timesteps.isEmpty, label, "no timesteps")
    try require(channels >= 2 && channels % 2 == 0, label, "\(channels) channels; expected an even number")
    for timestep in timesteps { try check(timestep, label, "a timestep") }
    let output = try makeTensor([timesteps.count, channels], elementType, .intermediate, label)
    append(.timestepEmbedding(TimestepEmbedding(timesteps: timesteps, output: output)), label)
    return output
  }
}
