/// A processor that runs graphs.
public protocol Backend {
  /// Plans memory, copies and repacks the weights, and prepares every operation; a run then allocates nothing.
  /// - Throws: `.model` for a graph that cannot run, `.outOfMemory` with what was asked, `.library` from a driver.
  func compile(_ graph: Graph) throws(Failure) -> any CompiledGraph
}

/// A graph with its memory, ready to run. Not for several threads at once.
public protocol CompiledGraph: AnyObject {
  var graph: Graph { get }
  /// How many bytes the plan holds, and how many the tensors would take side by side.
  var memory: MemoryUse { get }

  /// Fills an input, which keeps it until it is written again.
  /// - Throws: `.format` when there is no such input or the count is not its own.
  func write(_ input: String, _ values: UnsafeBufferPointer<Float>) throws(Failure)
  /// Fills an input of bytes: a picture.
  func write(_ input: String, bytes: UnsafeRawBufferPointer) throws(Failure)
  /// - Throws: `.setting` when the value is none for that parameter.
  func set(_ parameter: Parameter, _ value: Int) throws(Failure)
  func set(_ parameter: Parameter, _ value: Float) throws(Failure)

  /// Runs all operations once, to their end.
  /// - Throws: `.setting` when a parameter leaves its tensor, before anything of its stage runs; `.library` from a driver.
  func run() throws(Failure)
  /// Runs the operations of one stage; see `Graph.stage`.
  /// - Throws: As `run()`, and `.setting` when there is no such stage.
  func run(_ stage: String) throws(Failure)

  /// Copies an output of the last run.
  /// - Throws: `.format` when there is no such output or the count is not its own.
  func read(_ output: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure)
  func read(_ output: String, bytes: UnsafeMutableRawBufferPointer) throws(Failure)

  func readState(_ name: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure)
  func writeState(_ name: String, _ values: UnsafeBufferPointer<Float>) throws(Failure)
  /// Makes all states zero, as they were at first.
  func resetStates() throws(Failure)

  /// Fills every intermediate and output with NaN, so that a test sees what a run did not write.
  func poison() throws(Failure)
}

/// What a compiled graph takes.
public struct MemoryUse: Sendable, Equatable {
  /// Intermediates, inputs and outputs, laid over one another by lifetime.
  public var arenaBytes = 0
  /// The same without overlay.
  public var unplannedBytes = 0
  public var constantBytes = 0
  public var stateBytes = 0
  /// What kernels need beside their tensors.
  public var scratchBytes = 0
}

extension CompiledGraph {
  public func write(_ input: String, _ values: [Float]) throws(Failure) {
    try values.withUnsafeBufferPointer { (values) throws(Failure) in try write(input, values) }
  }

  public func write(_ input: String, bytes: [UInt8]) throws(Failure) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
      try write(input, bytes: UnsafeRawBufferPointer(bytes))
    }
  }

  public func writeState(_ name: String, _ values: [Float]) throws(Failure) {
    try values.withUnsafeBufferPointer { (values) throws(Failure) in try writeState(name, values) }
  }

  /// An output as a new array.
  public func read(_ output: String) throws(Failure) -> [Float] {
    let count = graph.outputs.first { $0.name == output }?.tensor.count ?? 0
    var values = [Float](repeating: .nan, count: count)
    try values.withUnsafeMutableBufferPointer { (values) throws(Failure) in try read(output, into: values) }
    return values
  }

  /// An output of bytes as a new array.
  public func readBytes(_ output: String) throws(Failure) -> [UInt8] {
    let count = graph.outputs.first { $0.name == output }?.tensor.count ?? 0
    var values = [UInt8](repeating: 0, count: count)
    try values.withUnsafeMutableBufferPointer { (values) throws(Failure) in
      try read(output, bytes: UnsafeMutableRawBufferPointer(values))
    }
    return values
  }

  /// A state as a new array.
  public func readState(_ name: String) throws(Failure) -> [Float] {
    let count = graph.states.first { $0.name == name }?.count ?? 0
    var values = [Float](repeating: .nan, count: count)
    try values.withUnsafeMutableBufferPointer { (values) throws(Failure) in try readState(name, into: values) }
    return values
  }
}
