import Compute
import Testing

@testable import Networks

/// The network against diffusers' own `WanTransformer3DModel`.
@Suite struct DiffusersTests {
  @Test(arguments: TestBackend.available) func textToVideo(_ backend: TestBackend) throws {
    let shape = ModelConfiguration.Transformer(
      layers: 2, heads: 2, headSize: 16, feedForwardSize: 32, frequencySize: 32, inputChannels: 4, outputChannels: 4,
      textSize: 12, crossAttentionNorm: true)
    let fixture = try NetworkFixture("wan-t2v")
    let (compiled, network) = try compile(shape, fixture, backend)
    for (timesteps, output) in [
      ([Float](repeating: try fixture.floats("timestep")[0], count: 3), "output"),
      (try fixture.floats("frame_timesteps"), "output_frame_timesteps"),
    ] {
      for (parameter, timestep) in zip(network.timesteps, timesteps) { try compiled.set(parameter, timestep) }
      try compiled.run("denoise")
      backend.expect(
        try compiled.read(WindowNetwork.Name.prediction), near: try maps(fixture, output).values, output)
    }
  }

  @Test(arguments: TestBackend.available) func imageToVideo(_ backend: TestBackend) throws {
    let shape = ModelConfiguration.Transformer(
      layers: 2, heads: 2, headSize: 20, feedForwardSize: 32, frequencySize: 32, inputChannels: 12, outputChannels: 4,
      textSize: 12, imageSize: 10, addedKeySize: 40, crossAttentionNorm: true)
    let fixture = try NetworkFixture("wan-i2v")
    let (compiled, network) = try compile(shape, fixture, backend)
    for parameter in network.timesteps { try compiled.set(parameter, try fixture.floats("timestep")[0]) }
    try compiled.run("denoise")
    backend.expect(
      try compiled.read(WindowNetwork.Name.prediction), near: try maps(fixture, "output").values, "output")
  }

  private func compile(
    _ shape: ModelConfiguration.Transformer, _ fixture: NetworkFixture, _ backend: TestBackend
  ) throws -> (any CompiledGraph, WindowNetwork) {
    let input = try maps(fixture, "hidden_states")
    let hasImage = shape.imageSize != nil
    var graph = Graph(elementType: backend.elementType)
    let map = try graph.input("map", input.shape, .float32)
    let network = try WindowNetwork(
      &graph, shape, try fixture.weights("weights", shape), exo: nil, ego: { _ in map },
      textTokens: try fixture.shape("text")[1], imageTokens: hasImage ? try fixture.shape("image")[1] : 0)
    let compiled = try backend.backend().compile(graph)
    try compiled.write("map", input.values)
    try compiled.write(WindowNetwork.Name.text, try fixture.floats("text"))
    if hasImage { try compiled.write(WindowNetwork.Name.image, try fixture.floats("image")) }
    try compiled.run("prompt")
    return (compiled, network)
  }

  /// [1, C, F, H, W] as frames × height × width × channels.
  private func maps(_ fixture: NetworkFixture, _ name: String) throws -> (shape: [Int], values: [Float]) {
    let (shape, values) = (try fixture.shape(name), try fixture.floats(name))
    let (channels, pixels) = (shape[1], shape[2] * shape[3] * shape[4])
    return (
      [shape[2], shape[3], shape[4], channels],
      (0..<values.count).map { values[$0 % channels * pixels + $0 / channels] }
    )
  }
}
