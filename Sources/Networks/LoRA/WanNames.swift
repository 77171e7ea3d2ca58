/// Names of layers in Wan's own checkpoints and the trainers that follow them, as diffusers has them.
enum WanNames {
  /// `blocks.3.self_attn.q` to `blocks.3.attn1.to_q`; a name that is diffusers' already stays.
  /// - Parameter layer: Without `.weight` or `.bias`.
  static func diffusers(_ layer: String) -> String {
    if let whole = outside[layer] { return whole }
    let parts = layer.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "blocks", let inside = insideBlock[String(parts[2])] else { return layer }
    return "blocks.\(parts[1]).\(inside)"
  }

  private static let outside = [
    "time_embedding.0": "condition_embedder.time_embedder.linear_1",
    "time_embedding.2": "condition_embedder.time_embedder.linear_2",
    "time_projection.1": "condition_embedder.time_proj",
    "text_embedding.0": "condition_embedder.text_embedder.linear_1",
    "text_embedding.2": "condition_embedder.text_embedder.linear_2",
    "img_emb.proj.0": "condition_embedder.image_embedder.norm1",
    "img_emb.proj.1": "condition_embedder.image_embedder.ff.net.0.proj",
    "img_emb.proj.3": "condition_embedder.image_embedder.ff.net.2",
    "img_emb.proj.4": "condition_embedder.image_embedder.norm2",
    "head.head": "proj_out",
  ]

  /// Without norms: their numbers 2 and 3 are swapped, and no adapter changes them.
  private static let insideBlock = [
    "self_attn.q": "attn1.to_q", "self_attn.k": "attn1.to_k", "self_attn.v": "attn1.to_v",
    "self_attn.o": "attn1.to_out.0",
    "cross_attn.q": "attn2.to_q", "cross_attn.k": "attn2.to_k", "cross_attn.v": "attn2.to_v",
    "cross_attn.o": "attn2.to_out.0",
    "cross_attn.k_img": "attn2.add_k_proj", "cross_attn.v_img": "attn2.add_v_proj",
    "ffn.0": "ffn.net.0.proj", "ffn.2": "ffn.net.2",
  ]
}
