import Compute

/// What tokens are made from: the channels that docs/models.md lists, side by side.
extension DiffusionTransformer {
  /// The map of exo frames: clean latents, as latent and as condition.
  /// - Parameters:
  ///   - latents: frames × height × width × latent channels.
  ///   - mask: frames × 1, what the mask channels hold; `nil` for 1 in all.
  static func exoMap(
    _ graph: inout Graph, _ latents: Tensor, _ conditioning: ModelConfiguration.Conditioning, mask: Tensor?
  ) throws(Failure) -> Tensor {
    graph.scope = "exo tokens"
    var parts = [latents]
    if conditioning.maskChannels > 0 {
      let ones = try constantMap(&graph, latents, conditioning.maskChannels, 1)
      if let mask { parts.append(try graph.elementwise(ones, [.multiply(mask)])) } else { parts.append(ones) }
    }
    parts.append(latents)
    if conditioning.coverageChannels > 0 {
      parts.append(try constantMap(&graph, latents, conditioning.coverageChannels, 1))
    }
    return try graph.concatenate(parts, axis: 3)
  }

  /// The map of ego frames: latents in the making beside the prior's.
  /// - Parameters:
  ///   - condition: Latents of the filled prior, of the latents' shape.
  ///   - coverage: frames × height × width × coverage channels; `nil` where the model has none.
  static func egoMap(
    _ graph: inout Graph, _ latents: Tensor, condition: Tensor, coverage: Tensor?,
    _ conditioning: ModelConfiguration.Conditioning
  ) throws(Failure) -> Tensor {
    graph.scope = "ego tokens"
    var parts = [latents]
    if conditioning.maskChannels > 0 { parts.append(try constantMap(&graph, latents, conditioning.maskChannels, 0)) }
    parts.append(condition)
    if let coverage { parts.append(coverage) }
    return try graph.concatenate(parts, axis: 3)
  }

  private static func constantMap(
    _ graph: inout Graph, _ like: Tensor, _ channels: Int, _ value: Float
  ) throws(Failure) -> Tensor {
    let shape = Array(like.shape.dropLast()) + [channels]
    return try graph.constant(shape, Constant([Float](repeating: value, count: shape.reduce(1, *))))
  }
}
