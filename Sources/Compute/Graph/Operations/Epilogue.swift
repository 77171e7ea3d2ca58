/// A function of one number.
public enum Activation: String, Sendable, CaseIterable {
  case none
  case reLU
  /// x / (1 + e⁻ˣ).
  case siLU
  /// The tanh form: x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
  case geLU
  case tanh
}

/// What is done to each result of a matrix product or convolution before it is stored:
/// `residual + gate · activation(x + bias)`, or `activation(gate · (x + bias) + residual)`.
public struct Epilogue: Sendable {
  /// One value a channel.
  public var bias: Tensor?
  public var activation: Activation
  /// `groups × channels`: row r of R takes row r ÷ (R ÷ groups); one channel serves all.
  public var gate: Tensor?
  /// Of the result's own size.
  public var residual: Tensor?
  /// Whether the activation comes after gate and residual, as in ReLU(conv(x) + skip).
  public var activatesLast: Bool

  public init(
    bias: Tensor? = nil, activation: Activation = .none, gate: Tensor? = nil, residual: Tensor? = nil,
    activatesLast: Bool = false
  ) {
    self.bias = bias
    self.activation = activation
    self.gate = gate
    self.residual = residual
    self.activatesLast = activatesLast
  }

  var operands: [Tensor] { [bias, gate, residual].compactMap { $0 } }
}
