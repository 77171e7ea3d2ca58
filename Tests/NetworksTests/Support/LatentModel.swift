import Compute

@testable import Networks

/// A causal or a window model without its codec: latents are written by the caller.
struct LatentModel {
  let configuration: ModelConfiguration
  let compiled: any CompiledGraph
  let causal: CausalStream?
  let window: WindowStream?

  /// - Parameter frames: Latent frames that the inputs hold.
  init(
    _ configuration: ModelConfiguration, _ weights: any WeightSource, _ backend: any Backend,
    elementType: ElementType = .float32, textTokens: Int = 512,
    fillsUp: Bool = false
  ) throws {
    self.configuration = configuration
    var graph = Graph(elementType: elementType)
    let frames: Int
    switch configuration.attention {
    case .causal(let causal): frames = causal.chunkLatentFrames
    case .window(let window): frames = window.latentFrames
    }
    let (exo, ego) = (configuration.latentSize(configuration.exo), configuration.latentSize(configuration.ego))
    let channels = configuration.codec.latentChannels
    let maps = CausalNetwork.Maps(
      exo: try graph.input("exo_latents", [frames, exo.rows, exo.columns, channels], .float32),
      condition: try graph.input("condition_latents", [frames, ego.rows, ego.columns, channels], .float32),
      coverage: try graph.input(
        "coverage", [frames, ego.rows, ego.columns, configuration.conditioning.coverageChannels], .float32))
    switch configuration.attention {
    case .causal:
      let network = try CausalNetwork(&graph, configuration, weights, maps, textTokens: textTokens)
      compiled = try backend.compile(graph)
      causal = try CausalStream(compiled, network, configuration)
      window = nil
    case .window:
      let stages = try WindowStages(&graph, configuration, weights, maps, textTokens: textTokens)
      compiled = try backend.compile(graph)
      window = try WindowStream(compiled, stages, configuration, fillsUp: fillsUp)
      causal = nil
    }
  }

  /// Latent frames of a fixture as inputs.
  func write(_ fixture: NetworkFixture, _ frames: Range<Int>) throws -> HeldGeometry {
    for name in ["exo_latents", "condition_latents", "coverage"] {
      try compiled.write(name, try fixture.floats(name, frames))
    }
    return HeldGeometry(
      rays: try fixture.floats("rays", frames), centres: try fixture.floats("centres", frames),
      points: try fixture.floats("points", frames))
  }

  var latents: [Float] { get throws { try compiled.readState(CausalNetwork.Name.latents) } }
}

/// `ChunkGeometry` with memory of its own.
struct HeldGeometry {
  var rays: [Float]
  var centres: [Float]
  var points: [Float]

  func withPointers<Result>(_ body: (ChunkGeometry) throws -> Result) rethrows -> Result {
    try rays.withUnsafeBufferPointer { rays in
      try centres.withUnsafeBufferPointer { centres in
        try points.withUnsafeBufferPointer { points in
          try body(ChunkGeometry(rays: rays, centres: centres, points: points))
        }
      }
    }
  }
}

extension CausalStream {
  func generate(_ geometry: HeldGeometry) throws { try geometry.withPointers { try generate($0) } }
}

extension WindowStream {
  func generate(_ geometry: HeldGeometry) throws { try geometry.withPointers { try generate($0) } }
}
