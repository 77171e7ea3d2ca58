import Compute
import Testing

@testable import Networks

/// Plans of the named models, held against what is known of them, and against a compiled graph.
struct ModelPlanTests {
  @Test func parametersAreThoseThatArePublished() throws {
    let small = try ModelPlan(.wan1_3B, storesHalves: true)
    // 1.3B's 1,418,996,800 and 20 more input channels.
    #expect(small.parameters.transformer == 1_418_996_800 + 1536 * 20 * 4)
    #expect(small.chunk.videoFrames == 12)
    #expect(small.chunk.contextTokens == 21 * 2156)
    #expect(small.memoryBytes.transformerWeights == 2 * small.parameters.transformer)
    #expect(small.memoryBytes.total == small.totalBytes)
    // Keys and values of 21 latent frames in 30 layers, and the sinks' own keys.
    let cache = 2 * 2 * 30 * 21 * 2156 * 1536
    #expect((cache...cache * 5 / 4).contains(small.memoryBytes.cache), "\(small.memoryBytes.cache) and \(cache)")
  }

  @Test func aPlanOfTheLargestTakesNoMemory() throws {
    let before = ProcessMemory.resident
    let large = try ModelPlan(.wan14B, storesHalves: true)
    #expect((16_300_000_000...16_500_000_000).contains(large.parameters.transformer), "\(large.parameters)")
    let denoise = try #require(large.stages.first { $0.name == "denoise" })
    #expect(denoise.runsAChunk == 100)
    // At least what the linear layers alone take: two operations a weight and token, but for the prompt's.
    #expect(denoise.gigaflop > 2 * 13e9 * 28_028 / 1e9)
    #expect(ProcessMemory.resident - before < 500 << 20)
  }

  @Test(arguments: [
    ModelConfiguration.egoTiny.attention, .window(.init(latentFrames: 3, strideLatentFrames: 1)),
  ])
  func theArenaAndStatesAreThoseOfTheModelThatRuns(_ attention: ModelConfiguration.Attention) throws {
    var configuration = ModelConfiguration.egoTiny
    configuration.attention = attention
    configuration.transformer.layers = 2
    configuration.exo = ModelConfiguration.PictureSize(width: 64, height: 32)
    configuration.ego = ModelConfiguration.PictureSize(width: 64, height: 64)
    let plan = try ModelPlan(configuration, storesHalves: false)
    let weights = RandomWeights(seed: 1)
    let model = try StreamingModel(configuration, transformer: weights, codec: weights, CPUBackend(workers: 1))
    let memory = model.graph.memory
    #expect(memory.arenaBytes == plan.memoryBytes.arena)
    #expect(memory.stateBytes == plan.memoryBytes.cache + plan.memoryBytes.codecStates + plan.memoryBytes.prompt)
    let planned = plan.memoryBytes.codecWeights + plan.memoryBytes.transformerWeights
    #expect(abs(memory.constantBytes - planned) < planned / 5)
  }

  /// A device of halves keeps those of a file, and widens what it has as floats or bfloat16.
  @Test func weightsOfOtherFilesAreWidened() throws {
    let halves = try ModelPlan(.egoTiny, storesHalves: true)
    let widened = try ModelPlan(.egoTiny, storesHalves: true, files: .bfloat16)
    #expect(widened.memoryBytes.codecWeights == 2 * halves.memoryBytes.codecWeights)
    #expect(widened.memoryBytes.transformerWeights == 2 * halves.memoryBytes.transformerWeights)
    #expect(widened.memoryBytes.arena == halves.memoryBytes.arena)
    #expect(widened.storage.weights == "float32" && widened.storage.intermediates == "float16")
  }

  @Test func aConfigurationThatDoesNotHoldIsRefused() {
    var configuration = ModelConfiguration.egoTiny
    configuration.codec.blocks = 0
    let failure = #expect(throws: Failure.self) { try ModelPlan(configuration, storesHalves: true) }
    #expect(failure?.message.contains("codec.blocks is 0") == true)
  }
}
