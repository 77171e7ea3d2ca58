import Compute

/// Weights with adapters merged into them: Σ weight · (alpha ÷ rank) · up · down is added to the layers they touch.
///
/// The base stays as it is, so that building again without an adapter, or with another weight, restores it. A merged
/// tensor is a copy, made when it is asked for; all others are the base's own.
public struct LoRAWeights: WeightSource {
  /// An adapter and how much of it is added.
  public struct Part {
    public let adapter: LoRA
    public let weight: Float

    public init(_ adapter: LoRA, weight: Float = 1) {
      self.adapter = adapter
      self.weight = weight
    }
  }

  private let base: any WeightSource
  private let parts: [Part]
  private let elementType: ElementType
  private let backend: CPUBackend

  /// - Parameters:
  ///   - specifications: What the network needs, by which the adapters are checked.
  ///   - elementType: Of merged tensors; sums are taken in 32 bits whatever it is.
  /// - Throws: `.model` listing everything of an adapter that does not fit the network; `.setting` for a weight that is no
  ///   number; `.library` where nothing multiplies matrices.
  public init(
    _ base: any WeightSource, adding parts: [Part], expecting specifications: [WeightSpecification],
    elementType: ElementType = .float32
  ) throws(Failure) {
    self.base = base
    self.parts = parts
    self.elementType = elementType
    backend = try CPUBackend()
    let byName = Dictionary(specifications.map { ($0.name, $0) }) { first, _ in first }
    for part in parts {
      guard part.weight.isFinite else {
        throw Failure(.setting, "LoRA \(part.adapter.path): weight \(part.weight); expected a number, usually 0 to 1")
      }
      try refuse(part.adapter.complaints(against: byName), "LoRA \(part.adapter.path)")
    }
  }

  public func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    let given = try base.constant(name, shape)
    guard name.hasSuffix(".weight") else { return given }
    let layer = String(name.dropLast(".weight".count))
    let touching = parts.filter { $0.weight != 0 && $0.adapter.updates[layer] != nil }
    guard !touching.isEmpty else { return given }

    let (outputs, inputs) = (shape[0], shape.dropFirst().reduce(1, *))
    var graph = Graph()
    graph.scope = "merging \(name)"
    var sum = try graph.constant([outputs, inputs], given)
    for part in touching {
      guard let update = part.adapter.updates[layer], let down = update.down, let up = update.up else { continue }
      let rank = update.rank
      let scale = part.weight * part.adapter.scale(layer)
      let factor = try graph.constant([1, 1], Constant([scale]))
      sum = try graph.matmul(
        graph.constant([outputs, rank], part.adapter.collection.constant(up.name)),
        graph.constant([rank, inputs], part.adapter.collection.constant(down.name)),
        Epilogue(gate: factor, residual: sum))
    }
    try graph.output("merged", sum)
    let compiled = try backend.compile(graph)
    try compiled.run()
    let merged = try compiled.read("merged")
    switch elementType {
    case .float16: return Constant(.float16, bits: merged.map(HalfPrecision.float16Bits))
    case .bfloat16: return Constant(.bfloat16, bits: merged.map(HalfPrecision.bfloat16Bits))
    default: return Constant(merged)
    }
  }
}
