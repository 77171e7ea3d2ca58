/// Where each buffer of a graph lies in one arena: buffers whose lifetimes do not meet share bytes.
///
/// Inputs live for the whole run, intermediates from the operation that writes them to the last that reads them, outputs
/// to the end. Constants and states lie outside. Where the last reader of a buffer may write over it
/// (`Operation.overlayable`), its output takes its place.
public struct MemoryPlan: Sendable {
  /// Bytes from the arena's start, for each of `Graph.buffers`; `nil` for constants, states, and what nothing uses.
  public let offsets: [Int?]
  /// Bytes that each buffer takes, without padding.
  public let sizes: [Int]
  /// The first and last operation of each buffer, as indices of `Graph.nodes`; -1 and `nodes.count` reach outside the run.
  public let lifetimes: [ClosedRange<Int>?]
  public let arenaBytes: Int
  /// What the same buffers take when none shares.
  public let unplannedBytes: Int

  /// - Parameters:
  ///   - alignment: Of every offset, in bytes; a power of two.
  ///   - bytesPerElement: How the backend stores each type.
  public init(_ graph: Graph, alignment: Int = 64, bytesPerElement: (ElementType) -> Int = \.byteCount) {
    func padded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
    let sizes = graph.buffers.map { $0.count * bytesPerElement($0.elementType) }
    let lifetimes = MemoryPlan.lifetimes(graph)
    self.sizes = sizes
    self.lifetimes = lifetimes
    unplannedBytes = lifetimes.indices.reduce(0) { $0 + (lifetimes[$1] == nil ? 0 : padded(sizes[$1])) }

    // Buffers that hand their bytes on, one to the next, are placed as one block that lives as long as all of them.
    var blockOf = Array(graph.buffers.indices)
    var blocks: [Int: Block] = [:]
    for (index, lifetime) in lifetimes.enumerated() {
      guard let lifetime else { continue }
      blocks[index] = Block(bytes: padded(sizes[index]), lifetime: lifetime)
    }
    for (index, node) in graph.nodes.enumerated() {
      let output = node.operation.output.buffer
      guard let target = blocks[output], lifetimes[output]?.lowerBound == index else { continue }
      for operand in node.operation.overlayable {
        let source = blockOf[operand.buffer]
        guard let given = blocks[source], source != output, lifetimes[operand.buffer]?.upperBound == index,
          given.lifetime.upperBound == index, given.bytes == target.bytes,
          sizes[operand.buffer] == sizes[output],
          // Read again through another operand, perhaps in another order.
          node.operation.operands.count(where: { $0.buffer == operand.buffer }) == 1
        else { continue }
        blocks[source] = Block(
          bytes: given.bytes, lifetime: given.lifetime.lowerBound...target.lifetime.upperBound)
        blocks[output] = nil
        blockOf[output] = source
        break
      }
    }
    let (placed, end) = MemoryPlan.place(blocks)
    arenaBytes = end
    offsets = lifetimes.indices.map { lifetimes[$0] == nil ? nil : placed[blockOf[$0]] }
  }

  private struct Block {
    let bytes: Int
    let lifetime: ClosedRange<Int>
  }

  private static func lifetimes(_ graph: Graph) -> [ClosedRange<Int>?] {
    var lifetimes = [ClosedRange<Int>?](repeating: nil, count: graph.buffers.count)
    func extend(_ buffer: Int, _ low: Int, _ high: Int) {
      let old = lifetimes[buffer] ?? low...high
      lifetimes[buffer] = min(old.lowerBound, low)...max(old.upperBound, high)
    }
    for (index, buffer) in graph.buffers.enumerated() {
      if case .input = buffer.role { extend(index, -1, graph.nodes.count) }
    }
    for (index, node) in graph.nodes.enumerated() {
      for tensor in node.operation.operands + [node.operation.output] { extend(tensor.buffer, index, index) }
    }
    // Stages run in any order and as often as one likes: what passes between them shares its place with nothing.
    for stage in graph.stages {
      for node in graph.nodes[stage.nodes] {
        for tensor in node.operation.operands {
          guard let lifetime = lifetimes[tensor.buffer], lifetime.lowerBound < stage.nodes.lowerBound else { continue }
          extend(tensor.buffer, -1, graph.nodes.count)
        }
      }
    }
    for output in graph.outputs { extend(output.tensor.buffer, graph.nodes.count, graph.nodes.count) }
    for (index, buffer) in graph.buffers.enumerated() {
      switch buffer.role {
      case .constant, .state: lifetimes[index] = nil
      default: break
      }
    }
    return lifetimes
  }

  /// Largest first, each at the lowest place where nothing that lives at the same time lies.
  private static func place(_ blocks: [Int: Block]) -> ([Int: Int], Int) {
    var offsets: [Int: Int] = [:]
    var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
    var end = 0
    for (key, block) in blocks.sorted(by: { ($1.value.bytes, $0.key) < ($0.value.bytes, $1.key) }) {
      var offset = 0
      for other in placed where other.lifetime.overlaps(block.lifetime) {
        if offset + block.bytes <= other.range.lowerBound { break }
        offset = max(offset, other.range.upperBound)
      }
      offsets[key] = offset
      end = max(end, offset + block.bytes)
      let entry = (offset..<offset + block.bytes, block.lifetime)
      placed.insert(entry, at: placed.firstIndex { $0.range.lowerBound >= offset } ?? placed.count)
    }
    return (offsets, end)
  }
}
