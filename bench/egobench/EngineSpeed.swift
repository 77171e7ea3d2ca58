import ClipIO
import Compute
import EgoStream

/// How fast the engine is by itself: a clip's frames are decoded first, then played from memory, so that the decoders'
/// threads do not take the engine's cores meanwhile.
struct EngineSpeed {
  let framesPerSecond: Double

  /// Frames kept in memory: 64 of 784×448 with depth are 135 MB.
  private static let heldFrames = 64
  /// A software Vulkan device needs more than a second a frame; its figure needs no more than this many seconds.
  private static let longestSeconds = 15.0

  /// Plays as many frames as were rendered, the first one included, with a session of its own and the poses that there are.
  init(_ clip: Clip, _ engine: EngineOptions, poses: any PoseSource, frames: Int) throws {
    let held = try HeldFrames(clip, limit: min(frames, Self.heldFrames))
    let renderer = try engine.renderer(for: clip, poses: poses)
    var played = 0
    while played < frames, renderer.engineSeconds < Self.longestSeconds {
      try held.withFrame(pingPong: played) { clipIndex, colour, depth in
        try renderer.render(index: played, clipIndex: clipIndex, colour: colour, depth: depth) { _ in }
      }
      played += 1
    }
    try renderer.drain { _ in }
    framesPerSecond = Double(played) / max(renderer.engineSeconds, 1e-9)
  }
}
