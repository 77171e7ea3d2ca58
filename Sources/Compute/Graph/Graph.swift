/// Neural operations on tensors of fixed shapes, in the order they run; built once, compiled by a `Backend`, run often.
///
///     var graph = Graph(elementType: .float32)
///     let tokens = try graph.input("tokens", [64, 128])
///     let weight = try graph.constant([256, 128], Constant(values))
///     let hidden = try graph.matmul(tokens, weight, transposeRight: true, Epilogue(activation: .siLU))
///     try graph.output("hidden", hidden)
///
/// Each builder checks what it is given and throws a `Failure(.model)` that names the operation and the shapes, so that a
/// graph, once built, fits together.
public struct Graph: Sendable {
  /// What a buffer is for, which decides how long its content lasts.
  public enum Role: Sendable {
    /// Written by the caller; keeps its content from run to run.
    case input(String)
    case constant(Constant)
    /// Lives as long as the compiled graph; zero at first, changed by operations.
    case state(String)
    /// Lives from the operation that writes it to the last that reads it.
    case intermediate
  }

  public struct Buffer: Sendable {
    public let role: Role
    public let elementType: ElementType
    /// Elements.
    public let count: Int
  }

  public struct Node: Sendable {
    public let operation: Operation
    /// `blocks.3.attn1: matmul #17`, for errors and timings.
    public let label: String
    /// Which part of the graph it belongs to; see `Graph.stage`.
    public let stage: String
  }

  public struct Output: Sendable {
    public let name: String
    public let tensor: Tensor
  }

  public struct ParameterDeclaration: Sendable {
    public let name: String
    public let parameter: Parameter
    let initialBits: UInt32
  }

  /// How results of operations are stored, unless an operation says otherwise.
  public let elementType: ElementType
  /// Prefix of the labels of operations added from now on.
  public var scope = ""
  /// The part of the graph that operations added from now on belong to: a run may be of one part alone. The operations of
  /// a stage stand together. What one stage makes and another reads lasts until it is made again, in whatever order stages run;
  /// an output lasts until a stage that was added before its own runs.
  public var stage = ""
  public private(set) var buffers: [Buffer] = []
  public private(set) var nodes: [Node] = []
  public private(set) var outputs: [Output] = []
  public private(set) var parameters: [ParameterDeclaration] = []

  public init(elementType: ElementType = .float32) { self.elementType = elementType == .uint8 ? .float32 : elementType }

  /// A tensor that the caller writes before a run.
  public mutating func input(
    _ name: String, _ shape: [Int], _ elementType: ElementType? = nil
  ) throws(Failure) -> Tensor {
    guard !inputs.contains(where: { $0.name == name }) else { throw refusal("input \(name)", "the name is taken") }
    return try makeTensor(shape, elementType ?? self.elementType, .input(name), "input \(name)")
  }

  /// Weights.
  public mutating func constant(_ shape: [Int], _ constant: Constant) throws(Failure) -> Tensor {
    let label = "constant \(shape)"
    guard constant.elementType != .uint8 else { throw refusal(label, "bytes are no weights") }
    let tensor = try makeTensor(shape, constant.elementType, .constant(constant), label)
    guard tensor.count == constant.count else { throw refusal(label, "\(constant.count) values were given") }
    return tensor
  }

  /// Memory that outlives a run: a cache, a codec's previous frame. Zero at first.
  public mutating func state(
    _ name: String, _ shape: [Int], _ elementType: ElementType? = nil
  ) throws(Failure) -> Tensor {
    guard !states.contains(where: { $0.name == name }) else { throw refusal("state \(name)", "the name is taken") }
    let type = elementType ?? self.elementType
    guard type != .uint8 else { throw refusal("state \(name)", "bytes cannot be kept") }
    return try makeTensor(shape, type, .state(name), "state \(name)")
  }

  /// Makes a tensor readable after a run.
  public mutating func output(_ name: String, _ tensor: Tensor) throws(Failure) {
    guard !outputs.contains(where: { $0.name == name }) else { throw refusal("output \(name)", "the name is taken") }
    try checkKnown(tensor, "output \(name)")
    if case .constant = buffers[tensor.buffer].role { throw refusal("output \(name)", "a constant is no result") }
    outputs.append(Output(name: name, tensor: tensor))
  }

  /// A whole number that may change between runs.
  public mutating func integerParameter(_ name: String, initial: Int32 = 0) -> Parameter {
    addParameter(name, isInteger: true, UInt32(bitPattern: initial))
  }

  /// A real number that may change between runs.
  public mutating func realParameter(_ name: String, initial: Float = 0) -> Parameter {
    addParameter(name, isInteger: false, initial.bitPattern)
  }

  /// The same elements under another shape; no operation, no copy.
  public func reshape(_ tensor: Tensor, _ shape: [Int]) throws(Failure) -> Tensor {
    try checkKnown(tensor, "reshape")
    guard elementCount(shape) == tensor.count else {
      throw refusal("reshape", "\(tensor.shape) cannot become \(shape): the counts differ")
    }
    return Tensor(buffer: tensor.buffer, shape: shape, elementType: tensor.elementType)
  }

  mutating func makeTensor(
    _ shape: [Int], _ elementType: ElementType, _ role: Role, _ label: String
  ) throws(Failure) -> Tensor {
    guard let count = elementCount(shape) else {
      throw refusal(label, "shape \(shape); expected one to five dimensions of at least 1 and fewer than 2³¹ elements")
    }
    buffers.append(Buffer(role: role, elementType: elementType, count: count))
    return Tensor(buffer: buffers.count - 1, shape: shape, elementType: elementType)
  }

  mutating func append(_ operation: Operation, _ label: String) {
    nodes.append(Node(operation: operation, label: label, stage: stage))
  }

  private mutating func addParameter(_ name: String, isInteger: Bool, _ bits: UInt32) -> Parameter {
    let parameter = Parameter(index: parameters.count, isInteger: isInteger)
    parameters.append(ParameterDeclaration(name: name, parameter: parameter, initialBits: bits))
    return parameter
  }
}

/// How many elements a shape has; `nil` when it is no shape that a device could index with 32 bits.
private func elementCount(_ shape: [Int]) -> Int? {
  guard (1...5).contains(shape.count) else { return nil }
  var count = 1
  for size in shape {
    guard size >= 1, size <= Int(Int32.max) else { return nil }
    count *= size
    guard count <= Int(Int32.max) else { return nil }
  }
  return count
}
