import Compute

/// The window mode with its sampler, in one graph, and what drives it.
///
/// | stage | does |
/// | --- | --- |
/// | `prompt` | computes what cross-attention reads; once after states were reset |
/// | `slide` | moves the ego latents on by the stride, and puts noise where they are new |
/// | `denoise` | passes all tokens, and takes the sampler's step with the frames that are not held |
public struct WindowStages {
  /// frames × height × width × channels each, latents normalised.
  public typealias Maps = CausalNetwork.Maps

  public enum Name {
    /// State: the ego latents.
    public static let latents = "ego.latents"
    /// Frames × height × width × channels.
    public static let noise = "ego.noise"
    /// Frames × 1: coefficients of the sampler's step.
    public static let keep = "sampler.keep"
    public static let prediction = "sampler.prediction"
    public static let noiseScale = "sampler.noise"
    /// Frames × 1; only where the exo mask is not 1 throughout.
    public static let mask = "exo.mask"
  }

  public let window: ModelConfiguration.Attention.Window
  public let network: WindowNetwork
  public let latents: Tensor
  let guidance: Guidance?
  /// Keys before it are not seen: of frames that came before the stream.
  let firstKey: Parameter
  let tokensPerFrame: Int

  /// - Throws: `.model` for a configuration without windows, and for weights that are missing or of another shape.
  public init(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ weights: any WeightSource, _ maps: Maps,
    textTokens: Int = ModelPrompt.wanTokens.text,
    imageTokens: Int = ModelPrompt.wanTokens.image
  ) throws(Failure) {
    guard case .window(let window) = configuration.attention else {
      throw Failure(.model, "model \(configuration.name): its attention has no windows")
    }
    self.window = window
    let (frames, stride) = (window.latentFrames, window.strideLatentFrames)
    let size = configuration.latentSize(configuration.ego)
    let latents = try graph.state(
      Name.latents, [frames, size.rows, size.columns, configuration.codec.latentChannels], .float32)
    self.latents = latents
    let noise = try graph.input(Name.noise, latents.shape, .float32)
    let keep = try graph.input(Name.keep, [frames, 1], .float32)
    let predictionScale = try graph.input(Name.prediction, [frames, 1], .float32)
    let noiseScale = try graph.input(Name.noiseScale, [frames, 1], .float32)

    graph.stage = "slide"
    var moved = latents
    if stride < frames {
      moved = try graph.concatenate(
        [
          try graph.slice(latents, axis: 0, stride..<frames), try graph.slice(latents, axis: 0, 0..<stride),
        ], axis: 0)
    }
    let fresh = try graph.elementwise(noise, [.multiply(noiseScale)])
    try graph.store(try graph.elementwise(moved, [.multiply(keep), .add(fresh)]), in: latents)

    let firstKey = graph.integerParameter("first key")
    self.firstKey = firstKey
    let rows = configuration.tokensPerLatentFrame
    tokensPerFrame = rows
    let guidance = Guidance(&graph, configuration, textTokens: textTokens)
    self.guidance = guidance
    let conditioning = configuration.conditioning
    network = try WindowNetwork(
      &graph, configuration.transformer, weights,
      exo: { graph throws(Failure) in
        var mask: Tensor?
        if conditioning.masksFirstFrameOnly {
          mask = try graph.input(Name.mask, [frames, 1])
        }
        return try DiffusionTransformer.exoMap(&graph, maps.exo, conditioning, mask: mask)
      },
      ego: { graph throws(Failure) in
        try DiffusionTransformer.egoMap(
          &graph, latents, condition: maps.condition, coverage: maps.coverage, conditioning)
      }, condition: maps.condition, biasScale: configuration.geometryBias.scale,
      keyRanges: KeyRanges([KeyRanges.Range(.parameter(firstKey), .integer(frames * rows))]), guidance: guidance,
      textTokens: textTokens, imageTokens: imageTokens)
    graph.scope = "sampler"
    let prediction = try guidance?.combine(&graph, network.prediction) ?? network.prediction
    let change = try graph.elementwise(prediction, [.multiply(predictionScale)])
    let again = try graph.elementwise(noise, [.multiply(noiseScale)])
    try graph.store(
      try graph.elementwise(latents, [.multiply(keep), .add(change), .add(again)]), in: latents)
    graph.stage = ""
    graph.scope = ""
  }
}
