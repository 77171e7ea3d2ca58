import Compute

/// What cross-attention of one layer attends to: states, the same until the prompt changes or states are reset.
struct PromptKeys {
  let textKeys: Tensor
  let textValues: Tensor
  let imageKeys: Tensor?
  let imageValues: Tensor?
}

extension DiffusionTransformer {
  /// Prepares cross-attention: keys and values of all layers, computed by the stage that is the graph's at this point.
  /// - Parameters:
  ///   - text: tokens × text channels.
  ///   - image: tokens × image channels; `nil` without image conditioning.
  mutating func setPrompt(_ graph: inout Graph, text: Tensor, image: Tensor?) throws(Failure) {
    guard shape.textSize != nil else { return }
    graph.scope = "condition_embedder.text_embedder"
    let hidden = try weights.linear(
      &graph, text, "condition_embedder.text_embedder.linear_1", shape.width, activation: .geLU)
    let text = try weights.linear(&graph, hidden, "condition_embedder.text_embedder.linear_2", shape.width)
    var embeddedImage: Tensor?
    if let image, shape.imageSize != nil { embeddedImage = try embedImage(&graph, image) }
    prompt = []
    for layer in 0..<shape.layers {
      let name = "blocks.\(layer).attn2"
      graph.scope = name
      let textKeys = try keptText(
        &graph, "prompt.\(layer).text_keys", try normalised(&graph, "\(name).to_k", "\(name).norm_k", text))
      let textValues = try keptText(
        &graph, "prompt.\(layer).text_values", try weights.linear(&graph, text, "\(name).to_v", shape.width))
      var (imageKeys, imageValues): (Tensor?, Tensor?)
      if let image = embeddedImage {
        imageKeys = try kept(
          &graph, "prompt.\(layer).image_keys",
          try normalised(&graph, "\(name).add_k_proj", "\(name).norm_added_k", image))
        imageValues = try kept(
          &graph, "prompt.\(layer).image_values",
          try weights.linear(&graph, image, "\(name).add_v_proj", shape.width))
      }
      prompt.append(
        PromptKeys(textKeys: textKeys, textValues: textValues, imageKeys: imageKeys, imageValues: imageValues))
    }
  }

  /// As `kept`, with room for both texts where there is guidance.
  private func keptText(_ graph: inout Graph, _ name: String, _ tensor: Tensor) throws(Failure) -> Tensor {
    guard let guidance else { return try kept(&graph, name, tensor) }
    let state = try graph.state(name, [Guidance.Pass.allCases.count * tensor.rows, tensor.channels])
    try graph.ringWrite(tensor, into: state, slot: guidance.slotOfText)
    return state
  }

  private func kept(_ graph: inout Graph, _ name: String, _ tensor: Tensor) throws(Failure) -> Tensor {
    let state = try graph.state(name, tensor.shape)
    try graph.store(tensor, in: state)
    return state
  }

  mutating func crossAttention(_ graph: inout Graph, _ layer: Int, _ tokens: Tensor) throws(Failure) -> Tensor {
    let name = "blocks.\(layer).attn2"
    graph.scope = name
    var input = tokens
    if shape.crossAttentionNorm {
      input = try graph.normalisation(
        tokens, .layer, epsilon: shape.epsilon,
        weight: try weights.get(&graph, "blocks.\(layer).norm2.weight", [shape.width]),
        bias: try weights.get(&graph, "blocks.\(layer).norm2.bias", [shape.width]))
    }
    let queries = try normalised(&graph, "\(name).to_q", "\(name).norm_q", input)
    let keys = prompt[layer]
    var attended = try graph.attention(
      queries, keys.textKeys, keys.textValues, heads: shape.heads, keyRanges: guidance?.seenText)
    if let imageKeys = keys.imageKeys, let imageValues = keys.imageValues {
      let image = try graph.attention(queries, imageKeys, imageValues, heads: shape.heads)
      attended = try graph.elementwise(attended, [.add(image)])
    }
    return try weights.linear(&graph, attended, "\(name).to_out.0", shape.width, residual: tokens)
  }

  /// The image's embedding: two layers between two normalisations, whose ε is PyTorch's own and not the model's.
  private mutating func embedImage(_ graph: inout Graph, _ image: Tensor) throws(Failure) -> Tensor {
    let name = "condition_embedder.image_embedder"
    graph.scope = name
    let size = image.channels
    let input = try graph.normalisation(
      image, .layer, epsilon: 1e-5, weight: try weights.get(&graph, "\(name).norm1.weight", [size]),
      bias: try weights.get(&graph, "\(name).norm1.bias", [size]))
    let hidden = try weights.linear(&graph, input, "\(name).ff.net.0.proj", size)
    let output = try weights.linear(
      &graph, try graph.errorFunctionGeLU(hidden), "\(name).ff.net.2", shape.width)
    return try graph.normalisation(
      output, .layer, epsilon: 1e-5, weight: try weights.get(&graph, "\(name).norm2.weight", [shape.width]),
      bias: try weights.get(&graph, "\(name).norm2.bias", [shape.width]))
  }
}
