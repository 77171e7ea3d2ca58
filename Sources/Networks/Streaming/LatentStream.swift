import Compute

/// What makes the latents of a chunk after another, whatever its attention; the graph's maps are filled before `generate`.
protocol LatentStream: AnyObject {
  /// Of a chunk.
  var latentFrames: Int { get }
  /// Whether the next chunk is the first.
  var isAtStart: Bool { get }
  /// Called with the name of a stage before and after it runs, for timing.
  var observer: ((_ stage: String, _ isDone: Bool) -> Void)? { get set }

  /// Needed once, and again after `reset`.
  func setPrompt(text: [Float], image: [Float]?, negative: [Float]?) throws(Failure)
  /// - Parameter geometry: Of the chunk's latent frames.
  func generate(_ geometry: ChunkGeometry) throws(Failure)
  /// Does what may wait until the chunk was shown, but not until the next one's inputs are written.
  func settle() throws(Failure)
  /// Goes back to the first chunk, with all of the graph's states.
  func reset() throws(Failure)
}

extension CausalStream: LatentStream {
  var latentFrames: Int { network.schedule.chunkFrames }
  var isAtStart: Bool { chunkIndex == 0 }
}

/// A window that moves on by a stride a chunk: keeps the geometry of the frames that the window still sees.
final class WindowChunks: LatentStream {
  private let stream: WindowStream
  private let frames: Int
  private let rays: SlidingFrames
  private let centres: SlidingFrames
  private let points: SlidingFrames

  /// - Parameter stream: One that fills up; see `WindowStream.init`.
  init(_ stream: WindowStream, _ configuration: ModelConfiguration) {
    self.stream = stream
    let (exo, ego) = (configuration.exoTokens, configuration.egoTokens)
    frames = stream.stages.window.latentFrames
    rays = SlidingFrames(frames: frames, size: ego.rows * ego.columns * 3, empty: 0)
    centres = SlidingFrames(frames: frames, size: 3, empty: 0)
    points = SlidingFrames(frames: frames, size: exo.rows * exo.columns * 3, empty: GeometryBias.noPoint)
  }

  var latentFrames: Int { stream.stages.window.strideLatentFrames }
  var isAtStart: Bool { stream.isAtStart }
  var observer: ((_ stage: String, _ isDone: Bool) -> Void)? {
    get { stream.observer }
    set { stream.observer = newValue }
  }

  func setPrompt(text: [Float], image: [Float]?, negative: [Float]?) throws(Failure) {
    try stream.setPrompt(text: text, image: image, negative: negative)
  }

  func generate(_ geometry: ChunkGeometry) throws(Failure) {
    // All are checked before any moves, so that a chunk that is refused leaves no trace.
    try rays.check(geometry.rays, latentFrames, "rays")
    try centres.check(geometry.centres, latentFrames, "centres")
    try points.check(geometry.points, latentFrames, "points")
    rays.append(geometry.rays)
    centres.append(geometry.centres)
    points.append(geometry.points)
    try stream.generate(ChunkGeometry(rays: rays.values, centres: centres.values, points: points.values))
  }

  func settle() {}

  func reset() throws(Failure) {
    rays.reset()
    centres.reset()
    points.reset()
    try stream.reset()
  }
}
