/// Turns a graph's operations into commands, one after another; each operation's part stands in a file of its own.
struct GraphEncoder {
  let graph: Graph
  let device: VulkanDevice
  let memory: GraphMemory
  var list: CommandList
  var words: ParameterWords
  /// Bound where a kernel reads parameters, and in place of operands that an operation has not.
  let parameters: VulkanBuffer
  /// What the device may multiply on matrix units; empty for the plain path.
  let matrixShapes: [MatrixShape]
  private var pipelines: [PipelineKey: ComputePipeline] = [:]

  var kernels: Set<String> { Set(pipelines.keys.map(\.shader)) }

  private struct PipelineKey: Hashable {
    let shader: String
    let constants: [UInt64]
  }

  init(
    _ graph: Graph, _ device: VulkanDevice, _ memory: GraphMemory, _ list: CommandList, _ words: ParameterWords,
    _ parameters: VulkanBuffer, matrixShapes: [MatrixShape]
  ) {
    self.graph = graph
    self.device = device
    self.memory = memory
    self.list = list
    self.words = words
    self.parameters = parameters
    self.matrixShapes = matrixShapes
  }

  mutating func encode(_ node: Graph.Node) throws(Failure) {
    do {
      switch node.operation {
      case .matmul(let operation): try encode(operation)
      case .convolution(let operation): try encode(operation)
      case .attention(let operation): try encode(operation)
      case .normalisation(let operation): try encode(operation)
      case .rotaryEmbedding(let operation): try encode(operation)
      case .timestepEmbedding(let operation): try encode(operation)
      case .elementwise(let operation): try encode(operation)
      case .resize(let operation): try encode(operation)
      case .patches(let operation): try encode(operation)
      case .concatenate(let operation): try encode(operation)
      case .slice(let operation): try encode(operation)
      case .copy(let operation): try encode(operation)
      case .ringWrite(let operation): try encode(operation)
      case .imageInput(let operation): try encode(operation)
      case .imageOutput(let operation): try encode(operation)
      }
    } catch {
      throw Failure(error.kind, "\(node.label): \(error.message)")
    }
  }

  /// A specialised shader; the same specialisation is made once a graph.
  mutating func pipeline(
    _ shader: Shader, _ constants: [UInt32: SpecialisationConstant]
  ) throws(Failure) -> ComputePipeline {
    let ordered = constants.sorted { $0.key < $1.key }.map { UInt64($0.key) << 32 | UInt64($0.value.bits) }
    let key = PipelineKey(shader: shader.name.description, constants: ordered)
    if let made = pipelines[key] { return made }
    let made = try ComputePipeline(device, shader, constants: constants)
    pipelines[key] = made
    return made
  }

  /// What is bound for an operand that may be missing; a kernel specialised for its absence never reads it.
  func optional(_ tensor: Tensor?) throws(Failure) -> BufferRegion {
    guard let tensor else { return parameters.region }
    return try memory.region(tensor)
  }

  func half(_ tensor: Tensor?) -> SpecialisationConstant { .bool(tensor.map(memory.isHalf) ?? false) }

  /// Runs a kernel in which each thread takes elements at a stride of the whole grid.
  mutating func spread<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], _ push: Push, threads: Int
  ) throws(Failure) {
    let size = Int(pipeline.workgroupSize.x)
    try spread(pipeline, regions, push, groups: (threads + size - 1) / size)
  }

  /// The same for kernels that loop over workgroups.
  mutating func spread<Push: BitwiseCopyable>(
    _ pipeline: ComputePipeline, _ regions: [any BufferRegionConvertible], _ push: Push, groups: Int
  ) throws(Failure) {
    let most = Int(device.report.limits.workgroupCount.x)
    try list.dispatch(pipeline, regions, push: push, groups: SIMD3(min(max(groups, 1), most), 1, 1))
  }
}
