import Compute

/// A low-rank adapter of a transformer: for some of its layers, W becomes W + (alpha ÷ rank) · up · down.
///
/// Names may be PEFT's and diffusers' (`transformer.blocks.0.attn1.to_q.lora_A.weight`, `lora_B`), those of other trainers
/// (`diffusion_model.….lora_down.weight`, `lora_up`, `alpha`), and of layers as in Wan's own checkpoints.
public struct LoRA: Sendable {
  /// What is added to one layer's weights.
  struct Update: Sendable {
    /// rank × inputs.
    var down: SafetensorsFile.Entry?
    /// outputs × rank.
    var up: SafetensorsFile.Entry?
    var alpha: Float?

    var rank: Int { down?.shape.first ?? 0 }
  }

  public let path: String
  let collection: SafetensorsCollection
  /// By the layer's name in diffusers, without `.weight`.
  let updates: [String: Update]
  private let configuration: AdapterConfiguration

  /// Opens an adapter; `adapter_config.json` beside it is read too.
  /// - Throws: `.model` listing every tensor that is no part of an adapter, or whose other half is missing.
  public init(_ path: String) throws(Failure) {
    self.path = path
    collection = try SafetensorsCollection(path)
    configuration = try AdapterConfiguration.of(path, metadata: collection.files.first?.metadata ?? [:])
    var updates: [String: Update] = [:]
    var complaints: [String] = []
    for name in collection.names {
      guard let entry = collection.entry(name) else { continue }
      guard let (layer, part) = LoRA.parse(name) else {
        complaints.append("\(name) \(entry.shape) is no part of a LoRA")
        continue
      }
      guard entry.format.elementType != nil else {
        complaints.append("\(name) is \(entry.format.rawValue); expected F32, F16 or BF16")
        continue
      }
      let taken: Bool
      switch part {
      case .down: taken = updates[layer, default: Update()].down.replace(with: entry)
      case .up: taken = updates[layer, default: Update()].up.replace(with: entry)
      case .alpha:
        guard entry.count == 1 else {
          complaints.append("\(name) is \(entry.shape); expected one number")
          continue
        }
        let alpha = try collection.constant(name).first
        if !alpha.isFinite { complaints.append("\(name) is \(alpha); expected a finite number") }
        taken = updates[layer, default: Update()].alpha.replace(with: alpha)
      }
      if taken { complaints.append("\(name) is a second one for \(layer)") }
    }
    for (layer, update) in updates.sorted(by: { $0.key < $1.key }) where update.down == nil || update.up == nil {
      complaints.append("\(layer) has no \(update.down == nil ? "lora_A" : "lora_B")")
    }
    complaints += configuration.complaints(about: updates.keys)
    try refuse(complaints, "LoRA \(path)")
    self.updates = updates
  }

  /// What the product of `up` and `down` is multiplied by.
  func scale(_ layer: String) -> Float {
    guard let update = updates[layer], update.rank > 0 else { return 0 }
    return update.alpha.map { $0 / Float(update.rank) } ?? configuration.scale(layer, rank: update.rank)
  }

  /// Lists what does not fit the network: layers that are not there and matrices of other sizes.
  func complaints(against specifications: [String: WeightSpecification]) -> [String] {
    updates.sorted { $0.key < $1.key }.compactMap { layer, update in
      guard let weight = specifications[layer + ".weight"], weight.shape.count >= 2 else {
        return "\(layer) is no layer of the network"
      }
      guard let down = update.down, let up = update.up else { return nil }
      let (outputs, inputs) = (weight.shape[0], weight.shape.dropFirst().reduce(1, *))
      let rank = update.rank
      // Quotients, since a hostile file's products may pass 2⁶³: counts are bounded by its size, but for those of no elements.
      guard rank > 0, down.count > 0, up.count > 0, down.count % rank == 0, down.count / rank == inputs,
        up.shape.first == outputs,
        up.count % outputs == 0, up.count / outputs == rank
      else {
        return "\(layer) has lora_A \(down.shape) and lora_B \(up.shape); expected [r, \(inputs)] and [\(outputs), r]"
      }
      return nil
    }
  }

  private enum Part { case down, up, alpha }

  private static let endings: [(String, Part)] = [
    (".lora_A.weight", .down), (".lora_B.weight", .up), (".lora_A.default.weight", .down),
    (".lora_B.default.weight", .up), (".lora_down.weight", .down), (".lora_up.weight", .up), (".alpha", .alpha),
  ]

  private static func parse(_ name: String) -> (layer: String, part: Part)? {
    guard let (ending, part) = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
    var layer = name.dropLast(ending.count)
    for prefix in ["base_model.model.", "model.", "diffusion_model.", "transformer."] where layer.hasPrefix(prefix) {
      layer = layer.dropFirst(prefix.count)
    }
    return (WanNames.diffusers(String(layer)), part)
  }
}

extension Optional {
  /// - Returns: Whether there was something before.
  fileprivate mutating func replace(with value: Wrapped?) -> Bool {
    defer { self = value }
    return self != nil
  }
}
