import Compute

/// `WanTransformer3DModel` as parts of a graph: the window and the causal mode put them together differently.
///
/// Tokens are rows, frame by frame. What varies with the timestep comes in groups of rows: one a frame, or one for all.
struct DiffusionTransformer {
  let shape: ModelConfiguration.Transformer
  var weights: WeightTensors
  /// Keys and values of the text and the image, layer by layer; none without cross-attention.
  var prompt: [PromptKeys] = []
  /// With it, the text's states hold two texts, of which a pass sees one.
  var guidance: Guidance?

  init(_ shape: ModelConfiguration.Transformer, _ source: any WeightSource) {
    self.shape = shape
    weights = WeightTensors(source)
  }

  /// Where tokens stand.
  struct Places {
    /// In time, one a frame.
    let frames: [Scalar]
    /// In the grid, one a token of a frame.
    let tokens: [TokenPlace]
  }

  /// What a timestep does to a block: each of groups × width.
  struct Modulation {
    let shift: Tensor
    let scale: Tensor
    let gate: Tensor
    let feedForwardShift: Tensor
    let feedForwardScale: Tensor
    let feedForwardGate: Tensor
  }

  /// A timestep's embedding.
  struct Time {
    /// groups × width.
    let embedding: Tensor
    /// groups × (6 · width).
    let projection: Tensor
  }

  mutating func time(_ graph: inout Graph, _ timesteps: [Scalar]) throws(Failure) -> Time {
    graph.scope = "condition_embedder"
    let waves = try graph.timestepEmbedding(timesteps, channels: shape.frequencySize)
    let hidden = try weights.linear(
      &graph, waves, "condition_embedder.time_embedder.linear_1", shape.width, activation: .siLU)
    let embedding = try weights.linear(
      &graph, hidden, "condition_embedder.time_embedder.linear_2", shape.width)
    let projection = try weights.linear(
      &graph, try graph.activation(embedding, .siLU), "condition_embedder.time_proj", 6 * shape.width)
    return Time(embedding: embedding, projection: projection)
  }

  mutating func modulation(_ graph: inout Graph, _ layer: Int, _ time: Time) throws(Failure) -> Modulation {
    let width = shape.width
    graph.scope = "blocks.\(layer)"
    let table = try weights.get(
      &graph, "blocks.\(layer).scale_shift_table", [1, 6, width], as: [1, 6 * width])
    let all = try graph.elementwise(time.projection, [.add(table)])
    var parts: [Tensor] = []
    for index in 0..<6 { parts.append(try graph.slice(all, axis: 1, index * width..<(index + 1) * width)) }
    return Modulation(
      shift: parts[0], scale: parts[1], gate: parts[2], feedForwardShift: parts[3], feedForwardScale: parts[4],
      feedForwardGate: parts[5])
  }

  /// Patches of a feature map as tokens.
  /// - Parameter map: frames × height × width × input channels.
  /// - Returns: frames × tokens × width.
  mutating func embed(_ graph: inout Graph, _ map: Tensor) throws(Failure) -> Tensor {
    graph.scope = "patch_embedding"
    let patches = try graph.patchify(map, patch: shape.patchSize, .channelFirst)
    let size = [shape.width, shape.inputChannels] + shape.patchSize
    let weight = try weights.get(
      &graph, "patch_embedding.weight", size, as: [shape.width, size.dropFirst().reduce(1, *)])
    let bias = try weights.get(&graph, "patch_embedding.bias", [shape.width])
    let rows = try graph.reshape(
      patches, [patches.shape[0], patches.shape[1] * patches.shape[2], patches.channels])
    return try graph.matmul(rows, weight, transposeRight: true, Epilogue(bias: bias))
  }

  /// Tokens as a feature map of the output's channels.
  /// - Parameters:
  ///   - tokens: frames × (rows · columns) × width.
  ///   - grid: Rows and columns of tokens.
  mutating func unembed(
    _ graph: inout Graph, _ tokens: Tensor, _ time: Time, grid: (rows: Int, columns: Int)
  ) throws(Failure) -> Tensor {
    graph.scope = "proj_out"
    let table = try weights.get(&graph, "scale_shift_table", [1, 2, shape.width], as: [2, shape.width])
    let shift = try graph.elementwise(time.embedding, [.add(try graph.slice(table, axis: 0, 0..<1))])
    let scale = try graph.elementwise(time.embedding, [.add(try graph.slice(table, axis: 0, 1..<2))])
    let normal = try graph.normalisation(tokens, .layer, epsilon: shape.epsilon, scale: scale, shift: shift)
    let size = shape.outputChannels * shape.patchSize.reduce(1, *)
    let patches = try weights.linear(&graph, normal, "proj_out", size)
    let map = try graph.reshape(
      patches, [patches.count / (grid.rows * grid.columns * size), grid.rows, grid.columns, size])
    return try graph.unpatchify(map, patch: shape.patchSize, .channelLast)
  }
}
