import CAllocationCount
import Compute
import Glibc
import Testing

@testable import Networks

@Suite(.serialized) struct StreamingModelTests {
  static let toy = ModelConfiguration(
    name: "toy", exo: .init(width: 32, height: 16), ego: .init(width: 32, height: 32),
    codec: .init(latentChannels: 4, blocks: 1, encoderWidths: [8, 8, 8], decoderWidths: [8, 8, 8, 8]),
    transformer: .init(
      layers: 2, heads: 2, headSize: 16, feedForwardSize: 32, frequencySize: 16, inputChannels: 16, outputChannels: 4),
    conditioning: .init(maskChannels: 4, exoMask: .all, coverageChannels: 4, fill: .pushPull),
    attention: .causal(.init(chunkLatentFrames: 1, sinkLatentFrames: 1, windowLatentFrames: 3)),
    geometryBias: .init(scale: 3), sampler: .init(.fewStep(timesteps: [1000, 500]), seed: 4))

  private func make(
    _ configuration: ModelConfiguration = toy, _ backend: TestBackend = .cpu, prompt: ModelPrompt? = nil
  ) throws -> StreamingModel {
    try StreamingModel(
      configuration, transformer: RandomWeights(seed: 1), codec: RandomWeights(seed: 2), prompt: prompt,
      try backend.backend(), elementType: backend.elementType)
  }

  private func run(_ model: StreamingModel, chunks: Int) throws -> [[UInt8]] {
    try (0..<chunks).map { index in
      var chunk = RandomChunk(model, seed: UInt64(index))
      return try chunk.complete(model)
    }
  }

  @Test(arguments: TestBackend.available) func aResetBringsBackTheFirstState(_ backend: TestBackend) throws {
    let model = try make(Self.toy, backend)
    let first = try run(model, chunks: 6)
    #expect(Set(first).count == 6)
    try model.reset()
    #expect(try run(model, chunks: 6) == first)
    // In the middle of a chunk's afterwork too.
    try model.settle()
    try model.reset()
    #expect(try run(model, chunks: 2) == Array(first.prefix(2)))
    #expect(try run(make(Self.toy, backend), chunks: 3) == Array(first.prefix(3)))
  }

  /// Codec and transformer in one graph give what they give in graphs of their own: no stage lies under what another
  /// is still to read, though `remember` runs after the pictures were decoded.
  @Test func theStagesLeaveEachOtherAlone() throws {
    let configuration = Self.toy
    let (model, latent) = (try make(), try LatentModel(Self.toy, RandomWeights(seed: 1), try CPUBackend()))
    let stream = try #require(latent.causal)
    var coder = VideoCodec(configuration.codec, RandomWeights(seed: 2))
    var graph = Graph()
    for (name, size) in [("exo", configuration.exo), ("prior", configuration.ego)] {
      let layout = ImageLayout(width: size.width, height: size.height, channels: 3)
      let pictures = try PictureChunk.input(&graph, name, layout, frames: model.frames)
      let latents = try coder.encode(&graph, pictures, stream: name)
      try graph.output(name, try coder.normalised(&graph, latents))
    }
    let encoder = try CPUBackend().compile(graph)
    for index in 0..<7 {
      var chunk = RandomChunk(model, seed: UInt64(index))
      try chunk.complete(model)
      try chunk.write(encoder, frames: model.frames)
      try encoder.run()
      try latent.compiled.write("exo_latents", try encoder.read("exo"))
      try latent.compiled.write("condition_latents", try encoder.read("prior"))
      try latent.compiled.write("coverage", chunk.coverage)
      try stream.generate(chunk.geometry)
      #expect(try model.graph.readState(CausalNetwork.Name.latents) == latent.latents, "chunk \(index)")
      try stream.settle()
    }
  }

  @Test func theSeedMatters() throws {
    var other = Self.toy
    other.sampler.seed = 5
    #expect(try run(make(), chunks: 1) != run(make(other), chunks: 1))
  }

  @Test(arguments: TestBackend.available) func backendsAgree(_ backend: TestBackend) throws {
    let expected = try run(make(), chunks: 5).joined()
    let found = try run(make(Self.toy, backend), chunks: 5).joined()
    let differences = zip(found, expected).map { abs(Int($0) - Int($1)) }
    if backend.elementType == .float32 {
      #expect((differences.max() ?? 0) <= 1)
    } else {
      let mean = Double(differences.reduce(0, +)) / Double(differences.count)
      #expect(mean < 2)
    }
  }

  /// What streams take where the processor has it: rounded products, eight chunks through the cache, and hardly a step of 255.
  @Test(.enabled(if: CPUBackend.supports(.bfloat16))) func bfloat16ShowsTheSamePictures() throws {
    let rounded = try StreamingModel(
      Self.toy, transformer: RandomWeights(seed: 1), codec: RandomWeights(seed: 2), CPUBackend(precision: .bfloat16))
    let expected = try run(make(), chunks: 8).joined()
    let found = try run(rounded, chunks: 8).joined()
    let squares = zip(found, expected).reduce(0.0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    let rootMeanSquare = (squares / Double(expected.count)).squareRoot()
    #expect(rootMeanSquare < 1, "\(rootMeanSquare)")
  }

  /// A prompt that is set again after a reset, an image beside it, trimmed frames, chunks of several latent frames.
  @Test func allOptionsTogether() throws {
    var configuration = Self.toy
    configuration.transformer.textSize = 6
    configuration.transformer.imageSize = 10
    configuration.transformer.addedKeySize = 32
    configuration.transformer.crossAttentionNorm = true
    configuration.codec.trimmedFrames = 3
    configuration.attention = .causal(
      .init(chunkLatentFrames: 2, sinkLatentFrames: 1, windowLatentFrames: 3, cacheWrite: .lastStep))
    configuration.conditioning.exoMask = .first
    let shape = configuration.transformer
    let prompt = try ModelPrompt(
      shape, text: (0..<42).map { Float($0 % 5) - 2 }, image: (0..<30).map { Float($0 % 7) - 3 })
    let model = try make(configuration, prompt: prompt)
    let first = try run(model, chunks: 5)
    try model.reset()
    #expect(try run(model, chunks: 5) == first)
    let picture = first[0].count / 8
    #expect(first[0].prefix(picture) == first[0][3 * picture..<4 * picture])
    #expect(throws: Failure.self) { try make(configuration) }
    #expect(throws: Failure.self) { try ModelPrompt(shape, text: [1]) }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let model = try make()
    let empty = UnsafeBufferPointer<Float>(start: nil, count: 0)
    let nothing = StreamingModel.Input(
      exo: UnsafeRawBufferPointer(start: nil, count: 0), prior: UnsafeRawBufferPointer(start: nil, count: 0),
      coverage: empty, geometry: ChunkGeometry(rays: empty, centres: empty, points: empty))
    #expect(throws: Failure.self) {
      try model.complete(nothing, into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }
    // And goes on as if nothing had been.
    #expect(try run(model, chunks: 2) == run(make(), chunks: 2))
  }

  /// What a device of 16 bits makes of numbers beyond 65504: it is told, not shown as black, and a reset forgets it.
  @Test(arguments: TestBackend.available, [false, true])
  func latentsThatAreNoNumbersAreRefused(_ backend: TestBackend, inWindows: Bool) throws {
    let model = try make(inWindows ? WindowModelTests.toy(4, 2) : Self.toy, backend)
    let first = try run(model, chunks: 2)
    var chunk = RandomChunk(model, seed: 9)
    chunk.coverage[3] = .nan
    let failure = #expect(throws: Failure.self) { try chunk.complete(model) }
    #expect(failure?.message.contains("latents") == true, "\(failure?.message ?? "")")
    try model.reset()
    #expect(try run(model, chunks: 2) == first)
  }

  @Test func aThousandChunksTakeNoMemory() throws {
    let model = try make()
    var chunk = RandomChunk(model, seed: 1)
    for _ in 0..<20 { try chunk.complete(model) }
    // A leak grows in every stretch; what the tests beside this one take, in some.
    var growth: [Int] = []
    for _ in 0..<10 {
      let before = ProcessMemory.resident
      let allocations = ego_allocation_count()
      for _ in 0..<100 { try chunk.complete(model) }
      #expect(ego_allocation_count() == allocations)
      growth.append(ProcessMemory.resident - before)
    }
    #expect((growth.min() ?? .max) < 800 << 10, "\(growth)")
  }
}
