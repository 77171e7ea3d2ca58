import Compute

/// Classifier-free guidance in a graph: the network runs twice a step, first without the prompt and then with it, and the
/// sampler takes v_without + guidance · (v_with − v_without).
///
/// The keys of both texts lie one after the other in the same states, and each pass sees one of them; what the first pass
/// predicts waits in a state for the second, so nothing leaves the device.
struct Guidance {
  /// Which of the two a pass is.
  enum Pass: Int, CaseIterable {
    case prompted = 0
    case unprompted
  }

  let strength: Float
  /// Tokens of either text.
  let textTokens: Int
  private let slot: Parameter
  private let firstKey: Parameter
  private let endKey: Parameter
  private let with: Parameter
  private let without: Parameter

  /// - Returns: `nil` where the configuration asks for no second pass.
  init?(_ graph: inout Graph, _ configuration: ModelConfiguration, textTokens: Int) {
    guard let strength = configuration.guidance else { return nil }
    self.strength = strength
    self.textTokens = textTokens
    slot = graph.integerParameter("text slot")
    firstKey = graph.integerParameter("first text key")
    endKey = graph.integerParameter("text keys", initial: Int32(clamping: textTokens))
    with = graph.realParameter("guidance with", initial: 1)
    without = graph.realParameter("guidance without")
  }

  /// Which part of a text's states the stage `prompt` fills.
  var slotOfText: Scalar { .parameter(slot) }
  /// What cross-attention sees of them.
  var seenText: KeyRanges { KeyRanges([KeyRanges.Range(.parameter(firstKey), .parameter(endKey))]) }

  /// What the sampler's step takes, given a pass's prediction, which is kept for the next pass.
  func combine(_ graph: inout Graph, _ prediction: Tensor) throws(Failure) -> Tensor {
    let kept = try graph.state("sampler.unprompted", prediction.shape, .float32)
    let guided = try graph.elementwise(
      prediction, [.scale(.parameter(with)), .addScaled(kept, .parameter(without))])
    try graph.store(prediction, in: kept)
    return guided
  }

  /// Chooses the text that `prompt` fills next.
  func setText(_ pass: Pass, on graph: any CompiledGraph) throws(Failure) { try graph.set(slot, pass.rawValue) }

  /// Sets what a pass of the network sees, and how it counts.
  func set(_ pass: Pass, on graph: any CompiledGraph) throws(Failure) {
    try graph.set(firstKey, pass.rawValue * textTokens)
    try graph.set(endKey, (pass.rawValue + 1) * textTokens)
    try graph.set(with, pass == .prompted ? strength : 1)
    try graph.set(without, pass == .prompted ? 1 - strength : 0)
  }
}

extension ModelConfiguration {
  /// How strongly a pass without the prompt is pushed away from; `nil` where there is no such pass.
  public var guidance: Float? {
    guard case .euler(_, _, let guidance) = sampler.kind, guidance != 1, transformer.textSize != nil else { return nil }
    return guidance
  }
}

extension SamplerStep {
  /// The pass that comes before a guided step: the network is told the same, and the latents stay.
  var unprompted: SamplerStep { SamplerStep(timestep: timestep, keep: 1, prediction: 0, noise: 0) }
}
