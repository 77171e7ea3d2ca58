import Compute

/// Where the latent frames of a stream stand in the cache of keys, chunk after chunk; see docs/models.md.
///
/// A pure function of the chunk's number: a seek needs no history.
public struct CacheSchedule: Sendable, Equatable {
  public let chunkFrames: Int
  public let sinkFrames: Int
  /// Slots that take turns, the current chunk's included.
  public let windowFrames: Int

  /// - Throws: `.model` for counts that make no cache.
  public init(chunkFrames: Int, sinkFrames: Int, windowFrames: Int) throws(Failure) {
    guard (1...1024).contains(chunkFrames), (0...1024).contains(sinkFrames), (chunkFrames...1024).contains(windowFrames)
    else {
      throw Failure(
        .model,
        "a cache of \(sinkFrames) sinks and a window of \(windowFrames) for chunks of \(chunkFrames) latent frames; "
          + "expected a window that holds a chunk")
    }
    self.chunkFrames = chunkFrames
    self.sinkFrames = sinkFrames
    self.windowFrames = windowFrames
  }

  public var slotCount: Int { sinkFrames + windowFrames }

  /// The slot of a latent frame, for as long as it is in the cache.
  public func slot(of frame: Int) -> Int {
    frame < slotCount ? frame : sinkFrames + (frame - sinkFrames) % windowFrames
  }

  /// What the passes of one chunk need to know.
  public struct Chunk: Sendable, Equatable {
    /// The stream's latent frames that are made.
    public let frames: Range<Int>
    /// The slots that hold something once the chunk is written: from 0 up to this.
    public let filledSlots: Int
    /// How far the sinks have moved on in time from their own places, to stand just before the window.
    public let sinkShift: Int
    /// Whether the chunk completes the sinks, so that their keys are to be kept as they are now.
    public let completesSinks: Bool
  }

  /// - Parameter index: From 0.
  public func chunk(_ index: Int) -> Chunk {
    let first = index * chunkFrames
    let last = first + chunkFrames - 1
    return Chunk(
      frames: first..<last + 1, filledSlots: min(last + 1, slotCount), sinkShift: max(0, last + 1 - slotCount),
      completesSinks: sinkFrames > 0 && (first..<last + 1).contains(sinkFrames - 1))
  }
}
