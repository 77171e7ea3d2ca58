import Compute

/// The causal mode as stages of a graph, over a cache of keys and values; see docs/models.md.
///
/// | stage | does |
/// | --- | --- |
/// | `prompt` | computes what cross-attention reads; once after states were reset, and only with cross-attention |
/// | `shift` | moves the sinks on in time; before a chunk whose `sinkShift` is not 0 |
/// | `observe` | passes the chunk's exo tokens |
/// | `denoise` | passes the chunk's ego tokens at a timestep, and takes the sampler's step |
/// | `remember` | passes the finished ego latents at timestep 0, to leave their keys |
/// | `keep` | keeps the sinks' keys; after the chunk that completes them |
///
/// **Places in time.** Keys lie in the cache turned by their latent frame's number in the stream, queries are turned by
/// theirs, and what attention sees is the difference alone. In the window those differences are the ones of the cache's
/// places, for ever; only the sinks stand elsewhere, so only they are turned again, by one angle for a whole chunk, from
/// the keys that `keep` set aside.
public struct CausalNetwork {
  /// What changes from chunk to chunk and step to step.
  struct Parameters {
    let timestep: Parameter
    let keep: Parameter
    let prediction: Parameter
    let noise: Parameter
    /// Of each frame of the chunk.
    let slots: [Parameter]
    let places: [Parameter]
    /// One past the last row of exo keys, for each slot; a slot's first row while it is empty.
    let exoEnds: [Parameter]
    /// One past the last row of keys.
    let end: Parameter
    let sinkShift: Parameter
    let biasScale: Parameter
  }

  /// Feature maps that the stages read: chunk frames × height × width × channels, latents normalised.
  public struct Maps {
    public let exo: Tensor
    public let condition: Tensor
    /// `nil` without coverage channels.
    public let coverage: Tensor?

    public init(exo: Tensor, condition: Tensor, coverage: Tensor?) {
      self.exo = exo
      self.condition = condition
      self.coverage = coverage
    }
  }

  public let schedule: CacheSchedule
  let parameters: Parameters
  /// The ego latents in the making: a state, chunk frames × height × width × channels.
  public let latents: Tensor
  let exoTokens: Int
  let egoTokens: Int
  let hasPrompt: Bool
  let guidance: Guidance?

  /// Names of inputs and states; see `init`.
  public enum Name {
    /// State: the ego latents.
    public static let latents = "ego.latents"
    /// chunk × height × width × channels: ε of the step.
    public static let noise = "ego.noise"
    /// Output: the network's prediction of the last step.
    public static let prediction = "ego.prediction"
    /// (chunk · ego tokens) × 3, unit vectors in the world.
    public static let rays = "ego.rays"
    /// chunk × 3.
    public static let centres = "ego.centres"
    /// chunk × exo tokens × 3, `GeometryBias.noPoint` where nothing was measured.
    public static let points = "exo.points"
    /// chunk × 1; only where the exo mask is not 1 throughout.
    public static let mask = "exo.mask"
    /// tokens × channels of the embedded prompt.
    public static let text = "text"
    public static let image = "image"
  }

  /// Adds the stages to a graph.
  /// - Parameters:
  ///   - show: Adds what may run between `denoise` and `remember`, given the ego latents: what is read by both must not be
  ///     laid under it.
  ///   - text: Tokens of the prompt; with an image, `image` of that.
  /// - Throws: `.model` for a configuration that is not causal, and for weights that are missing or of another shape.
  public init(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ weights: any WeightSource, _ maps: Maps,
    textTokens: Int = ModelPrompt.wanTokens.text,
    imageTokens: Int = ModelPrompt.wanTokens.image,
    show: (inout Graph, Tensor) throws(Failure) -> Void = { _, _ in }
  ) throws(Failure) {
    guard case .causal(let attention) = configuration.attention else {
      throw Failure(.model, "model \(configuration.name): its attention is not causal")
    }
    schedule = try CacheSchedule(
      chunkFrames: attention.chunkLatentFrames, sinkFrames: attention.sinkLatentFrames,
      windowFrames: attention.windowLatentFrames)
    guidance = Guidance(&graph, configuration, textTokens: textTokens)
    var builder = try CausalNetworkBuilder(
      &graph, configuration, weights, schedule, maps, guidance)
    parameters = builder.parameters
    latents = builder.latents
    (exoTokens, egoTokens) = (builder.exoTokens, builder.egoTokens)
    hasPrompt = configuration.transformer.textSize != nil

    try builder.prompt(&graph, textTokens: textTokens, imageTokens: imageTokens)
    try builder.shift(&graph)
    try builder.observe(&graph)
    try builder.denoise(&graph)
    try show(&graph, latents)
    if attention.cacheWrite == .cleanPass { try builder.remember(&graph) }
    try builder.keep(&graph)
    graph.stage = ""
    graph.scope = ""
  }

  /// Sets what one chunk needs, before its stages run.
  func begin(_ chunk: CacheSchedule.Chunk, on graph: any CompiledGraph) throws(Failure) {
    for (index, frame) in chunk.frames.enumerated() {
      try graph.set(parameters.slots[index], schedule.slot(of: frame))
      try graph.set(parameters.places[index], frame)
    }
    let rows = exoTokens + egoTokens
    for slot in 0..<schedule.slotCount {
      try graph.set(parameters.exoEnds[slot], slot * rows + (slot < chunk.filledSlots ? exoTokens : 0))
    }
    try graph.set(parameters.end, chunk.filledSlots * rows)
    try graph.set(parameters.sinkShift, chunk.sinkShift)
  }

  func set(_ step: SamplerStep, on graph: any CompiledGraph) throws(Failure) {
    try graph.set(parameters.timestep, step.timestep)
    try graph.set(parameters.keep, step.keep)
    try graph.set(parameters.prediction, step.prediction)
    try graph.set(parameters.noise, step.noise)
  }
}
