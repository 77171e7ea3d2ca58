/// Where each buffer of a graph lies on the device.
///
/// Intermediates, inputs and outputs share one arena by lifetime; states and constants have memory of their own. A kernel
/// reads 16 bytes at a time, so every region bound to one is padded to that.
struct GraphMemory {
  /// How constants are laid out for the kernel that reads them.
  enum Layout: Hashable {
    case asGiven
    /// Output × input × taps of a convolution as (taps · input) × output.
    case depthMajor
  }

  struct ConstantKey: Hashable {
    let buffer: Int
    let layout: Layout
  }

  let plan: MemoryPlan
  let storesHalves: Bool
  private let graph: Graph
  private let alignment: Int
  private(set) var arena: VulkanBuffer?
  /// By buffer.
  private(set) var states: [Int: VulkanBuffer] = [:]
  private(set) var constants: [ConstantKey: BufferRegion] = [:]
  private(set) var constantBytes = 0

  /// - Throws: `.outOfMemory` saying what was asked.
  init(_ graph: Graph, _ device: VulkanDevice, storesHalves: Bool) throws(Failure) {
    self.graph = graph
    self.storesHalves = storesHalves
    alignment = max(device.report.limits.bufferOffsetAlignment, 64)
    plan = MemoryPlan(graph, alignment: alignment) { GraphMemory.byteCount($0, storesHalves) }
    if plan.arenaBytes > 0 {
      arena = try VulkanBuffer(device, byteCount: plan.arenaBytes, .device, label: "arena of intermediates")
    }
    for state in graph.states {
      let bytes = padded(state.count * byteCount(state.elementType))
      states[state.buffer] = try VulkanBuffer(device, byteCount: bytes, .device, label: "state \(state.name)")
    }
    for key in constantsInUse() { place(key) }
    for page in pages {
      let buffer = try VulkanBuffer(device, byteCount: page.byteCount, .device, label: "weights")
      for (key, range) in page.content {
        constants[key] = try buffer.region(offset: range.lowerBound, byteCount: range.count)
      }
      constantBytes += page.byteCount
    }
  }

  /// Bytes of one element as stored here. `bfloat16` widens, for want of a format with its range.
  func byteCount(_ type: ElementType) -> Int { GraphMemory.byteCount(type, storesHalves) }

  func isHalf(_ tensor: Tensor) -> Bool { tensor.elementType == .float16 && storesHalves }

  /// What is bound where `tensor` is meant.
  func region(_ tensor: Tensor, _ layout: Layout = .asGiven) throws(Failure) -> BufferRegion {
    let bytes = padded(tensor.count * byteCount(tensor.elementType))
    if let state = states[tensor.buffer] { return try state.region(offset: 0, byteCount: bytes) }
    if let constant = constants[ConstantKey(buffer: tensor.buffer, layout: layout)] { return constant }
    guard let arena, let offset = plan.offsets[tensor.buffer] else {
      throw Failure(.library, "tensor \(tensor.shape) has no memory")
    }
    return try arena.region(offset: offset, byteCount: bytes)
  }

  /// Where an input, output or state lies, without padding.
  func content(_ buffer: Int, _ type: ElementType, count: Int) throws(Failure) -> BufferRegion {
    let region = try region(Tensor(buffer: buffer, shape: [count], elementType: type))
    return BufferRegion(buffer: region.buffer, offset: region.offset, byteCount: count * byteCount(type))
  }

  private static func byteCount(_ type: ElementType, _ storesHalves: Bool) -> Int {
    switch type {
    case .float16: return storesHalves ? 2 : 4
    case .float32, .bfloat16: return 4
    case .uint8: return 1
    }
  }

  private func padded(_ bytes: Int) -> Int { (bytes + 15) / 16 * 16 }

  // MARK: Constants

  private struct Page {
    var byteCount = 0
    var content: [(ConstantKey, Range<Int>)] = []
  }

  /// Large enough that weights take few allocations, small enough that any device gives them.
  private static let pageBytes = 256 << 20
  private var pages: [Page] = []

  private mutating func place(_ key: ConstantKey) {
    let buffer = graph.buffers[key.buffer]
    let bytes = padded(buffer.count * byteCount(buffer.elementType))
    var offset = ((pages.last?.byteCount ?? 0) + alignment - 1) / alignment * alignment
    if pages.isEmpty || offset + bytes > GraphMemory.pageBytes {
      pages.append(Page())
      offset = 0
    }
    pages[pages.count - 1].byteCount = offset + bytes
    pages[pages.count - 1].content.append((key, offset..<offset + bytes))
  }

  /// Every constant that an operation reads, in each layout it is read in.
  private func constantsInUse() -> [ConstantKey] {
    var found: Set<ConstantKey> = []
    var keys: [ConstantKey] = []
    for node in graph.nodes {
      for operand in node.operation.operands where graph.isConstant(operand) {
        var layout = Layout.asGiven
        if case .convolution(let convolution) = node.operation, convolution.weights == operand { layout = .depthMajor }
        let key = ConstantKey(buffer: operand.buffer, layout: layout)
        if found.insert(key).inserted { keys.append(key) }
      }
    }
    return keys
  }
}
