import Glibc

/// A graph as a list of kernels over one arena.
final class CPUGraph: CompiledGraph {
  let graph: Graph
  private(set) var memory = MemoryUse()
  private var parameters: ParameterBlock
  private let stages: [Stage]
  /// Of each stage.
  private let limits: [[ParameterLimit]]
  private let backend: CPUBackend
  private let plan: MemoryPlan
  private var kernels: [CPUKernel] = []
  /// The address of each buffer.
  private var addresses: [UnsafeMutableRawPointer?]
  private let arena: CPUMemory
  /// Constants, tables, states and scratch.
  private var owned: [CPUMemory] = []
  private let packed = PackedWeights()
  /// Where a kernel needs it.
  private var linearAlgebra: LinearAlgebra?

  init(_ graph: Graph, _ backend: CPUBackend) throws(Failure) {
    try graph.validate()
    self.graph = graph
    self.backend = backend
    parameters = ParameterBlock(graph)
    stages = graph.stages
    limits = stages.map(graph.limits)
    plan = MemoryPlan(graph, bytesPerElement: CPUGraph.bytes)
    arena = try backend.allocate(plan.arenaBytes, "the arena of \(graph.nodes.count) operations")
    addresses = plan.offsets.map { [arena] offset in offset.map { arena.base + $0 } }
    memory.arenaBytes = plan.arenaBytes
    memory.unplannedBytes = plan.unplannedBytes
    try placeStates()
    try widenConstants()
    try makeKernels()
  }

  private static func bytes(_ type: ElementType) -> Int { type == .uint8 ? 1 : 4 }

  private func placeStates() throws(Failure) {
    for state in graph.states {
      let block = try backend.allocate(state.count * 4, "state \(state.name)")
      owned.append(block)
      addresses[state.buffer] = block.base
      memory.stateBytes += block.byteCount
    }
  }

  private func widenConstants() throws(Failure) {
    // What is packed needs no second copy unless something else reads it.
    var read = Set<Int>()
    for node in graph.nodes {
      let packing = Packing(node.operation, graph, backend.products)
      for tensor in node.operation.operands where tensor.buffer != packing?.buffer { read.insert(tensor.buffer) }
      // The bias too, say, or what is multiplied.
      if let packing, node.operation.operands.count(where: { $0.buffer == packing.buffer }) > 1 {
        read.insert(packing.buffer)
      }
    }
    for (index, buffer) in graph.buffers.enumerated() {
      guard case .constant(let constant) = buffer.role, read.contains(index) else { continue }
      let block = try backend.allocate(buffer.count * 4, "a constant of \(buffer.count) values")
      constant.widen(into: block.floats())
      owned.append(block)
      addresses[index] = block.base
      memory.constantBytes += block.byteCount
    }
  }

  private func makeKernels() throws(Failure) {
    let context = CPUContext(backend: backend, addresses: addresses, graph: graph, packed: packed)
    for node in graph.nodes {
      let (kernel, tables) = try context.kernel(node)
      kernels.append(kernel)
      if let tables {
        owned.append(tables)
        memory.constantBytes += tables.byteCount
      }
    }
    memory.constantBytes += packed.byteCount
    if kernels.contains(where: { $0 is MatmulKernel }) { linearAlgebra = backend.linearAlgebra }
    // Kernels run one after another, so one scratch serves all; a cache line keeps workers apart.
    let most = kernels.reduce(0) { max($0, $1.scratchCount) }
    guard most > 0 else { return }
    let stride = (most + 31) / 16 * 16
    let scratch = try backend.allocate(stride * 4 * backend.workers, "scratch of \(backend.workers) workers")
    owned.append(scratch)
    memory.scratchBytes = scratch.byteCount
    for kernel in kernels {
      kernel.scratch = scratch.floats()
      kernel.scratchStride = stride
    }
  }

  func set(_ parameter: Parameter, _ value: Int) throws(Failure) { try parameters.set(parameter, value) }
  func set(_ parameter: Parameter, _ value: Float) throws(Failure) { try parameters.set(parameter, value) }

  func run() throws(Failure) {
    for index in stages.indices { try run(at: index) }
  }

  func run(_ stage: String) throws(Failure) { try run(at: Graph.find(stage, in: stages)) }

  private func run(at index: Int) throws(Failure) {
    for limit in limits[index] { try limit.check(parameters) }
    func run() {
      for node in stages[index].nodes {
        kernels[node].prepare(parameters)
        kernels[node].runAll(workers: backend.workers)
      }
    }
    // Work is spread over cores here, where more than a product is put into each share.
    if let linearAlgebra { linearAlgebra.withThreads(1, run) } else { run() }
  }

  func poison() throws(Failure) {
    for (index, buffer) in graph.buffers.enumerated() {
      guard case .intermediate = buffer.role, let address = addresses[index] else { continue }
      // All ones is a NaN.
      memset(address, 0xFF, plan.sizes[index])
    }
  }
}

extension CPUGraph {
  func write(_ input: String, _ values: UnsafeBufferPointer<Float>) throws(Failure) {
    let target = try find(input, "input", values.count, isBytes: false)
    if let source = values.baseAddress { memcpy(target, source, values.count * 4) }
  }

  func write(_ input: String, bytes: UnsafeRawBufferPointer) throws(Failure) {
    let target = try find(input, "input", bytes.count, isBytes: true)
    if let source = bytes.baseAddress { memcpy(target, source, bytes.count) }
  }

  func read(_ output: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure) {
    let source = try findOutput(output, values.count, isBytes: false)
    if let target = values.baseAddress { memcpy(target, source, values.count * 4) }
  }

  func read(_ output: String, bytes: UnsafeMutableRawBufferPointer) throws(Failure) {
    let source = try findOutput(output, bytes.count, isBytes: true)
    if let target = bytes.baseAddress { memcpy(target, source, bytes.count) }
  }

  func readState(_ name: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure) {
    let source = try find(name, "state", values.count, isBytes: false)
    if let target = values.baseAddress { memcpy(target, source, values.count * 4) }
  }

  func writeState(_ name: String, _ values: UnsafeBufferPointer<Float>) throws(Failure) {
    let target = try find(name, "state", values.count, isBytes: false)
    if let source = values.baseAddress { memcpy(target, source, values.count * 4) }
  }

  func resetStates() throws(Failure) {
    for (index, buffer) in graph.buffers.enumerated() {
      guard case .state = buffer.role, let address = addresses[index] else { continue }
      memset(address, 0, buffer.count * 4)
    }
  }

  /// The address of an input or a state, after checking the count.
  private func find(
    _ name: String, _ kind: String, _ count: Int, isBytes: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    for index in graph.buffers.indices {
      let buffer = graph.buffers[index]
      switch buffer.role {
      case .input(name) where kind == "input", .state(name) where kind == "state":
        return try checked(name, kind, buffer.elementType, buffer.count, addresses[index], count, isBytes)
      default: continue
      }
    }
    throw Failure(.format, "\(kind) \(name): the graph has none of that name")
  }

  private func findOutput(_ name: String, _ count: Int, isBytes: Bool) throws(Failure) -> UnsafeMutableRawPointer {
    for output in graph.outputs where output.name == name {
      let tensor = output.tensor
      return try checked(name, "output", tensor.elementType, tensor.count, addresses[tensor.buffer], count, isBytes)
    }
    throw Failure(.format, "output \(name): the graph has none of that name")
  }

  private func checked(
    _ name: String, _ kind: String, _ type: ElementType, _ expected: Int, _ address: UnsafeMutableRawPointer?,
    _ count: Int, _ isBytes: Bool
  ) throws(Failure) -> UnsafeMutableRawPointer {
    guard count == expected, isBytes == (type == .uint8), let address else {
      throw Failure(
        .format,
        "\(kind) \(name): \(count) \(isBytes ? "bytes" : "numbers"); expected \(expected) "
          + (type == .uint8 ? "bytes" : "numbers"))
    }
    return address
  }
}
