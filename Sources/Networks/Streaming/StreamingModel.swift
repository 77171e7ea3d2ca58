import Compute

/// A model that completes priors, a chunk of pictures at a time: codec, transformer and sampler in one graph, so that
/// latents never leave the device. Not for several threads at once.
///
///     let model = try StreamingModel(folder, CPUBackend())
///     try model.complete(pictures, into: ego)
///     try model.settle()
///
/// A chunk is what its attention makes at a time: the causal mode's chunk, or the stride of a window, which fills up as
/// chunks come. It costs no allocation. The same pictures after `reset` give the same result.
public final class StreamingModel {
  /// A chunk's pictures and what the geometry knows about them; the memory is the caller's.
  public struct Input {
    /// Frames × height × width × RGB.
    public var exo: UnsafeRawBufferPointer
    /// The prior, filled: frames × height × width × RGB.
    public var prior: UnsafeRawBufferPointer
    /// Latent frames × height × width of latents × coverage channels; empty where the model has none.
    public var coverage: UnsafeBufferPointer<Float>
    public var geometry: ChunkGeometry

    public init(
      exo: UnsafeRawBufferPointer, prior: UnsafeRawBufferPointer, coverage: UnsafeBufferPointer<Float>,
      geometry: ChunkGeometry
    ) {
      self.exo = exo
      self.prior = prior
      self.coverage = coverage
      self.geometry = geometry
    }
  }

  public let configuration: ModelConfiguration
  public let graph: any CompiledGraph
  let stream: any LatentStream
  private let prompt: ModelPrompt?
  private let exoNames: [String]
  private let priorNames: [String]
  private let egoNames: [String]
  private var isPrompted = false
  /// The latents of a chunk as they were last looked at.
  private var latents: [Float]
  /// Called with the name of a stage before and after it runs, for timing.
  public var observer: ((_ stage: String, _ isDone: Bool) -> Void)? {
    didSet { stream.observer = observer }
  }

  /// - Parameters:
  ///   - elementType: How the device stores numbers between operations.
  /// - Throws: `.model` for a configuration or weights that make no network, `.outOfMemory`, `.library`.
  public init(
    _ configuration: ModelConfiguration, transformer: any WeightSource, codec: any WeightSource,
    prompt: ModelPrompt? = nil, _ backend: any Backend, elementType: ElementType = .float32
  ) throws(Failure) {
    try configuration.check()
    guard configuration.transformer.textSize == nil || prompt != nil else {
      throw Failure(.model, "model \(configuration.name): it has cross-attention and no prompt")
    }
    self.configuration = configuration
    self.prompt = prompt
    let frames = configuration.attention.newLatentFrames * configuration.codec.framesPerLatent
    exoNames = (0..<frames).map { PictureChunk.name("exo", $0) }
    priorNames = (0..<frames).map { PictureChunk.name("prior", $0) }
    egoNames = (0..<frames).map { PictureChunk.name("ego", $0) }
    let whole = try StreamingGraph(
      configuration, transformer: transformer, codec: codec,
      textTokens: prompt?.textTokens ?? ModelPrompt.wanTokens.text,
      imageTokens: prompt?.imageTokens ?? ModelPrompt.wanTokens.image, elementType: elementType)
    graph = try backend.compile(whole.graph)
    stream = try whole.stream(graph)
    latents = [Float](
      repeating: 0, count: graph.graph.states.first { $0.name == CausalNetwork.Name.latents }?.count ?? 0)
  }

  /// Opens a model folder.
  /// - Throws: As above, and `.model` naming the file and every tensor that does not fit.
  public convenience init(
    _ folder: ModelFolder, _ backend: any Backend, elementType: ElementType = .float32
  ) throws(Failure) {
    let configuration = folder.configuration
    let transformer = try folder.transformerWeights()
    let codec = try folder.codecWeights()
    try self.init(
      configuration, transformer: transformer, codec: codec, prompt: try folder.prompt(), backend,
      elementType: elementType)
    transformer.releasePages()
    codec.releasePages()
  }

  /// Names of the stages that are not the transformer's.
  public enum Stage {
    public static let encode = "encode"
    public static let decode = "decode"
  }

  /// Video frames of a chunk.
  public var frames: Int { egoNames.count }
  public var latentFrames: Int { stream.latentFrames }

  /// Makes the ego pictures of the next chunk.
  /// - Parameter ego: Frames × height × width × RGB. After a reset, a codec that trims its first frames shows the first
  ///   that it keeps in their place.
  /// - Throws: `.format` for pictures or geometry of another size; `.library` from a driver; `.model` where a number left what
  ///   the device can hold: then nothing is shown, and `reset` must come before the next chunk.
  public func complete(_ input: Input, into ego: UnsafeMutableRawBufferPointer) throws(Failure) {
    guard ego.count % frames == 0 else {
      throw Failure(.format, "\(ego.count) bytes for \(frames) ego pictures")
    }
    try settle()
    if !isPrompted {
      if let prompt {
        try stream.setPrompt(
          text: prompt.text, image: prompt.image.isEmpty ? nil : prompt.image, negative: prompt.negative)
      }
      isPrompted = true
    }
    try write(input.exo, to: exoNames)
    try write(input.prior, to: priorNames)
    if configuration.conditioning.coverageChannels > 0 { try graph.write("coverage", input.coverage) }
    let isFirst = stream.isAtStart
    try run(Stage.encode)
    try stream.generate(input.geometry)
    try checkLatents()
    try run(Stage.decode)
    let bytes = ego.count / frames
    for index in 0..<frames {
      let shown = isFirst ? max(index, min(configuration.codec.trimmedFrames, frames - 1)) : index
      try graph.read(
        egoNames[shown], bytes: UnsafeMutableRawBufferPointer(rebasing: ego[index * bytes..<(index + 1) * bytes]))
    }
  }

  /// Leaves the last chunk in the transformer's cache, where it has one. The next `complete` does it where nobody did, but then its
  /// pictures wait for it.
  public func settle() throws(Failure) { try stream.settle() }

  /// Forgets all chunks: the next is the first.
  public func reset() throws(Failure) {
    try stream.reset()
    isPrompted = false
  }

  private func write(_ pictures: UnsafeRawBufferPointer, to names: [String]) throws(Failure) {
    guard pictures.count % names.count == 0 else {
      throw Failure(.format, "\(pictures.count) bytes for \(names.count) pictures \(names[0]) …")
    }
    let bytes = pictures.count / names.count
    for (index, name) in names.enumerated() {
      try graph.write(name, bytes: UnsafeRawBufferPointer(rebasing: pictures[index * bytes..<(index + 1) * bytes]))
    }
  }

  /// A NaN would make this chunk's pictures black and, through what is remembered, all that follow.
  private func checkLatents() throws(Failure) {
    try latents.withUnsafeMutableBufferPointer { (values) throws(Failure) in
      try graph.readState(CausalNetwork.Name.latents, into: values)
    }
    guard let place = latents.firstIndex(where: { !$0.isFinite }) else { return }
    throw Failure(
      .model,
      "model \(configuration.name): number \(place) of \(latents.count) of a chunk's latents is \(latents[place]); expected "
        + "finite numbers alone. On a device that stores 16 bits run the model on the processor instead; where that does "
        + "not help, train, export or convert it again")
  }

  private func run(_ stage: String) throws(Failure) {
    observer?(stage, false)
    try graph.run(stage)
    observer?(stage, true)
  }
}
