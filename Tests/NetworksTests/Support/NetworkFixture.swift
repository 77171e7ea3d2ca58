import Compute
import Testing

@testable import Networks

/// A transformer's fixture: weights, a configuration, and tensors that went in and came out.
struct NetworkFixture {
  private let fixture: Fixture
  private let io: SafetensorsFile

  init(_ name: String) throws {
    fixture = Fixture(name)
    io = try fixture.tensors("io")
  }

  func floats(_ name: String) throws -> [Float] { values(try io.constant(name)) }

  /// Some of the first dimension's indices.
  func floats(_ name: String, _ range: Range<Int>) throws -> [Float] { values(try io.constant(name, rows: range)) }

  func shape(_ name: String) throws -> [Int] { try #require(io.tensors[name]).shape }

  func configuration() throws -> ModelConfiguration {
    try ModelConfiguration(
      json: try readDocument(fixture.file("config.json"), what: "configuration"), name: fixture.path)
  }

  func weights(_ file: String, _ shape: ModelConfiguration.Transformer) throws -> SafetensorsWeights {
    try SafetensorsWeights(
      try SafetensorsCollection(fixture.file("\(file).safetensors")), expecting: DiffusionTransformer.weights(shape))
  }
}

extension TestBackend {
  /// How far results may be from the reference's, as a share of the largest value, or of 1 where that is smaller.
  var tolerance: Float { elementType == .float32 ? 1e-4 : 5e-3 }

  func expect(
    _ values: [Float], near expected: [Float], _ what: String, _ location: SourceLocation = #_sourceLocation
  ) {
    let scale = max(1, expected.reduce(0) { max($0, abs($1)) })
    let worst = largestDifference(values, expected)
    #expect(
      worst <= tolerance * scale, "\(what) on \(self): off by \(worst) of \(scale)", sourceLocation: location)
  }
}
