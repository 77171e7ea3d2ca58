import Compute
import TestSupport

@testable import Networks

/// Random inputs of a stream of latent frames, for a graph and for `ReferenceTransformer`.
struct RandomStream {
  let configuration: ModelConfiguration
  let frames: Int
  private let exo: [Float]
  private let condition: [Float]
  private let coverage: [Float]
  private let geometry: HeldGeometry

  init(_ configuration: ModelConfiguration, frames: Int, seed: UInt64) throws {
    self.configuration = configuration
    self.frames = frames
    let noise = Noise(seed: seed)
    let channels = configuration.codec.latentChannels
    let (exoSize, egoSize) = (
      configuration.latentSize(configuration.exo), configuration.latentSize(configuration.ego)
    )
    let (exoGrid, egoGrid) = (configuration.exoTokens, configuration.egoTokens)
    func draw(_ count: Int, _ step: Int) -> [Float] { noise.values(count * frames, latentFrame: 0, step: step) }
    exo = draw(exoSize.rows * exoSize.columns * channels, 0)
    condition = draw(egoSize.rows * egoSize.columns * channels, 1)
    coverage = draw(egoSize.rows * egoSize.columns * configuration.conditioning.coverageChannels, 2)
    var rays = draw(egoGrid.rows * egoGrid.columns * 3, 3)
    for index in 0..<rays.count / 3 {
      let length = (0..<3).reduce(Float(0)) { $0 + rays[index * 3 + $1] * rays[index * 3 + $1] }.squareRoot()
      for axis in 0..<3 { rays[index * 3 + axis] = index % 5 == 4 ? 0 : rays[index * 3 + axis] / length }
    }
    var points = draw(exoGrid.rows * exoGrid.columns * 3, 4).map { 3 * $0 }
    for index in stride(from: 0, to: points.count / 3, by: 4) {
      for axis in 0..<3 { points[index * 3 + axis] = GeometryBias.noPoint }
    }
    geometry = HeldGeometry(rays: rays, centres: draw(3, 5), points: points)
  }

  /// Fills a model's inputs with some frames, counted modulo those there are.
  func write(_ model: LatentModel, _ range: Range<Int>) throws -> HeldGeometry {
    try model.compiled.write("exo_latents", part(exo, range))
    try model.compiled.write("condition_latents", part(condition, range))
    try model.compiled.write("coverage", part(coverage, range))
    return HeldGeometry(
      rays: part(geometry.rays, range), centres: part(geometry.centres, range), points: part(geometry.points, range))
  }

  private func part(_ values: [Float], _ range: Range<Int>) -> [Float] {
    let count = values.count / frames
    return range.flatMap { values[$0 % frames * count..<($0 % frames + 1) * count] }
  }

  func exoTokens() -> [ReferenceTransformer.Token] {
    let size = configuration.latentSize(configuration.exo)
    let channels = configuration.codec.latentChannels
    return tokens(size, firstColumn: 0) { frame, pixel in
      let at = frame * size.rows * size.columns + pixel
      let latent = exo[at * channels..<(at + 1) * channels]
      return (latent + [1, 1, 1, 1] + latent + [1, 1, 1, 1]).map(Double.init)
    }.enumerated().map { index, token in
      var point: [Double]? = (0..<3).map { Double(geometry.points[index * 3 + $0]) }
      if point?[0] ?? 0 > 1e17 { point = nil }
      return ReferenceTransformer.Token(
        kind: .exo, frame: token.frame, place: token.place, timestep: 0, patch: token.patch, point: point)
    }
  }

  func egoTokens(
    _ kind: ReferenceTransformer.Kind, _ latents: [Double], timestep: Double
  ) -> [ReferenceTransformer.Token] {
    let size = configuration.latentSize(configuration.ego)
    let channels = configuration.codec.latentChannels
    return tokens(size, firstColumn: configuration.exoTokens.columns) { frame, pixel in
      let at = frame * size.rows * size.columns + pixel
      let range = at * channels..<(at + 1) * channels
      return Array(latents[range]) + [0, 0, 0, 0] + condition[range].map(Double.init)
        + coverage[at * 4..<at * 4 + 4].map(Double.init)
    }.enumerated().map { index, token in
      ReferenceTransformer.Token(
        kind: kind, frame: token.frame, place: token.place, timestep: timestep, patch: token.patch,
        ray: (0..<3).map { Double(geometry.rays[index * 3 + $0]) },
        centre: (0..<3).map { Double(geometry.centres[token.frame * 3 + $0]) })
    }
  }

  /// How many tokens stand before the noisy ones.
  func cleanEnd(_ tokens: [ReferenceTransformer.Token]) -> Int { tokens.firstIndex { $0.kind == .noisy } ?? 0 }

  /// Patches (row, column, channel) of all ego tokens as frames × height × width × channels.
  func maps(_ patches: [[Double]]) -> [Double] {
    let size = configuration.latentSize(configuration.ego)
    let channels = configuration.codec.latentChannels
    var map = [Double](repeating: 0, count: frames * size.rows * size.columns * channels)
    let grid = configuration.egoTokens
    for (index, patch) in patches.enumerated() {
      let frame = index / (grid.rows * grid.columns)
      let (row, column) = (index / grid.columns % grid.rows * 2, index % grid.columns * 2)
      for (at, value) in patch.enumerated() {
        let (dy, dx, channel) = (at / (2 * channels), at / channels % 2, at % channels)
        map[((frame * size.rows + row + dy) * size.columns + column + dx) * channels + channel] = value
      }
    }
    return map
  }

  /// Tokens of 2 × 2 latent pixels, all frames; `channels` gives those of a pixel.
  private func tokens(
    _ size: (rows: Int, columns: Int), firstColumn: Int,
    channels: (_ frame: Int, _ pixel: Int) -> [Double]
  ) -> [(frame: Int, place: TokenPlace, patch: [Double])] {
    (0..<frames).flatMap { frame in
      (0..<size.rows / 2).flatMap { row in
        (0..<size.columns / 2).map { column in
          let pixels = [(0, 0), (0, 1), (1, 0), (1, 1)].map { dy, dx in
            channels(frame, (2 * row + dy) * size.columns + 2 * column + dx)
          }
          let patch = pixels[0].indices.flatMap { channel in pixels.map { $0[channel] } }
          return (frame, TokenPlace(row: row, column: firstColumn + column), patch)
        }
      }
    }
  }
}
