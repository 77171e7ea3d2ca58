import Compute

/// One row of the table that is both the correctness test of every backend and the timing run `egobench kernels`.
public struct ComputeCase: Sendable, CustomStringConvertible {
  /// Which operation it is about: `matmul`, `convolution`, …
  public let operation: String
  /// Shapes and options, unique within the operation.
  public let name: String
  /// Multiplications and additions of one run; 0 where memory is what counts.
  public let floatingPointOperations: Double
  /// Whether it is large enough that its time says something; the others are odd sizes and corner cases.
  public let isTimed: Bool
  private let define: @Sendable (inout CaseBuilder) throws -> Void

  init(
    _ operation: String, _ name: String, floatingPointOperations: Double = 0, isTimed: Bool = false,
    _ define: @escaping @Sendable (inout CaseBuilder) throws -> Void
  ) {
    self.operation = operation
    self.name = name
    self.floatingPointOperations = floatingPointOperations
    self.isTimed = isTimed
    self.define = define
  }

  public var description: String { "\(operation) \(name)" }

  /// The graph, with random weights and inputs from a seed.
  public func build(_ elementType: ElementType = .float32, seed: UInt64) throws -> CaseBuilder {
    var builder = CaseBuilder(elementType, seed: seed)
    try define(&builder)
    return builder
  }

  /// Every case.
  public static let all: [ComputeCase] = matmuls + convolutions + attentions + rowCases + spatialCases + stateCases
}

/// A graph in the making, with what its inputs and states are to hold.
public struct CaseBuilder {
  public var graph: Graph
  public var random: RandomNumbers
  public private(set) var inputs: [String: [Float]] = [:]
  public private(set) var pictures: [String: [UInt8]] = [:]
  public private(set) var states: [String: [Float]] = [:]

  init(_ elementType: ElementType, seed: UInt64) {
    graph = Graph(elementType: elementType)
    random = RandomNumbers(seed: seed)
  }

  /// An input of normal numbers, or of the given ones.
  public mutating func input(
    _ name: String, _ shape: [Int], _ values: [Float]? = nil, _ elementType: ElementType? = nil
  ) throws -> Tensor {
    let tensor = try graph.input(name, shape, elementType)
    inputs[name] = values ?? random.normals(tensor.count)
    return tensor
  }

  /// Weights in the graph's own element type.
  public mutating func weights(_ shape: [Int], scale: Float = 1) throws -> Tensor {
    let values = random.normals(shape.reduce(1, *), scale: scale)
    switch graph.elementType {
    case .float16: return try graph.constant(shape, Constant(.float16, bits: values.map(HalfPrecision.float16Bits)))
    case .bfloat16: return try graph.constant(shape, Constant(.bfloat16, bits: values.map(HalfPrecision.bfloat16Bits)))
    default: return try graph.constant(shape, Constant(values))
    }
  }

  /// A state that already holds something.
  public mutating func state(_ name: String, _ shape: [Int]) throws -> Tensor {
    let tensor = try graph.state(name, shape)
    states[name] = random.normals(tensor.count)
    return tensor
  }

  public mutating func picture(_ name: String, _ layout: ImageLayout) throws -> Tensor {
    let tensor = try graph.imageInput(name, layout)
    pictures[name] = (0..<layout.byteCount).map { _ in UInt8(truncatingIfNeeded: random.bits()) }
    return tensor
  }

  /// Fills inputs and states.
  public func load(into compiled: any CompiledGraph) throws {
    for (name, values) in inputs { try compiled.write(name, values) }
    for (name, bytes) in pictures { try compiled.write(name, bytes: bytes) }
    for (name, values) in states { try compiled.writeState(name, values) }
  }
}
