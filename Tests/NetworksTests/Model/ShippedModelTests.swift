import Compute
import FoundationEssentials
import Testing

@testable import Networks

/// The model that ships: its folder, the page that describes it, and the configuration that plans are made of say the same.
struct ShippedModelTests {
  private static let root = String(#filePath.dropLast("Tests/NetworksTests/Model/ShippedModelTests.swift".count))

  /// The part that is not of one training: hashes of the files and what was measured of its latents.
  private func shape(_ configuration: ModelConfiguration) -> ModelConfiguration {
    var shape = configuration
    shape.sha256 = nil
    (shape.codec.latentMean, shape.codec.latentDeviation) = ([0], [1])
    return shape
  }

  @Test func theFolderHoldsWhatIsPlanned() throws {
    let folder = try ModelFolder(Self.root + "Models/ego-tiny")
    #expect(shape(folder.configuration) == shape(.egoTiny))
    #expect(folder.configuration.sha256?.count == 2)
  }

  @Test func thePageShowsWhatIsPlanned() throws {
    let page = String(decoding: try Data(contentsOf: URL(filePath: Self.root + "docs/models.md")), as: UTF8.self)
    let block = try #require(page.split(separator: "```json\n").dropFirst().first?.split(separator: "\n```").first)
    // The page leaves the hashes out.
    let text = block.replacing("\"…\"", with: "\"" + String(repeating: "0", count: 64) + "\"")
    let read = try ModelConfiguration(json: Data(text.utf8), name: "docs/models.md")
    #expect(shape(read) == shape(.egoTiny))
  }

  /// Of a prior that is known everywhere, a soft ramp, it makes the same picture within a few steps of 255, chunk after chunk.
  @Test func aPriorThatLacksNothingComesBack() throws {
    let folder = try ModelFolder(Self.root + "Models/ego-tiny")
    let model = try StreamingModel(folder, CPUBackend())
    let (exo, ego) = (folder.configuration.exo, folder.configuration.ego)
    func ramp(_ size: ModelConfiguration.PictureSize) -> [UInt8] {
      (0..<model.frames).flatMap { _ in
        (0..<size.height * size.width).flatMap { pixel -> [UInt8] in
          let (x, y) = (pixel % size.width * 255 / size.width, pixel / size.width * 255 / size.height)
          return [UInt8(64 + x / 2), UInt8(64 + y / 2), 120]
        }
      }
    }
    let (exoPictures, prior) = (ramp(exo), ramp(ego))
    let latent = folder.configuration.latentSize(ego)
    let coverage = [Float](repeating: 1, count: latent.rows * latent.columns * model.frames)
    let (exoTokens, egoTokens) = (folder.configuration.exoTokens, folder.configuration.egoTokens)
    let geometry = HeldGeometry(
      rays: [Float](repeating: 0, count: egoTokens.rows * egoTokens.columns * 3), centres: [0, 0, 0],
      points: [Float](repeating: GeometryBias.noPoint, count: exoTokens.rows * exoTokens.columns * 3))
    var made = [UInt8](repeating: 0, count: prior.count)
    for chunk in 0..<3 {
      try exoPictures.withUnsafeBytes { exo in
        try prior.withUnsafeBytes { prior in
          try coverage.withUnsafeBufferPointer { coverage in
            try geometry.withPointers { geometry in
              try made.withUnsafeMutableBytes { made in
                try model.complete(.init(exo: exo, prior: prior, coverage: coverage, geometry: geometry), into: made)
              }
            }
          }
        }
      }
      let difference = zip(made, prior).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(Double(difference) / Double(prior.count) < 12, "chunk \(chunk)")
    }
  }
}
