import Compute

/// The steps of a block, one after another; between `queries` and `finish` a mode attends as it sees fit.
extension DiffusionTransformer {
  /// What self-attention reads: normalised and modulated tokens.
  mutating func attentionInput(
    _ graph: inout Graph, _ layer: Int, _ tokens: Tensor, _ modulation: Modulation
  ) throws(Failure) -> Tensor {
    graph.scope = "blocks.\(layer).norm1"
    return try graph.normalisation(
      tokens, .layer, epsilon: shape.epsilon, scale: modulation.scale, shift: modulation.shift)
  }

  mutating func queries(
    _ graph: inout Graph, _ layer: Int, _ input: Tensor, _ places: Places
  ) throws(Failure) -> Tensor {
    try turned(&graph, "blocks.\(layer).attn1", "to_q", "norm_q", input, places)
  }

  mutating func keys(
    _ graph: inout Graph, _ layer: Int, _ input: Tensor, _ places: Places
  ) throws(Failure) -> Tensor {
    try turned(&graph, "blocks.\(layer).attn1", "to_k", "norm_k", input, places)
  }

  mutating func values(_ graph: inout Graph, _ layer: Int, _ input: Tensor) throws(Failure) -> Tensor {
    graph.scope = "blocks.\(layer).attn1"
    return try weights.linear(&graph, input, "blocks.\(layer).attn1.to_v", shape.width)
  }

  /// All that follows self-attention.
  /// - Returns: The tokens for the next block.
  mutating func finish(
    _ graph: inout Graph, _ layer: Int, _ tokens: Tensor, attended: Tensor, _ modulation: Modulation
  ) throws(Failure) -> Tensor {
    let block = "blocks.\(layer)"
    graph.scope = "\(block).attn1"
    var tokens = try weights.linear(
      &graph, attended, "\(block).attn1.to_out.0", shape.width, gate: modulation.gate, residual: tokens)
    if !prompt.isEmpty { tokens = try crossAttention(&graph, layer, tokens) }
    graph.scope = "\(block).ffn"
    let input = try graph.normalisation(
      tokens, .layer, epsilon: shape.epsilon, scale: modulation.feedForwardScale,
      shift: modulation.feedForwardShift)
    let hidden = try weights.linear(
      &graph, input, "\(block).ffn.net.0.proj", shape.feedForwardSize, activation: .geLU)
    return try weights.linear(
      &graph, hidden, "\(block).ffn.net.2", shape.width, gate: modulation.feedForwardGate, residual: tokens)
  }

  /// A projection, normalised over all heads together, then turned.
  private mutating func turned(
    _ graph: inout Graph, _ scope: String, _ projection: String, _ norm: String, _ input: Tensor, _ places: Places
  ) throws(Failure) -> Tensor {
    graph.scope = scope
    let normal = try normalised(&graph, "\(scope).\(projection)", "\(scope).\(norm)", input)
    return try graph.rotaryEmbedding(
      normal, heads: shape.heads, split: shape.rotarySplit, framePlaces: places.frames, tokenPlaces: places.tokens)
  }

  mutating func normalised(
    _ graph: inout Graph, _ projection: String, _ norm: String, _ input: Tensor
  ) throws(Failure) -> Tensor {
    let weight = try weights.get(&graph, "\(norm).weight", [shape.width])
    return try graph.normalisation(
      try weights.linear(&graph, input, projection, shape.width), .rootMeanSquare, epsilon: shape.epsilon,
      weight: weight)
  }
}
