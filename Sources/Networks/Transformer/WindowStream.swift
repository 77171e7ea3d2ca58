import Compute

/// Drives `WindowStages`, window after window; the maps are the caller's to fill before `generate`.
public final class WindowStream {
  public let graph: any CompiledGraph
  public let stages: WindowStages
  public let steps: [SamplerStep]
  /// The stream's latent frame that the next window begins with; below 0 while the window fills up.
  public private(set) var firstFrame: Int
  /// Whether nothing was generated yet.
  public private(set) var isAtStart = true
  /// Called with the name of a stage before and after it runs, for timing.
  public var observer: ((_ stage: String, _ isDone: Bool) -> Void)?

  private let noise: Noise
  private let exoTokens: Int
  private let egoTokens: Int
  private let masksFirstOnly: Bool
  private let fillsUp: Bool
  private var noiseValues: [Float]
  private var frameValues: [Float]
  private var rays: [Float]
  private var points: [Float]

  /// - Parameter fillsUp: Whether the first windows are short: of one stride, then of two, and so on, lying at the window's end,
  ///   with nothing before them seen. Otherwise the first `generate` makes a whole window.
  public init(
    _ graph: any CompiledGraph, _ stages: WindowStages, _ configuration: ModelConfiguration, fillsUp: Bool = false
  ) throws(Failure) {
    self.fillsUp = fillsUp
    firstFrame = WindowStream.start(stages.window, fillsUp)
    self.graph = graph
    self.stages = stages
    steps = try configuration.sampler.steps(configuration.transformer.prediction)
    noise = Noise(seed: configuration.sampler.seed)
    masksFirstOnly = configuration.conditioning.masksFirstFrameOnly
    let (exo, ego) = (configuration.exoTokens, configuration.egoTokens)
    (exoTokens, egoTokens) = (exo.rows * exo.columns, ego.rows * ego.columns)
    let frames = stages.window.latentFrames
    noiseValues = [Float](repeating: 0, count: stages.latents.count)
    frameValues = [Float](repeating: 0, count: frames)
    rays = [Float](repeating: 0, count: frames * (exoTokens + egoTokens) * 3)
    points = [Float](repeating: GeometryBias.noPoint, count: frames * (exoTokens + egoTokens) * 3)
  }

  /// Latent frames that the next `generate` makes: the last so many of the window.
  public var newFrames: Int {
    isAtStart && !fillsUp ? stages.window.latentFrames : stages.window.strideLatentFrames
  }

  private static func start(_ window: ModelConfiguration.Attention.Window, _ fillsUp: Bool) -> Int {
    fillsUp ? window.strideLatentFrames - window.latentFrames : 0
  }

  /// Computes what cross-attention reads. Needed once, and again after `reset`.
  /// - Parameter negative: With guidance, what is seen in the text's place by the pass without it; zeros where it is `nil`.
  public func setPrompt(text: [Float], image: [Float]?, negative: [Float]? = nil) throws(Failure) {
    guard graph.graph.stages.contains(where: { $0.name == "prompt" }) else { return }
    try PromptStage(guidance: stages.guidance).fill(graph, text: text, image: image, negative: negative) {
      () throws(Failure) in try run("prompt")
    }
  }

  /// Makes the latents of the next window; those already made are held.
  /// - Parameter geometry: Of all latent frames of the window, whatever numbers where there is none yet.
  /// - Throws: `.format` for geometry of another size.
  public func generate(_ geometry: ChunkGeometry) throws(Failure) {
    try writeGeometry(geometry)
    try graph.set(stages.firstKey, max(0, -firstFrame) * stages.tokensPerFrame)
    let held = stages.window.latentFrames - newFrames
    if masksFirstOnly {
      // A window poses as a clip, so the first frame that it sees is the first, wherever in the stream it stands.
      let first = max(0, -firstFrame)
      fill { $0 == first ? 1 : 0 }
      try graph.write(WindowStages.Name.mask, frameValues)
    }
    try write(held, SamplerStep(timestep: 0, keep: 0, prediction: 0, noise: 1), noiseStep: 0)
    try run("slide")
    for (index, step) in steps.enumerated() {
      for (frame, parameter) in stages.network.timesteps.enumerated() {
        try graph.set(parameter, frame < held ? Float(0) : step.timestep)
      }
      if let guidance = stages.guidance {
        try guidance.set(.unprompted, on: graph)
        try write(held, step.unprompted, noiseStep: index + 1)
        try run("denoise")
        try guidance.set(.prompted, on: graph)
      }
      try write(held, step, noiseStep: index + 1)
      try run("denoise")
    }
    isAtStart = false
    firstFrame += stages.window.strideLatentFrames
  }

  /// Goes back to the first window, with all of the graph's states; the prompt has to be set again.
  public func reset() throws(Failure) {
    (isAtStart, firstFrame) = (true, WindowStream.start(stages.window, fillsUp))
    try graph.resetStates()
  }

  /// A step's coefficients, frame by frame: those held keep what they are.
  private func write(_ held: Int, _ step: SamplerStep, noiseStep: Int) throws(Failure) {
    fill { $0 < held ? 1 : step.keep }
    try graph.write(WindowStages.Name.keep, frameValues)
    fill { $0 < held ? 0 : step.prediction }
    try graph.write(WindowStages.Name.prediction, frameValues)
    fill { $0 < held ? 0 : step.noise }
    try graph.write(WindowStages.Name.noiseScale, frameValues)
    guard step.noise != 0 else { return }
    let count = noiseValues.count / frameValues.count
    noiseValues.withUnsafeMutableBufferPointer { values in
      for index in held..<stages.window.latentFrames {
        noise.fill(
          UnsafeMutableBufferPointer(rebasing: values[index * count..<(index + 1) * count]),
          latentFrame: firstFrame + index, step: noiseStep)
      }
    }
    try graph.write(WindowStages.Name.noise, noiseValues)
  }

  private func writeGeometry(_ geometry: ChunkGeometry) throws(Failure) {
    let frames = stages.window.latentFrames
    guard geometry.rays.count == frames * egoTokens * 3, geometry.points.count == frames * exoTokens * 3 else {
      throw Failure(
        .format,
        "geometry of \(geometry.rays.count) and \(geometry.points.count) numbers; expected \(frames * egoTokens * 3) of rays "
          + "and \(frames * exoTokens * 3) of points")
    }
    let stride = (exoTokens + egoTokens) * 3
    for frame in 0..<frames {
      for index in 0..<exoTokens * 3 { points[frame * stride + index] = geometry.points[frame * exoTokens * 3 + index] }
      for index in 0..<egoTokens * 3 {
        rays[frame * stride + exoTokens * 3 + index] = geometry.rays[frame * egoTokens * 3 + index]
      }
    }
    try graph.write(WindowNetwork.Name.rays, rays)
    try graph.write(WindowNetwork.Name.points, points)
    try graph.write(WindowNetwork.Name.centres, geometry.centres)
  }

  private func fill(_ value: (Int) -> Float) {
    for index in frameValues.indices { frameValues[index] = value(index) }
  }

  private func run(_ stage: String) throws(Failure) {
    observer?(stage, false)
    try graph.run(stage)
    observer?(stage, true)
  }
}
