/// Normalises each row over its channels: `(normal · weight + bias) · (1 + scale) + shift`.
public struct Normalisation: OperationDetails {
  public enum Kind: String, Sendable {
    /// x / √(mean(x²) + ε).
    case rootMeanSquare
    /// (x − mean) / √(variance + ε).
    case layer
  }

  public let input: Tensor
  public let kind: Kind
  public let epsilon: Float
  /// One value a channel.
  public let weight: Tensor?
  public let bias: Tensor?
  /// `groups × channels`, as a gate: see `Epilogue.gate`.
  public let scale: Tensor?
  public let shift: Tensor?
  public let output: Tensor

  var operands: [Tensor] { [input] + [weight, bias, scale, shift].compactMap { $0 } }
  var overlayable: [Tensor] { [input] }
}

extension Graph {
  /// Normalises rows; see `Normalisation`.
  public mutating func normalisation(
    _ input: Tensor, _ kind: Normalisation.Kind, epsilon: Float = 1e-6, weight: Tensor? = nil, bias: Tensor? = nil,
    scale: Tensor? = nil, shift: Tensor? = nil
  ) throws(Failure) -> Tensor {
    let label = label("normalisation")
    try checkNumbers([input, weight, bias, scale, shift], label)
    try require(epsilon >= 0 && epsilon.isFinite, label, "epsilon \(epsilon)")
    try checkVector(weight, channels: input.channels, label, "weight")
    try checkVector(bias, channels: input.channels, label, "bias")
    try checkBroadcast(scale, over: input.shape, label, "scale")
    try checkBroadcast(shift, over: input.shape, label, "shift")
    let output = try makeTensor(input.shape, elementType, .intermediate, label)
    append(
      .normalisation(
        Normalisation(
          input: input, kind: kind, epsilon: epsilon, weight: weight, bias: bias, scale: scale, shift: shift,
          output: output)), label)
    return output
  }
}
