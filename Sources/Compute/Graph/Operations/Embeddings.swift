/// Where a token stands in its frame.
public struct TokenPlace: Sendable, Hashable {
  public let row: Int
  public let column: Int

  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }

  /// Row by row; columns are counted from `firstColumn`.
  public static func grid(height: Int, width: Int, firstColumn: Int = 0) -> [TokenPlace] {
    (0..<max(height, 0)).flatMap { row in
      (0..<max(width, 0)).map { TokenPlace(row: row, column: firstColumn + $0) }
    }
  }
}

/// Turns pairs of channels (2i, 2i+1) of each head by an angle that grows with the token's place in time, height and width.
///
/// The head's pairs are divided among the three axes in that order. Along an axis with `d` channels, pair i turns by
/// `place · base^(−2i/d)`.
public struct RotaryEmbedding: OperationDetails {
  /// A frame's place in time: a whole number. Angles are taken in 64 bits, so that it may grow for as long as a stream runs.
  public struct FramePlace: Sendable {
    public let start: Scalar
    /// Added to `start`.
    public let offset: Int

    func resolved(_ parameters: ParameterBlock) -> Int { parameters.integer(start) + offset }
  }

  /// (frames · tokens) × (heads · head size), frame by frame.
  public let input: Tensor
  public let heads: Int
  public let framePlaces: [FramePlace]
  /// The same in every frame.
  public let tokenPlaces: [TokenPlace]
  /// Channels of a head for time, height and width, each even; their sum is the head size.
  public let split: [Int]
  public let base: Float
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
  /// Turns the tokens of a grid whose frames follow one another in time from `frameOffset` on.
  public mutating func rotaryEmbedding(
    _ input: Tensor, heads: Int, frames: Int, height: Int, width: Int, split: [Int], base: Float = 10_000,
    frameOffset: Scalar = 0
  ) throws(Failure) -> Tensor {
    let label = label("rotary embedding")
    let (area, overflow) = max(height, 0).multipliedReportingOverflow(by: max(width, 0))
    try require(
      frames > 0 && !overflow && area > 0 && input.rows % area == 0 && input.rows / area == frames, label,
      "\(input.shape): the grid \(frames) × \(height) × \(width) has not \(input.rows) tokens")
    return try rotaryEmbedding(
      input, heads: heads, split: split, base: base,
      (0..<frames).map { RotaryEmbedding.FramePlace(start: frameOffset, offset: $0) },
      TokenPlace.grid(height: height, width: width))
  }

  /// Turns tokens that stand anywhere.
  /// - Parameters:
  ///   - framePlaces: One a frame; the frames have as many tokens each.
  ///   - tokenPlaces: One a token of a frame.
  public mutating func rotaryEmbedding(
    _ input: Tensor, heads: Int, split: [Int], base: Float = 10_000, framePlaces: [Scalar], tokenPlaces: [TokenPlace]
  ) throws(Failure) -> Tensor {
    try rotaryEmbedding(
      input, heads: heads, split: split, base: base,
      framePlaces.map { RotaryEmbedding.FramePlace(start: $0, offset: 0) }, tokenPlaces)
  }

  private mutating func rotaryEmbedding(
    _ input: Tensor, heads: Int, split: [Int], base: Float, _ framePlaces: [RotaryEmbedding.FramePlace],
    _ tokenPlaces: [TokenPlace]
  ) throws(Failure) -> Tensor {
    let label = label("rotary embedding")
    try checkNumbers([input], label)
    let shapes = "\(input.shape), \(heads) heads, \(framePlaces.count) frames, split \(split)"
    try require(
      !framePlaces.isEmpty && !tokenPlaces.isEmpty && input.rows == framePlaces.count * tokenPlaces.count, label,
      "\(shapes): places of \(tokenPlaces.count) tokens a frame; expected \(input.rows) tokens in all")
    try require(
      tokenPlaces.allSatisfy { (-65536...65536).contains($0.row) && (-65536...65536).contains($0.column) }, label,
      "\(shapes): a token's place lies beyond ±65536")
    try require(
      heads > 0 && split.count == 3 && split.allSatisfy { $0 >= 0 && $0 % 2 == 0 }
        && split.reduce(0, +) * heads == input.channels, label,
      "\(shapes): expected three even parts of a head whose sum is \(input.channels) ÷ heads")
    try require(base > 0 && base.isFinite, label, "base \(base)")
    for place in framePlaces { try check(place.start, label, "a frame's place") }
    let output = try makeTensor(input.shape, elementType, .intermediate, label)
    append(
      .rotaryEmbedding(
        RotaryEmbedding(
          input: input, heads: heads, framePlaces: framePlaces, tokenPlaces: tokenPlaces, split: split, base: base,
          output: output)), label)
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
