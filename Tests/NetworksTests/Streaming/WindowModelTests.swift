import CAllocationCount
import Compute
import Testing

@testable import Networks

/// Windows from pictures: against the same windows put together by hand, from latents.
@Suite(.serialized) struct WindowModelTests {
  static func toy(_ window: Int, _ stride: Int) -> ModelConfiguration {
    var configuration = StreamingModelTests.toy
    configuration.attention = .window(.init(latentFrames: window, strideLatentFrames: stride))
    configuration.conditioning.exoMask = .first
    configuration.sampler = .init(.euler(steps: 2, shift: 3, guidance: 1), seed: 4)
    return configuration
  }

  private func make(
    _ configuration: ModelConfiguration, _ backend: TestBackend = .cpu, prompt: ModelPrompt? = nil
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

  /// Windows that the stride divides, that it does not, and that keep nothing.
  @Test(arguments: [(4, 2), (5, 2), (3, 1), (2, 2)])
  func chunksAreTheWindowsPutTogetherByHand(_ window: Int, _ stride: Int) throws {
    let configuration = Self.toy(window, stride)
    let model = try make(configuration)
    #expect(model.latentFrames == stride)
    let latent = try LatentModel(configuration, RandomWeights(seed: 1), try CPUBackend(), fillsUp: true)
    let stream = try #require(latent.window)
    let codec = try CodecByHand(configuration, RandomWeights(seed: 2))
    var (exo, prior, coverage, rays, centres, points) = (
      Frames(window), Frames(window), Frames(window), Frames(window), Frames(window),
      Frames(window, empty: GeometryBias.noPoint)
    )
    for index in 0..<6 {
      var chunk = RandomChunk(model, seed: UInt64(index))
      let shown = try chunk.complete(model)
      try chunk.write(codec.encoder, frames: model.frames)
      try codec.encoder.run()
      exo.append(try codec.encoder.read("exo"))
      prior.append(try codec.encoder.read("prior"))
      coverage.append(chunk.coverage)
      rays.append(chunk.geometry.rays)
      centres.append(chunk.geometry.centres)
      points.append(chunk.geometry.points)
      try latent.compiled.write("exo_latents", exo.last(stride))
      try latent.compiled.write("condition_latents", prior.last(stride))
      try latent.compiled.write("coverage", coverage.last(stride))
      try stream.generate(
        HeldGeometry(rays: rays.last(stride), centres: centres.last(stride), points: points.last(stride)))
      let latents = try latent.latents
      #expect(try model.graph.readState(WindowStages.Name.latents) == latents, "chunk \(index)")
      let new = Array(latents.suffix(latents.count / window * stride))
      #expect(try codec.decode(new, frames: model.frames) == shown, "chunk \(index)")
    }
  }

  /// While a window fills up, what it lacks is not there, rather than empty: the first chunk is a shorter window.
  @Test(arguments: TestBackend.available) func theFirstWindowIsAShortOne(_ backend: TestBackend) throws {
    let weights = RandomWeights(seed: 1)
    let random = try RandomStream(Self.toy(2, 2), frames: 2, seed: 9)
    let (long, short) = (
      try LatentModel(
        Self.toy(6, 2), weights, try backend.backend(), elementType: backend.elementType, fillsUp: true),
      try LatentModel(Self.toy(2, 2), weights, try backend.backend(), elementType: backend.elementType)
    )
    // Counted modulo the frames there are: what stands before the stream is not empty, but not seen.
    try #require(long.window).generate(try random.write(long, 2..<8))
    try #require(short.window).generate(try random.write(short, 0..<2))
    let expected = try short.latents
    backend.expect(Array(try long.latents.suffix(expected.count)), near: expected, "a window of 6 that has 2")
  }

  @Test(arguments: TestBackend.available) func aResetBringsBackTheFirstWindow(_ backend: TestBackend) throws {
    let model = try make(Self.toy(4, 2), backend)
    let first = try run(model, chunks: 4)
    #expect(Set(first).count == 4)
    try model.settle()
    try model.reset()
    #expect(try run(model, chunks: 4) == first)
    #expect(try run(make(Self.toy(4, 2), backend), chunks: 3) == Array(first.prefix(3)))
  }

  /// As EgoX is shaped: text, image, guidance, trimmed frames, no coverage.
  @Test func allOptionsTogether() throws {
    var configuration = Self.toy(3, 2)
    configuration.transformer.textSize = 6
    configuration.transformer.imageSize = 10
    configuration.transformer.addedKeySize = 32
    configuration.transformer.inputChannels = 12
    configuration.conditioning.coverageChannels = 0
    configuration.codec.trimmedFrames = 3
    configuration.sampler = .init(.euler(steps: 2, shift: 3, guidance: 5), seed: 4)
    let prompt = try ModelPrompt(
      configuration.transformer, text: (0..<42).map { Float($0 % 5) - 2 }, image: (0..<30).map { Float($0 % 7) - 3 })
    let model = try make(configuration, prompt: prompt)
    let first = try run(model, chunks: 3)
    try model.reset()
    #expect(try run(model, chunks: 3) == first)
    let picture = first[0].count / 8
    #expect(first[0].prefix(picture) == first[0][3 * picture..<4 * picture])
    configuration.sampler = .init(.euler(steps: 2, shift: 3, guidance: 1), seed: 4)
    #expect(try run(make(configuration, prompt: prompt), chunks: 1) != Array(first.prefix(1)))
  }

  @Test func chunksTakeNoMemory() throws {
    let model = try make(Self.toy(3, 1))
    var chunk = RandomChunk(model, seed: 1)
    for _ in 0..<5 { try chunk.complete(model) }
    let allocations = ego_allocation_count()
    for _ in 0..<20 { try chunk.complete(model) }
    #expect(ego_allocation_count() == allocations)
  }
}

/// What a stream has had of something, chunk by chunk, and a window of it.
private struct Frames {
  private let window: Int
  private let empty: Float
  private var values: [Float] = []
  private var chunkSize = 0

  init(_ window: Int, empty: Float = 0) {
    self.window = window
    self.empty = empty
  }

  mutating func append(_ chunk: [Float]) {
    values += chunk
    chunkSize = chunk.count
  }

  /// - Parameter stride: Frames that every chunk had.
  func last(_ stride: Int) -> [Float] {
    let count = chunkSize / stride * window
    return [Float](repeating: empty, count: max(0, count - values.count)) + values.suffix(count)
  }
}

/// Encoders and a decoder as graphs of their own.
private struct CodecByHand {
  let encoder: any CompiledGraph
  private let decoder: any CompiledGraph

  init(_ configuration: ModelConfiguration, _ weights: any WeightSource) throws {
    let frames = configuration.attention.newLatentFrames
    var coder = VideoCodec(configuration.codec, weights)
    var graph = Graph()
    for (name, size) in [("exo", configuration.exo), ("prior", configuration.ego)] {
      let layout = ImageLayout(width: size.width, height: size.height, channels: 3)
      let pictures = try PictureChunk.input(
        &graph, name, layout, frames: frames * configuration.codec.framesPerLatent)
      try graph.output(name, try coder.normalised(&graph, try coder.encode(&graph, pictures, stream: name)))
    }
    encoder = try CPUBackend().compile(graph)
    graph = Graph()
    coder = VideoCodec(configuration.codec, weights)
    let size = configuration.latentSize(configuration.ego)
    let latents = try graph.input(
      "latents", [frames, size.rows, size.columns, configuration.codec.latentChannels], .float32)
    try PictureChunk.output(
      &graph, "ego", try coder.decode(&graph, try coder.denormalised(&graph, latents), stream: "ego"),
      ImageLayout(width: configuration.ego.width, height: configuration.ego.height, channels: 3))
    decoder = try CPUBackend().compile(graph)
  }

  func decode(_ latents: [Float], frames: Int) throws -> [UInt8] {
    try decoder.write("latents", latents)
    try decoder.run()
    return try (0..<frames).flatMap { try decoder.readBytes(PictureChunk.name("ego", $0)) }
  }
}
