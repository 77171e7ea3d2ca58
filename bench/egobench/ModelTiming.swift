import Compute
import Glibc
import Networks

/// Runs a model on made-up chunks with a stopwatch on its stages.
final class ModelTiming {
  struct Stage: Encodable {
    var name: String
    /// The best of all chunks, and the middle one. A stage that runs more than once in a chunk is counted each time.
    var milliseconds: Double
    var median_milliseconds: Double
    var runs: Int
  }

  struct Report: Encodable {
    var model: String
    var device: String
    var frames: Int
    var chunks: Int
    /// Of whole chunks, `remember` included.
    var milliseconds: Double
    var median_milliseconds: Double
    var frames_per_second: Double
    var stages: [Stage]
    var arena_bytes: Int
    var constant_bytes: Int
    var state_bytes: Int
    var peak_megabytes: Double
    /// Of all pictures made: the same in every process.
    var fingerprint: String
  }

  private let model: StreamingModel
  private var order: [String] = []
  private var times: [String: [Double]] = [:]
  private var whole: [Double] = []
  private var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

  init(_ model: StreamingModel) { self.model = model }

  /// - Parameter warmUp: Chunks before those that count; `nil` for as many as fill the cache, and one.
  func run(chunks: Int, warmUp: Int?) throws {
    let configuration = model.configuration
    let noise = Noise(seed: 1)
    func floats(_ count: Int, _ step: Int) -> [Float] {
      noise.values(count * model.latentFrames, latentFrame: 0, step: step)
    }
    func pictures(_ size: ModelConfiguration.PictureSize, _ step: Int) -> Storage<UInt8> {
      Storage(
        floats(size.width * size.height * 3 * configuration.codec.framesPerLatent, step).map {
          UInt8(max(0, min(255, 128 + 50 * $0)))
        })
    }
    let (exo, prior) = (pictures(configuration.exo, 0), pictures(configuration.ego, 1))
    let latent = configuration.latentSize(configuration.ego)
    let coverage = Storage(floats(latent.rows * latent.columns * configuration.conditioning.coverageChannels, 2))
    let (exoGrid, egoGrid) = (configuration.exoTokens, configuration.egoTokens)
    let rays = Storage(floats(egoGrid.rows * egoGrid.columns * 3, 3).map { $0 / 4 })
    let (centres, points) = (Storage(floats(3, 4)), Storage(floats(exoGrid.rows * exoGrid.columns * 3, 5)))
    let ego = Storage<UInt8>(count: prior.count, repeating: 0)
    defer { withExtendedLifetime((exo, prior, coverage, rays, centres, points, ego)) {} }
    let input = StreamingModel.Input(
      exo: UnsafeRawBufferPointer(exo.buffer), prior: UnsafeRawBufferPointer(prior.buffer),
      coverage: UnsafeBufferPointer(coverage.buffer),
      geometry: ChunkGeometry(
        rays: UnsafeBufferPointer(rays.buffer), centres: UnsafeBufferPointer(centres.buffer),
        points: UnsafeBufferPointer(points.buffer)))

    var begin = 0.0
    var isTimed = false
    model.observer = { [self] stage, isDone in
      guard isDone else {
        begin = now()
        return
      }
      let elapsed = now() - begin
      guard isTimed else { return }
      if times[stage] == nil { order.append(stage) }
      times[stage, default: []].append(elapsed)
    }
    defer { model.observer = nil }

    var slots = 1
    if case .causal(let causal) = configuration.attention { slots = causal.slots / causal.chunkLatentFrames + 1 }
    let untimed = warmUp ?? slots
    for index in 0..<untimed + chunks {
      isTimed = index >= untimed
      let start = now()
      try model.complete(input, into: UnsafeMutableRawBufferPointer(ego.buffer))
      try model.settle()
      if isTimed { whole.append(now() - start) }
      for byte in ego.buffer { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
  }

  func report(device: String) -> Report {
    let memory = model.graph.memory
    let (best, middle) = summary(whole)
    return Report(
      model: model.configuration.name, device: device, frames: model.frames, chunks: whole.count, milliseconds: best,
      median_milliseconds: middle, frames_per_second: rounded(Double(model.frames) / middle * 1000),
      stages: order.map { name in
        let (best, middle) = summary(times[name] ?? [])
        return Stage(name: name, milliseconds: best, median_milliseconds: middle, runs: times[name]?.count ?? 0)
      }, arena_bytes: memory.arenaBytes, constant_bytes: memory.constantBytes, state_bytes: memory.stateBytes,
      peak_megabytes: ProcessMemory.peakMegabytes, fingerprint: String(fingerprint, radix: 16))
  }

  private func summary(_ seconds: [Double]) -> (best: Double, middle: Double) {
    let sorted = seconds.sorted()
    guard let first = sorted.first else { return (0, 0) }
    return (rounded(first * 1000), rounded(sorted[sorted.count / 2] * 1000))
  }
}

private func now() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
