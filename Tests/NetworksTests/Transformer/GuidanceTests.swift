import Compute
import Testing

@testable import Networks

/// Guidance against the arithmetic on two plain runs of the same network, one with each text.
@Suite struct GuidanceTests {
  private static func toy(_ attention: ModelConfiguration.Attention, guidance: Float) -> ModelConfiguration {
    ModelConfiguration(
      name: "toy", exo: .init(width: 32, height: 16), ego: .init(width: 16, height: 32),
      codec: .init(latentChannels: 2, encoderWidths: [8, 8, 8], decoderWidths: [8, 8, 8, 8]),
      transformer: .init(
        layers: 2, heads: 2, headSize: 12, feedForwardSize: 20, frequencySize: 16, inputChannels: 12,
        outputChannels: 2, textSize: 6, crossAttentionNorm: true),
      conditioning: .init(maskChannels: 4, exoMask: .all, coverageChannels: 4, fill: .none), attention: attention,
      geometryBias: .init(scale: 3), sampler: .init(.euler(steps: 3, shift: 3, guidance: guidance), seed: 11))
  }

  private static let window = ModelConfiguration.Attention.window(.init(latentFrames: 2, strideLatentFrames: 2))
  private let text: [Float] = (0..<30).map { Float($0 % 7) - 3 }
  private let negative: [Float] = (0..<30).map { Float($0 % 4) - 1 }

  /// The latents after one window or chunk.
  private func latents(
    _ attention: ModelConfiguration.Attention, guidance: Float, negative: [Float]?, _ backend: TestBackend = .cpu
  ) throws -> [Float] {
    let configuration = Self.toy(attention, guidance: guidance)
    let model = try LatentModel(
      configuration, RandomWeights(seed: 3), try backend.backend(), elementType: backend.elementType, textTokens: 5)
    let geometry = try RandomStream(configuration, frames: 2, seed: 5).write(model, 0..<2)
    try model.causal?.setPrompt(text: text, image: nil, negative: negative)
    try model.window?.setPrompt(text: text, image: nil, negative: negative)
    try model.causal?.generate(geometry)
    try model.window?.generate(geometry)
    return try model.latents
  }

  @Test(arguments: TestBackend.available) func aStepIsTheArithmeticOnTwoRuns(_ backend: TestBackend) throws {
    let configuration = Self.toy(Self.window, guidance: 1)
    // Not guided: two texts are two runs, driven step by step from the same latents.
    let model = try LatentModel(
      configuration, RandomWeights(seed: 3), try backend.backend(), elementType: backend.elementType, textTokens: 5)
    let stream = try #require(model.window)
    let geometry = try RandomStream(configuration, frames: 2, seed: 5).write(model, 0..<2)
    try stream.setPrompt(text: text, image: nil)
    // Leaves geometry and maps in place; what follows starts from the noise again.
    try stream.generate(geometry)
    let noise = Noise(seed: 11)
    let count = try model.latents.count / 2
    var x = (0..<2).flatMap { noise.values(count, latentFrame: $0, step: 0) }
    func prediction(_ text: [Float]) throws -> [Float] {
      try stream.setPrompt(text: text, image: nil)
      try model.compiled.writeState(WindowStages.Name.latents, x)
      try model.compiled.run("denoise")
      return try model.compiled.read(WindowNetwork.Name.prediction)
    }
    for step in stream.steps {
      for parameter in stream.stages.network.timesteps { try model.compiled.set(parameter, step.timestep) }
      let guided = zip(try prediction(text), try prediction(negative)).map { with, without in
        without + 5 * (with - without)
      }
      x = zip(x, guided).map { step.keep * $0 + step.prediction * $1 }
    }
    let guided = try latents(Self.window, guidance: 5, negative: negative, backend)
    backend.expect(guided, near: x, "guided by 5")
    #expect(guided != (try latents(Self.window, guidance: 1, negative: nil, backend)))
  }

  @Test(arguments: [window, .causal(.init(chunkLatentFrames: 2, sinkLatentFrames: 1, windowLatentFrames: 2))])
  func whatGuidanceIsAndWhatItIsNot(_ attention: ModelConfiguration.Attention) throws {
    let plain = try latents(attention, guidance: 1, negative: nil)
    // Away from the prompt itself there is nowhere to go.
    TestBackend.cpu.expect(try latents(attention, guidance: 5, negative: text), near: plain, "the same text twice")
    // Without strength, the other text is all there is: as if it were the prompt.
    let zeros = [Float](repeating: 0, count: text.count)
    let unprompted = try latents(attention, guidance: 0, negative: nil)
    #expect(unprompted == (try latents(attention, guidance: 0, negative: zeros)))
    #expect(unprompted != plain)
    #expect(try latents(attention, guidance: 5, negative: nil) != plain)
  }

  @Test func aNegativeTextOfAnotherSizeIsRefused() throws {
    let shape = Self.toy(Self.window, guidance: 5).transformer
    #expect(throws: Failure.self) { try ModelPrompt(shape, text: text, negative: [1]) }
    #expect(try ModelPrompt(shape, text: text, negative: negative).negative == negative)
  }

  @Test func aPlanCountsBothPassesAndBothTexts() throws {
    let (plain, guided) = (
      try ModelPlan(Self.toy(Self.window, guidance: 1), storesHalves: false),
      try ModelPlan(Self.toy(Self.window, guidance: 5), storesHalves: false)
    )
    #expect(guided.memoryBytes.prompt == 2 * plain.memoryBytes.prompt)
    let runs = [plain, guided].map { plan in plan.stages.first { $0.name == "denoise" }?.runsAChunk }
    #expect(runs == [3, 6])
  }
}
