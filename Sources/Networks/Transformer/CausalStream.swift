import Compute

/// What the geometry tells about one chunk, for geometry-guided attention; all in the world's metres. The memory is the
/// caller's.
public struct ChunkGeometry {
  /// (latent frames · ego tokens) × 3 unit vectors; zeros carry no bias.
  public var rays: UnsafeBufferPointer<Float>
  /// Latent frames × 3.
  public var centres: UnsafeBufferPointer<Float>
  /// (latent frames · exo tokens) × 3; `GeometryBias.noPoint` where nothing was measured.
  public var points: UnsafeBufferPointer<Float>

  public init(
    rays: UnsafeBufferPointer<Float>, centres: UnsafeBufferPointer<Float>, points: UnsafeBufferPointer<Float>
  ) {
    self.rays = rays
    self.centres = centres
    self.points = points
  }
}

/// Drives the stages of a `CausalNetwork`, chunk after chunk; allocates nothing in doing so.
///
/// The maps that the stages read are the caller's to fill before `generate`, and to leave until `settle`.
public final class CausalStream {
  public let graph: any CompiledGraph
  public let network: CausalNetwork
  public let steps: [SamplerStep]
  /// The chunk that `generate` makes next.
  public private(set) var chunkIndex = 0
  /// Called with the name of a stage before and after it runs, for timing.
  public var observer: ((_ stage: String, _ isDone: Bool) -> Void)?

  private let noise: Noise
  private let remembers: Bool
  private let masksFirstOnly: Bool
  private var noiseValues: [Float]
  private var mask: [Float]
  /// The chunk whose keys are still to be left in the cache.
  private var unsettled: CacheSchedule.Chunk?

  /// - Throws: `.model` for a configuration that the network was not built from.
  public init(
    _ graph: any CompiledGraph, _ network: CausalNetwork, _ configuration: ModelConfiguration
  ) throws(Failure) {
    guard case .causal(let attention) = configuration.attention else {
      throw Failure(.model, "model \(configuration.name): its attention is not causal")
    }
    self.graph = graph
    self.network = network
    steps = try configuration.sampler.steps(configuration.transformer.prediction)
    noise = Noise(seed: configuration.sampler.seed)
    remembers = attention.cacheWrite == .cleanPass
    masksFirstOnly = configuration.conditioning.masksFirstFrameOnly
    noiseValues = [Float](repeating: 0, count: network.latents.count)
    mask = [Float](repeating: 0, count: network.schedule.chunkFrames)
  }

  /// Computes what cross-attention reads. Needed once, and again after `reset`.
  /// - Parameters:
  ///   - text: tokens × text channels.
  ///   - image: tokens × image channels, where the model takes an image.
  ///   - negative: With guidance, what is seen in the text's place by the pass without it; zeros where it is `nil`.
  public func setPrompt(text: [Float], image: [Float]?, negative: [Float]? = nil) throws(Failure) {
    guard network.hasPrompt else { return }
    try PromptStage(guidance: network.guidance).fill(graph, text: text, image: image, negative: negative) {
      () throws(Failure) in try run("prompt")
    }
  }

  /// Makes the ego latents of the next chunk, which then lie in the state `CausalNetwork.Name.latents`.
  /// - Throws: `.format` for geometry of another size; `.setting` before the last chunk was settled.
  public func generate(_ geometry: ChunkGeometry) throws(Failure) {
    guard unsettled == nil else {
      throw Failure(.setting, "chunk \(chunkIndex - 1) is not settled; settle it before its inputs are overwritten")
    }
    let chunk = network.schedule.chunk(chunkIndex)
    try graph.write(CausalNetwork.Name.rays, geometry.rays)
    try graph.write(CausalNetwork.Name.centres, geometry.centres)
    try graph.write(CausalNetwork.Name.points, geometry.points)
    if masksFirstOnly {
      for index in mask.indices { mask[index] = chunkIndex == 0 && index == 0 ? 1 : 0 }
      try graph.write(CausalNetwork.Name.mask, mask)
    }
    try network.begin(chunk, on: graph)
    if chunk.sinkShift > 0 && network.schedule.sinkFrames > 0 { try run("shift") }
    try run("observe")

    fillNoise(chunk, step: 0)
    try graph.writeState(CausalNetwork.Name.latents, noiseValues)
    for (index, step) in steps.enumerated() {
      if step.noise != 0 {
        fillNoise(chunk, step: index + 1)
        try graph.write(CausalNetwork.Name.noise, noiseValues)
      }
      if let guidance = network.guidance {
        try guidance.set(.unprompted, on: graph)
        try network.set(step.unprompted, on: graph)
        try run("denoise")
        try guidance.set(.prompted, on: graph)
      }
      try network.set(step, on: graph)
      try run("denoise")
    }
    unsettled = chunk
    chunkIndex += 1
  }

  /// Leaves the finished chunk's keys in the cache, which reads the same maps and geometry as `generate`: it comes before
  /// those of the next chunk are written, and may come after the latents were shown. Does nothing where nothing is due.
  public func settle() throws(Failure) {
    guard let chunk = unsettled else { return }
    unsettled = nil
    if remembers { try run("remember") }
    if chunk.completesSinks { try run("keep") }
  }

  /// Goes back to the first chunk. States must be reset too, and the prompt set again.
  func restart() {
    chunkIndex = 0
    unsettled = nil
  }

  /// Goes back to the first chunk, with all of the graph's states; the prompt has to be set again.
  public func reset() throws(Failure) {
    restart()
    try graph.resetStates()
  }

  private func run(_ stage: String) throws(Failure) {
    observer?(stage, false)
    try graph.run(stage)
    observer?(stage, true)
  }

  private func fillNoise(_ chunk: CacheSchedule.Chunk, step: Int) {
    let count = noiseValues.count / chunk.frames.count
    noiseValues.withUnsafeMutableBufferPointer { values in
      for (index, frame) in chunk.frames.enumerated() {
        noise.fill(
          UnsafeMutableBufferPointer(rebasing: values[index * count..<(index + 1) * count]), latentFrame: frame,
          step: step)
      }
    }
  }
}
