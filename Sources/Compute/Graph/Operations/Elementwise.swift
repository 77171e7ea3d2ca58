/// A chain of functions applied to each element, in one pass over memory.
public struct Elementwise: OperationDetails {
  /// A tensor in a step is `groups × channels`, as a gate: see `Epilogue.gate`.
  public enum Step: Sendable {
    case activation(Activation)
    case add(Tensor)
    case multiply(Tensor)
    /// x + factor · tensor.
    case addScaled(Tensor, Scalar)
    /// x · factor.
    case scale(Scalar)
    /// x + term.
    case offset(Scalar)
    case clamp(Float, Float)

    var tensor: Tensor? {
      switch self {
      case .add(let tensor), .multiply(let tensor), .addScaled(let tensor, _): return tensor
      default: return nil
      }
    }
  }

  public let input: Tensor
  public let steps: [Step]
  public let output: Tensor

  var operands: [Tensor] { [input] + steps.compactMap(\.tensor) }
  /// A step's tensor of full size is read element by element too.
  var overlayable: [Tensor] { operands.filter { $0.count == output.count && $0.channels == output.channels } }
}

extension Graph {
  /// Applies the steps in order. At most 8 of them.
  public mutating func elementwise(_ input: Tensor, _ steps: [Elementwise.Step]) throws(Failure) -> Tensor {
    let label = label("elementwise")
    try checkNumbers([input] + steps.map(\.tensor), label)
    try require((1...8).contains(steps.count), label, "\(steps.count) steps; expected 1 to 8")
    for step in steps {
      try checkBroadcast(step.tensor, over: input.shape, label, "operand")
      switch step {
      case .addScaled(_, let scalar), .scale(let scalar), .offset(let scalar): try check(scalar, label, "a step")
      case .clamp(let low, let high): try require(low <= high, label, "clamp to \(low)…\(high)")
      default: break
      }
    }
    let output = try makeTensor(input.shape, elementType, .intermediate, label)
    append(.elementwise(Elementwise(input: input, steps: steps, output: output)), label)
    return output
  }

  /// One activation on its own.
  public mutating func activation(_ input: Tensor, _ activation: Activation) throws(Failure) -> Tensor {
    try elementwise(input, [.activation(activation)])
  }
}
