import Compute

/// A model's whole way from pictures to pictures as one graph, as far as a plan needs it.
///
/// | stage | runs a chunk |
/// | --- | --- |
/// | `prompt`, `keep` | once a stream |
/// | `shift` | once: nothing or little |
/// | `encode` | once: the chunk's exo frames and the prior's |
/// | `observe`, `remember` | once, of the causal mode |
/// | `denoise` | once a step, twice with guidance |
/// | `decode` | once |
struct PipelineGraph {
  private(set) var graph: Graph
  private var codec: VideoCodec
  private let configuration: ModelConfiguration

  /// - Throws: `.model` for a configuration that does not hold.
  init(
    _ configuration: ModelConfiguration, _ weights: any WeightSource, elementType: ElementType
  ) throws(Failure) {
    try configuration.check()
    self.configuration = configuration
    graph = Graph(elementType: elementType)
    codec = VideoCodec(configuration.codec, weights)
    switch configuration.attention {
    case .causal: try addCausal(weights)
    case .window(let window): try addWindow(window, weights)
    }
  }

  private mutating func addCausal(_ weights: any WeightSource) throws(Failure) {
    let frames = configuration.attention.newLatentFrames
    let exo = try encode("exo", configuration.exo, frames)
    let condition = try encode("prior", configuration.ego, frames)
    let maps = CausalNetwork.Maps(exo: exo, condition: condition, coverage: try coverage(frames))
    let picture = configuration.ego
    var codec = self.codec
    _ = try CausalNetwork(
      &graph, configuration, weights, maps,
      show: { (graph, latents) throws(Failure) in
        try PipelineGraph.decode(&graph, &codec, latents, picture)
      })
  }

  /// Latents of frames that were seen before come from the host; only the new ones are encoded and decoded.
  private mutating func addWindow(
    _ window: ModelConfiguration.Attention.Window, _ weights: any WeightSource
  ) throws(Failure) {
    for (name, size) in [("exo", configuration.exo), ("prior", configuration.ego)] {
      try graph.output("\(name).latents", encode(name, size, window.strideLatentFrames))
    }
    graph.stage = "denoise"
    let exo = try latents("window.exo", configuration.exo, window.latentFrames)
    let condition = try latents("window.prior", configuration.ego, window.latentFrames)
    let ego = try latents("window.ego", configuration.ego, window.latentFrames)
    let coverage = try coverage(window.latentFrames)
    let conditioning = configuration.conditioning
    let guidance = Guidance(&graph, configuration, textTokens: 512)
    _ = try WindowNetwork(
      &graph, configuration.transformer, weights,
      exo: { (graph) throws(Failure) in
        try DiffusionTransformer.exoMap(&graph, exo, conditioning, mask: nil)
      },
      ego: { (graph) throws(Failure) in
        try DiffusionTransformer.egoMap(&graph, ego, condition: condition, coverage: coverage, conditioning)
      }, condition: condition, guidance: guidance)
    let shown = try latents("shown", configuration.ego, window.strideLatentFrames)
    try PipelineGraph.decode(&graph, &codec, shown, configuration.ego)
  }

  private mutating func encode(
    _ stream: String, _ size: ModelConfiguration.PictureSize, _ latentFrames: Int
  ) throws(Failure) -> Tensor {
    graph.stage = "encode"
    let pictures = try PictureChunk.input(
      &graph, stream, ImageLayout(width: size.width, height: size.height, channels: 3),
      frames: latentFrames * configuration.codec.framesPerLatent)
    return try codec.normalised(&graph, codec.encode(&graph, pictures, stream: stream))
  }

  private static func decode(
    _ graph: inout Graph, _ codec: inout VideoCodec, _ latents: Tensor, _ size: ModelConfiguration.PictureSize
  ) throws(Failure) {
    graph.stage = "decode"
    let pictures = try codec.decode(&graph, codec.denormalised(&graph, latents), stream: "ego")
    try PictureChunk.output(
      &graph, "shown", pictures, ImageLayout(width: size.width, height: size.height, channels: 3))
  }

  private mutating func latents(
    _ name: String, _ size: ModelConfiguration.PictureSize, _ frames: Int
  ) throws(Failure) -> Tensor {
    let latent = configuration.latentSize(size)
    return try graph.input(name, [frames, latent.rows, latent.columns, configuration.codec.latentChannels])
  }

  private mutating func coverage(_ frames: Int) throws(Failure) -> Tensor? {
    guard configuration.conditioning.coverageChannels > 0 else { return nil }
    let latent = configuration.latentSize(configuration.ego)
    return try graph.input(
      "coverage", [frames, latent.rows, latent.columns, configuration.conditioning.coverageChannels])
  }
}
