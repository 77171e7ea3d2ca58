import Compute

/// A model's whole way from pictures to pictures as one graph, to be run or to be planned.
///
/// | stage | runs a chunk |
/// | --- | --- |
/// | `prompt`, `keep` | once a stream |
/// | `shift`, `slide` | once: nothing or little |
/// | `encode` | once: the chunk's exo frames and the prior's; in windows, beside those that are still seen |
/// | `observe`, `remember` | once, of the causal mode |
/// | `denoise` | once a step, twice with guidance |
/// | `decode` | once |
struct StreamingGraph {
  private enum Latents {
    case causal(CausalNetwork)
    case window(WindowStages)
  }

  private(set) var graph: Graph
  private let configuration: ModelConfiguration
  private var coder: VideoCodec
  private let latents: Latents

  /// - Parameters:
  ///   - textTokens: Of the prompt; with an image, `imageTokens` of that.
  /// - Throws: `.model` for a configuration that does not hold, and for weights that are missing or of another shape.
  init(
    _ configuration: ModelConfiguration, transformer: any WeightSource, codec: any WeightSource,
    textTokens: Int = ModelPrompt.wanTokens.text,
    imageTokens: Int = ModelPrompt.wanTokens.image, elementType: ElementType
  ) throws(Failure) {
    try configuration.check()
    self.configuration = configuration
    var graph = Graph(elementType: elementType)
    var coder = VideoCodec(configuration.codec, codec)
    graph.stage = StreamingModel.Stage.encode
    let maps = try StreamingGraph.maps(&graph, configuration, &coder)
    switch configuration.attention {
    case .causal:
      let network = try CausalNetwork(
        &graph, configuration, transformer, maps, textTokens: textTokens, imageTokens: imageTokens,
        show: { graph, latents throws(Failure) in try StreamingGraph.decode(&graph, configuration, &coder, latents) })
      latents = .causal(network)
    case .window(let window):
      let stages = try WindowStages(
        &graph, configuration, transformer, maps, textTokens: textTokens, imageTokens: imageTokens)
      graph.stage = StreamingModel.Stage.decode
      let new = try graph.slice(
        stages.latents, axis: 0, window.latentFrames - window.strideLatentFrames..<window.latentFrames)
      try StreamingGraph.decode(&graph, configuration, &coder, new)
      latents = .window(stages)
    }
    graph.stage = ""
    self.graph = graph
    self.coder = coder
  }

  /// What drives the graph once it is compiled.
  func stream(_ compiled: any CompiledGraph) throws(Failure) -> any LatentStream {
    switch latents {
    case .causal(let network): return try CausalStream(compiled, network, configuration)
    case .window(let stages):
      return WindowChunks(try WindowStream(compiled, stages, configuration, fillsUp: true), configuration)
    }
  }

  private static func maps(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ coder: inout VideoCodec
  ) throws(Failure) -> CausalNetwork.Maps {
    let chunk = configuration.attention.newLatentFrames
    let frames = chunk * configuration.codec.framesPerLatent
    func latents(_ name: String, _ size: ModelConfiguration.PictureSize) throws(Failure) -> Tensor {
      let pictures = try PictureChunk.input(&graph, name, layout(size), frames: frames)
      let new = try coder.normalised(&graph, try coder.encode(&graph, pictures, stream: name))
      return try seen(&graph, configuration, name, new)
    }
    let exo = try latents("exo", configuration.exo)
    let condition = try latents("prior", configuration.ego)
    var coverage: Tensor?
    if configuration.conditioning.coverageChannels > 0 {
      let size = configuration.latentSize(configuration.ego)
      let new = try graph.input(
        "coverage", [chunk, size.rows, size.columns, configuration.conditioning.coverageChannels], .float32)
      coverage = try seen(&graph, configuration, "coverage", new)
    }
    return CausalNetwork.Maps(exo: exo, condition: condition, coverage: coverage)
  }

  /// A chunk's map, and in windows those before it that are still seen, kept as a state.
  private static func seen(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ name: String, _ new: Tensor
  ) throws(Failure) -> Tensor {
    guard case .window(let window) = configuration.attention, window.strideLatentFrames < window.latentFrames else {
      return new
    }
    graph.scope = "window.\(name)"
    let state = try graph.state("window.\(name)", [window.latentFrames] + new.shape.dropFirst())
    let still = try graph.slice(state, axis: 0, window.strideLatentFrames..<window.latentFrames)
    try graph.store(try graph.concatenate([still, new], axis: 0), in: state)
    graph.scope = ""
    return state
  }

  private static func decode(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ coder: inout VideoCodec, _ latents: Tensor
  ) throws(Failure) {
    graph.stage = StreamingModel.Stage.decode
    let pictures = try coder.decode(&graph, try coder.denormalised(&graph, latents), stream: "ego")
    try PictureChunk.output(&graph, "ego", pictures, layout(configuration.ego))
  }

  private static func layout(_ size: ModelConfiguration.PictureSize) -> ImageLayout {
    ImageLayout(width: size.width, height: size.height, channels: 3)
  }
}
