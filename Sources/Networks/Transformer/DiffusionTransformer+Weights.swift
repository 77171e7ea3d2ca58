import Compute

extension DiffusionTransformer {
  /// All that the network reads, by its names in diffusers.
  public static func weights(_ shape: ModelConfiguration.Transformer) -> [WeightSpecification] {
    let width = shape.width
    var list = [
      WeightSpecification("patch_embedding.weight", [width, shape.inputChannels] + shape.patchSize),
      WeightSpecification("patch_embedding.bias", [width]),
      WeightSpecification("scale_shift_table", [1, 2, width]),
    ]
    func linear(_ name: String, _ input: Int, _ output: Int) {
      list.append(WeightSpecification("\(name).weight", [output, input]))
      list.append(WeightSpecification("\(name).bias", [output]))
    }
    func layerNorm(_ name: String, _ size: Int) {
      list.append(WeightSpecification("\(name).weight", [size]))
      list.append(WeightSpecification("\(name).bias", [size]))
    }
    func attention(_ name: String) {
      for part in ["to_q", "to_k", "to_v", "to_out.0"] { linear("\(name).\(part)", width, width) }
      for part in ["norm_q", "norm_k"] { list.append(WeightSpecification("\(name).\(part).weight", [width])) }
    }

    linear("proj_out", width, shape.outputChannels * shape.patchSize.reduce(1, *))
    linear("condition_embedder.time_embedder.linear_1", shape.frequencySize, width)
    linear("condition_embedder.time_embedder.linear_2", width, width)
    linear("condition_embedder.time_proj", width, 6 * width)
    if let text = shape.textSize {
      linear("condition_embedder.text_embedder.linear_1", text, width)
      linear("condition_embedder.text_embedder.linear_2", width, width)
    }
    if let image = shape.imageSize {
      layerNorm("condition_embedder.image_embedder.norm1", image)
      linear("condition_embedder.image_embedder.ff.net.0.proj", image, image)
      linear("condition_embedder.image_embedder.ff.net.2", image, width)
      layerNorm("condition_embedder.image_embedder.norm2", width)
    }
    for layer in 0..<shape.layers {
      let block = "blocks.\(layer)"
      list.append(WeightSpecification("\(block).scale_shift_table", [1, 6, width]))
      attention("\(block).attn1")
      if shape.textSize != nil {
        attention("\(block).attn2")
        if shape.crossAttentionNorm { layerNorm("\(block).norm2", width) }
      }
      if let added = shape.addedKeySize {
        linear("\(block).attn2.add_k_proj", added, width)
        linear("\(block).attn2.add_v_proj", added, width)
        list.append(WeightSpecification("\(block).attn2.norm_added_k.weight", [width]))
      }
      linear("\(block).ffn.net.0.proj", width, shape.feedForwardSize)
      linear("\(block).ffn.net.2", shape.feedForwardSize, width)
    }
    return list
  }
}
