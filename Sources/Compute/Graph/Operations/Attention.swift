/// Which keys each group of queries may see.
public struct KeyRanges: Sendable {
  /// Rows of keys from `start` up to, not including, `end`.
  public struct Range: Sendable {
    public let start: Scalar
    public let end: Scalar

    public init(_ start: Scalar, _ end: Scalar) {
      self.start = start
      self.end = end
    }
  }

  /// One list a group; the queries are divided into as many groups of equal size, in order. A key in two ranges of a
  /// list counts twice, so keep them apart; with no key at all the result is zero.
  public let groups: [[Range]]

  public init(_ groups: [[Range]]) { self.groups = groups }

  /// The same ranges for every query.
  public init(_ ranges: [Range]) { groups = [ranges] }
}

/// Draws attention to keys that lie where a query looks: adds `log(c + 1 + 1e-6)` to the logits, where
/// `c = clamp(q̂ · normalise(X − centre), −1, 1)`, times `scale` where it is positive.
///
/// All three tensors are `float32`. A ray of zero length carries no bias, nor does a key at `noPoint`.
public struct GeometryBias: Sendable {
  /// queries × 3: unit directions in the world.
  public let rayDirections: Tensor
  /// keys × 3: points in the world.
  public let worldPoints: Tensor
  /// frames × 3: where the ego camera stood; the queries are divided into as many groups of equal size, in order.
  public let egoCentres: Tensor
  public let scale: Scalar

  /// The coordinates of a key that has no place in the world: more than `noPointDistance` from anything.
  public static let noPoint: Float = 1e18
  /// A key farther from the ego centre carries no bias; a kernel compares squares, which still fit 32 bits.
  public static let noPointDistance: Float = 1e17

  public init(rayDirections: Tensor, worldPoints: Tensor, egoCentres: Tensor, scale: Scalar = .real(1)) {
    self.rayDirections = rayDirections
    self.worldPoints = worldPoints
    self.egoCentres = egoCentres
    self.scale = scale
  }
}

/// softmax(scale · Q Kᵀ + bias) V for every head, without ever holding a matrix of queries × keys.
public struct Attention: OperationDetails {
  /// queries × (heads · head size).
  public let queries: Tensor
  /// keys × (heads · head size).
  public let keys: Tensor
  public let values: Tensor
  public let heads: Int
  /// At most 128.
  public let headSize: Int
  public let scale: Float
  public let keyRanges: KeyRanges
  public let bias: GeometryBias?
  public let output: Tensor

  var operands: [Tensor] {
    [queries, keys, values] + (bias.map { [$0.rayDirections, $0.worldPoints, $0.egoCentres] } ?? [])
  }
}

extension Graph {
  /// Attends; all dimensions but the last count queries and keys.
  /// - Parameters:
  ///   - keyRanges: `nil` lets every query see every key.
  ///   - scale: Of the logits; `nil` for 1/√(head size).
  /// - Returns: The shape of `queries`.
  public mutating func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, heads: Int, keyRanges: KeyRanges? = nil,
    bias: GeometryBias? = nil, scale: Float? = nil
  ) throws(Failure) -> Tensor {
    let label = label("attention")
    try checkNumbers([queries, keys, values], label)
    let shapes = "queries \(queries.shape), keys \(keys.shape), values \(values.shape), \(heads) heads"
    try require(
      queries.channels == keys.channels && keys.channels == values.channels && keys.rows == values.rows, label,
      "\(shapes): the sizes differ")
    try require(heads >= 1 && queries.channels % heads == 0, label, "\(shapes): the heads do not divide the channels")
    let headSize = queries.channels / heads
    try require(headSize <= 128, label, "\(shapes): a head of \(headSize); expected at most 128")

    let ranges = keyRanges ?? KeyRanges([KeyRanges.Range(0, .integer(keys.rows))])
    try require(
      !ranges.groups.isEmpty && queries.rows % ranges.groups.count == 0, label,
      "\(shapes): \(ranges.groups.count) groups of key ranges do not divide \(queries.rows) queries")
    for range in ranges.groups.joined() {
      try check(range.start, label, "a key range")
      try check(range.end, label, "a key range")
      if case .integer(let start) = range.start, case .integer(let end) = range.end {
        try require(
          0 <= start && start <= end && end <= keys.rows, label, "\(shapes): keys \(start)..<\(end) of \(keys.rows)")
      }
    }
    if let bias { try check(bias, queries.rows, keys.rows, label) }
    let output = try makeTensor(queries.shape, elementType, .intermediate, label)
    append(
      .attention(
        Attention(
          queries: queries, keys: keys, values: values, heads: heads, headSize: headSize,
          scale: scale ?? 1 / Float(headSize).squareRoot(), keyRanges: ranges, bias: bias, output: output)), label)
    return output
  }

  private func check(_ bias: GeometryBias, _ queries: Int, _ keys: Int, _ label: String) throws(Failure) {
    let tensors = [bias.rayDirections, bias.worldPoints, bias.egoCentres]
    try checkNumbers(tensors, label)
    try require(
      tensors.allSatisfy { $0.elementType == .float32 && $0.channels == 3 }, label,
      "geometry bias of \(tensors.map(\.description)); expected three tensors of … × 3 float32")
    try require(
      bias.rayDirections.rows == queries && bias.worldPoints.rows == keys && queries % bias.egoCentres.rows == 0, label,
      "geometry bias of \(tensors.map(\.shape)); expected [\(queries), 3], [\(keys), 3] and a divisor of \(queries) × 3"
    )
    try check(bias.scale, label, "the bias's scale")
  }
}
