/// How the bytes of an 8-bit picture lie.
public struct ImageLayout: Sendable, Equatable {
  public enum Arrangement: String, Sendable, CaseIterable {
    /// r g b r g b …
    case interleaved
    /// A whole plane a channel, one after another.
    case planar
  }

  public let width: Int
  public let height: Int
  /// 1 to 4.
  public let channels: Int
  public let arrangement: Arrangement
  /// From the start of one row to that of the next; of one plane's row when planar.
  public let strideBytes: Int

  public init(
    width: Int, height: Int, channels: Int, _ arrangement: Arrangement = .interleaved, strideBytes: Int? = nil
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.arrangement = arrangement
    let samples = arrangement == .interleaved ? width.multipliedReportingOverflow(by: channels).partialValue : width
    self.strideBytes = strideBytes ?? samples
  }

  /// Samples in a row of `strideBytes`.
  var rowSamples: Int { arrangement == .interleaved ? width * channels : width }
  /// Bytes from pixel to pixel, row to row and channel to channel.
  public var steps: (pixel: Int, row: Int, channel: Int) {
    arrangement == .interleaved ? (channels, strideBytes, 1) : (1, strideBytes, strideBytes * height)
  }
  /// Bytes of a whole picture, padding included.
  public var byteCount: Int { strideBytes * height * (arrangement == .planar ? channels : 1) }
}

/// Bytes to numbers: `byte · scale + offset`.
public struct ImageInput: OperationDetails {
  /// A picture's bytes.
  public let input: Tensor
  public let layout: ImageLayout
  public let scale: Float
  public let offset: Float
  /// 1 × height × width × channels.
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

/// Numbers to bytes: `(x − offset) ÷ scale`, to the nearest (ties to even), kept within 0…255; NaN becomes 0. Padding bytes are zero.
public struct ImageOutput: OperationDetails {
  /// 1 × height × width × channels.
  public let input: Tensor
  public let layout: ImageLayout
  public let scale: Float
  public let offset: Float
  /// A picture's bytes.
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

extension Graph {
  /// A picture that the caller writes as bytes, as numbers.
  /// - Returns: 1 × height × width × channels.
  public mutating func imageInput(
    _ name: String, _ layout: ImageLayout, scale: Float = 1 / 255, offset: Float = 0
  ) throws(Failure) -> Tensor {
    let label = label("image input \(name)")
    try check(layout, scale, offset, label)
    let bytes = try input(name, [layout.byteCount], .uint8)
    let output = try makeTensor([1, layout.height, layout.width, layout.channels], elementType, .intermediate, label)
    append(
      .imageInput(ImageInput(input: bytes, layout: layout, scale: scale, offset: offset, output: output)), label)
    return output
  }

  /// A picture that the caller reads as bytes.
  public mutating func imageOutput(
    _ name: String, _ input: Tensor, _ layout: ImageLayout, scale: Float = 1 / 255, offset: Float = 0
  ) throws(Failure) {
    let label = label("image output \(name)")
    try check(layout, scale, offset, label)
    let shape = try imageShape(input, label)
    try require(
      shape == [1, layout.height, layout.width, layout.channels], label,
      "\(shape); expected [1, \(layout.height), \(layout.width), \(layout.channels)]")
    try require(scale != 0, label, "scale 0")
    let bytes = try makeTensor([layout.byteCount], .uint8, .intermediate, label)
    append(
      .imageOutput(ImageOutput(input: input, layout: layout, scale: scale, offset: offset, output: bytes)), label)
    try output(name, bytes)
  }

  private func check(_ layout: ImageLayout, _ scale: Float, _ offset: Float, _ label: String) throws(Failure) {
    let sides = 1...32_768
    try require(
      sides.contains(layout.width) && sides.contains(layout.height) && (1...4).contains(layout.channels)
        && layout.strideBytes >= layout.rowSamples && layout.strideBytes <= 1 << 20, label,
      "a picture of \(layout.width) × \(layout.height) × \(layout.channels), stride \(layout.strideBytes)")
    try require(scale.isFinite && offset.isFinite, label, "scale \(scale), offset \(offset)")
  }
}
