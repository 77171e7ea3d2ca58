extension Graph {
  /// A buffer that the caller names: an input or a state.
  public struct NamedTensor: Sendable {
    public let name: String
    public let buffer: Int
    public let elementType: ElementType
    /// Elements.
    public let count: Int
  }

  public var inputs: [NamedTensor] {
    buffers.enumerated().compactMap { index, buffer in
      guard case .input(let name) = buffer.role else { return nil }
      return NamedTensor(name: name, buffer: index, elementType: buffer.elementType, count: buffer.count)
    }
  }

  public var states: [NamedTensor] {
    buffers.enumerated().compactMap { index, buffer in
      guard case .state(let name) = buffer.role else { return nil }
      return NamedTensor(name: name, buffer: index, elementType: buffer.elementType, count: buffer.count)
    }
  }

  /// A graph needs at least one thing that a run changes, and stages of different names.
  /// - Throws: `.model`.
  public func validate() throws(Failure) {
    try checkStages()
    let changesState = nodes.contains { isState($0.operation.output) }
    guard !outputs.isEmpty || changesState else {
      throw Failure(.model, "the graph has neither an output nor a state that it writes; nothing would come of a run")
    }
  }

  func isState(_ tensor: Tensor) -> Bool {
    if case .state = buffers[tensor.buffer].role { return true }
    return false
  }

  func isConstant(_ tensor: Tensor) -> Bool {
    if case .constant = buffers[tensor.buffer].role { return true }
    return false
  }

  /// What parameters must keep to, so that no operation leaves its tensors; a backend checks it before each run.
  public func limits(_ stage: Stage) -> [ParameterLimit] {
    nodes[stage.nodes].flatMap { node -> [ParameterLimit] in
      switch node.operation {
      case .ringWrite(let write):
        return [ParameterLimit(label: node.label, start: write.slot, end: nil, count: write.slots)]
      case .attention(let attention):
        return attention.keyRanges.groups.joined().map {
          ParameterLimit(label: node.label, start: $0.start, end: $0.end, count: attention.keys.rows)
        }
      default: return []
      }
    }
  }
}

/// A slot that must lie within a ring, or a range of keys within the keys.
public struct ParameterLimit: Sendable {
  let label: String
  let start: Scalar
  /// `nil` for a single index.
  let end: Scalar?
  let count: Int

  /// - Throws: `.setting` naming the operation.
  public func check(_ block: ParameterBlock) throws(Failure) {
    let low = block.integer(start)
    guard let end else {
      guard low >= 0, low < count else { throw Failure(.setting, "\(label): slot \(low) of a ring of \(count)") }
      return
    }
    let high = block.integer(end)
    guard low >= 0, low <= high, high <= count else {
      throw Failure(.setting, "\(label): keys \(low)..<\(high) of \(count)")
    }
  }
}
