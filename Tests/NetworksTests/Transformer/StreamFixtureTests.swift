import Compute
import Testing

@testable import Networks

/// Whole streams against the reference in PyTorch (training/egomodel), for long enough that caches go round.
@Suite struct StreamFixtureTests {
  @Test(arguments: ["causal-chunk-2", "causal-uneven", "causal-last-step"], TestBackend.available)
  func causal(_ name: String, _ backend: TestBackend) throws {
    let fixture = try NetworkFixture(name)
    let configuration = try fixture.configuration()
    let model = try LatentModel(
      configuration, try fixture.weights("transformer", configuration.transformer), try backend.backend(),
      elementType: backend.elementType)
    let frames = try fixture.shape("latents")[0]
    let chunk = configuration.attention.newLatentFrames
    let stream = try #require(model.causal)
    for first in stride(from: 0, to: frames, by: chunk) {
      try stream.generate(try model.write(fixture, first..<first + chunk))
      backend.expect(
        try model.latents, near: try fixture.floats("latents", first..<first + chunk), "\(name), frame \(first)")
      try stream.settle()
    }
  }

  @Test(arguments: ["window-euler", "window-few-step"], TestBackend.available)
  func window(_ name: String, _ backend: TestBackend) throws {
    let fixture = try NetworkFixture(name)
    let configuration = try fixture.configuration()
    let model = try LatentModel(
      configuration, try fixture.weights("transformer", configuration.transformer), try backend.backend(),
      elementType: backend.elementType)
    let stream = try #require(model.window)
    for first in [0, 2] {
      try stream.generate(try model.write(fixture, first..<first + 4))
      backend.expect(
        try model.latents, near: try fixture.floats("latents", first..<first + 4), "\(name), window from \(first)")
    }
  }
}
