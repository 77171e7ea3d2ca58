import Compute
import TestSupport
import Testing

@testable import Networks

/// Streaming over a cache gives what one pass over the whole stream gives, under a mask of who may see whom.
@Suite struct CacheMaskTests {
  @Test(arguments: [
    // The cache never fills; it goes round without sinks; it goes round with sinks, in chunks that do not divide it.
    (1, 1, 8), (1, 0, 2), (2, 1, 3), (2, 3, 2),
  ])
  func streamingIsAMask(_ chunk: Int, _ sinks: Int, _ window: Int) throws {
    let configuration = toy(chunk, sinks, window)
    let weights = RandomWeights(seed: 3)
    let frames = 8 / chunk * chunk
    let stream = try RandomStream(configuration, frames: frames, seed: UInt64(chunk * 100 + sinks * 10 + window))
    let model = try LatentModel(configuration, weights, try CPUBackend())
    let causal = try #require(model.causal)
    var latents: [Float] = []
    for first in Swift.stride(from: 0, to: frames, by: chunk) {
      try causal.generate(try stream.write(model, first..<first + chunk))
      latents += try model.latents
      try causal.settle()
    }

    // One pass a step over every frame three times: exo, finished ego, and ego at this step.
    let reference = ReferenceTransformer(configuration.transformer, weights, biasScale: 3)
    let noise = Noise(seed: configuration.sampler.seed)
    let count = latents.count / frames
    func allNoise(_ step: Int) -> [Double] {
      (0..<frames).flatMap { noise.values(count, latentFrame: $0, step: step).map(Double.init) }
    }
    var x = allNoise(0)
    for (index, step) in try configuration.sampler.steps(configuration.transformer.prediction).enumerated() {
      let tokens =
        stream.exoTokens() + stream.egoTokens(.clean, latents.map(Double.init), timestep: 0)
        + stream.egoTokens(.noisy, x, timestep: Double(step.timestep))
      let outputs = try reference.run(tokens) { query, key in
        let last = query.frame / chunk * chunk + chunk - 1
        let isOwn = key.frame / chunk == query.frame / chunk
        guard key.frame <= last, key.frame < sinks || key.frame > last - window else { return nil }
        switch (query.kind, key.kind) {
        case (.exo, .exo), (.clean, .exo), (.noisy, .exo), (.clean, .clean): break
        case (.noisy, .clean): if isOwn { return nil }
        case (.noisy, .noisy): if !isOwn { return nil }
        default: return nil
        }
        let shift = max(0, last + 1 - sinks - window)
        return query.frame - key.frame - (key.frame < sinks ? shift : 0)
      }
      let prediction = stream.maps(Array(outputs.suffix(tokens.count - stream.cleanEnd(tokens))))
      let fresh = allNoise(index + 1)
      x = x.indices.map {
        Double(step.keep) * x[$0] + Double(step.prediction) * prediction[$0] + Double(step.noise) * fresh[$0]
      }
    }
    TestBackend.cpu.expect(latents, near: x.map { Float($0) }, "chunks of \(chunk), \(sinks) sinks, window \(window)")
  }

  private func toy(_ chunk: Int, _ sinks: Int, _ window: Int) -> ModelConfiguration {
    ModelConfiguration(
      name: "toy", exo: .init(width: 32, height: 16), ego: .init(width: 16, height: 32),
      codec: .init(latentChannels: 2, encoderWidths: [8, 8, 8], decoderWidths: [8, 8, 8, 8]),
      transformer: .init(
        layers: 2, heads: 2, headSize: 12, feedForwardSize: 20, frequencySize: 16, inputChannels: 12,
        outputChannels: 2),
      conditioning: .init(maskChannels: 4, exoMask: .all, coverageChannels: 4, fill: .none),
      attention: .causal(.init(chunkLatentFrames: chunk, sinkLatentFrames: sinks, windowLatentFrames: window)),
      geometryBias: .init(scale: 3), sampler: .init(.fewStep(timesteps: [1000, 400]), seed: 11))
  }
}
