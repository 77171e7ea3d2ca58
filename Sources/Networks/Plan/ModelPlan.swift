import Compute

/// What a model asks of a machine: parameters, work and memory, found without its weights and without their memory.
public struct ModelPlan: Codable, Equatable, Sendable {
  /// How weights and intermediates are kept.
  public struct Storage: Codable, Equatable, Sendable {
    /// `float16` or `float32`.
    public var weights: String
    public var intermediates: String
  }

  public struct Parameters: Codable, Equatable, Sendable {
    public var codec: Int
    public var transformer: Int
  }

  /// What is made at a time.
  public struct Chunk: Codable, Equatable, Sendable {
    public var latentFrames: Int
    public var videoFrames: Int
    /// Of one latent frame.
    public var exoTokens: Int
    public var egoTokens: Int
    /// Tokens that an ego token sees at most.
    public var contextTokens: Int
    public var steps: Int
  }

  /// A part of the work.
  public struct Stage: Codable, Equatable, Sendable {
    public var name: String
    /// Of one run, 10⁹ multiplications and additions.
    public var gigaflop: Double
    public var runsAChunk: Int
  }

  /// All in bytes.
  public struct Memory: Codable, Equatable, Sendable {
    public var codecWeights: Int
    public var transformerWeights: Int
    /// Of latent frames gone by: keys and values, or what a window still sees.
    public var cache: Int
    /// Keys and values of the prompt.
    public var prompt: Int
    /// The last frames that the codec keeps.
    public var codecStates: Int
    /// Inputs, outputs and intermediates, laid over one another.
    public var arena: Int

    public var total: Int { codecWeights + transformerWeights + cache + prompt + codecStates + arena }
  }

  public var name: String
  public var storage: Storage
  public var parameters: Parameters
  public var chunk: Chunk
  public var stages: [Stage]
  public var memoryBytes: Memory
  public var gigaflopAChunk: Double
  public var totalBytes: Int

  /// Plans a model.
  /// - Parameters:
  ///   - storesHalves: Whether the device keeps intermediates in 16 bits, as Vulkan does; else in 32.
  ///   - files: How the files store weights. A device that stores halves keeps those of float16; all others it widens.
  ///   - prompt: `nil` for one of Wan's numbers of tokens, where the model takes any.
  /// - Throws: `.model` for a configuration that does not hold.
  public init(
    _ configuration: ModelConfiguration, storesHalves: Bool, files: ElementType = .float16, prompt: ModelPrompt? = nil
  ) throws(Failure) {
    let type = storesHalves ? ElementType.float16 : .float32
    let weightType = storesHalves && files == .float16 ? ElementType.float16 : .float32
    let weights = try PlaceholderWeights(elementType: weightType)
    let graph = try StreamingGraph(
      configuration, transformer: weights, codec: weights, textTokens: prompt?.textTokens ?? ModelPrompt.wanTokens.text,
      imageTokens: prompt?.imageTokens ?? ModelPrompt.wanTokens.image, elementType: type
    ).graph
    func count(_ list: [WeightSpecification]) -> Int { list.reduce(0) { $0 + $1.count } }
    func states(_ isMember: (String) -> Bool) -> Int {
      graph.states.reduce(0) { $0 + (isMember($1.name) ? $1.count * $1.elementType.byteCount : 0) }
    }
    let isPrompt = { (name: String) in name.hasPrefix("prompt.") }
    let isCodec = { (name: String) in name.contains(".encoder.") || name.contains(".decoder.") }

    name = configuration.name
    storage = Storage(weights: weightType.rawValue, intermediates: type.rawValue)
    parameters = Parameters(
      codec: count(VideoCodec.weights(configuration.codec)),
      transformer: count(DiffusionTransformer.weights(configuration.transformer)))
    memoryBytes = Memory(
      codecWeights: parameters.codec * weightType.byteCount,
      transformerWeights: parameters.transformer * weightType.byteCount,
      cache: states { !isPrompt($0) && !isCodec($0) }, prompt: states(isPrompt), codecStates: states(isCodec),
      arena: MemoryPlan(graph).arenaBytes)
    chunk = Chunk(configuration)
    stages = ModelPlan.stages(graph, configuration)
    gigaflopAChunk = stages.reduce(0) { $0 + $1.gigaflop * Double($1.runsAChunk) }
    totalBytes = memoryBytes.total
  }

  private static func stages(_ graph: Graph, _ configuration: ModelConfiguration) -> [Stage] {
    var order: [String] = []
    var work: [String: Double] = [:]
    // Exo tokens see exo tokens only, though the keys lie among all others.
    let exo = configuration.exoTokens.rows * configuration.exoTokens.columns
    let exoShare = Double(exo) / Double(configuration.tokensPerLatentFrame)
    for node in graph.nodes {
      if work[node.stage] == nil { order.append(node.stage) }
      let share = node.stage == "observe" ? exoShare : 1
      work[node.stage, default: 0] += node.operation.floatingPointOperations(ofKeys: share) / 1e9
    }
    return order.map { name in
      Stage(name: name, gigaflop: work[name] ?? 0, runsAChunk: runs(name, configuration))
    }
  }

  private static func runs(_ stage: String, _ configuration: ModelConfiguration) -> Int {
    switch stage {
    // Once a stream, not a chunk.
    case "prompt", "keep": return 0
    case "denoise":
      return configuration.sampler.steps * (configuration.guidance == nil ? 1 : 2)
    default: return 1
    }
  }
}

extension ModelPlan.Chunk {
  init(_ configuration: ModelConfiguration) {
    latentFrames = configuration.attention.newLatentFrames
    videoFrames = latentFrames * configuration.codec.framesPerLatent
    exoTokens = configuration.exoTokens.rows * configuration.exoTokens.columns
    egoTokens = configuration.egoTokens.rows * configuration.egoTokens.columns
    steps = configuration.sampler.steps
    switch configuration.attention {
    case .window(let window): contextTokens = window.latentFrames * configuration.tokensPerLatentFrame
    case .causal(let causal): contextTokens = causal.slots * configuration.tokensPerLatentFrame
    }
  }
}
