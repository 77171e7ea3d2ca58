import Compute
import TestSupport

@testable import Networks

/// Pictures of noise and made-up geometry for a `StreamingModel`, and room for what it makes.
struct RandomChunk {
  private let exo: [UInt8]
  private let prior: [UInt8]
  var coverage: [Float]
  private let rays: [Float]
  private let centres: [Float]
  private let points: [Float]
  var ego: [UInt8]

  init(_ model: StreamingModel, seed: UInt64) {
    let configuration = model.configuration
    var random = SeededRandom(seed: seed)
    func bytes(_ size: ModelConfiguration.PictureSize) -> [UInt8] {
      (0..<model.frames * size.width * size.height * 3).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    func floats(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
      (0..<count * model.latentFrames).map { _ in Float.random(in: range, using: &random) }
    }
    let latent = configuration.latentSize(configuration.ego)
    let (exoGrid, egoGrid) = (configuration.exoTokens, configuration.egoTokens)
    exo = bytes(configuration.exo)
    prior = bytes(configuration.ego)
    coverage = floats(latent.rows * latent.columns * configuration.conditioning.coverageChannels, 0...1)
    rays = floats(egoGrid.rows * egoGrid.columns * 3, -0.5...0.5)
    centres = floats(3, -1...1)
    points = floats(exoGrid.rows * exoGrid.columns * 3, -3...3)
    ego = [UInt8](repeating: 0, count: prior.count)
  }

  var geometry: HeldGeometry { HeldGeometry(rays: rays, centres: centres, points: points) }

  /// Fills the picture inputs of a graph with an encoder for `exo` and one for `prior`.
  func write(_ graph: any CompiledGraph, frames: Int) throws {
    for (name, bytes) in [("exo", exo), ("prior", prior)] {
      let size = bytes.count / frames
      for frame in 0..<frames {
        try graph.write(PictureChunk.name(name, frame), bytes: Array(bytes[frame * size..<(frame + 1) * size]))
      }
    }
  }

  /// - Returns: The ego pictures.
  @discardableResult
  mutating func complete(_ model: StreamingModel) throws -> [UInt8] {
    try exo.withUnsafeBytes { exo in
      try prior.withUnsafeBytes { prior in
        try coverage.withUnsafeBufferPointer { coverage in
          try geometry.withPointers { geometry in
            try ego.withUnsafeMutableBytes { ego in
              try model.complete(
                StreamingModel.Input(exo: exo, prior: prior, coverage: coverage, geometry: geometry), into: ego)
            }
          }
        }
      }
    }
    return ego
  }
}
