/// How long the element needs from an exo frame to its ego frame, as it should be declared.
///
/// That is what frames take in here: one slow frame alone changes nothing, since changing a pipeline's latency makes sinks
/// stutter, and the declared value comes down only once much less has sufficed for a while. Where the machine is too
/// slow for the camera, frames also wait in front of the element, up to `max-lag`: when most of them do, the declared
/// value follows, or a sink would find every frame late and show none.
struct LatencyEstimate {
  /// Frames after which a lower value may be declared.
  private static let patience = 256
  private static let queueFrames: UInt64 = 2
  /// A quarter of a full window: three quarters of the frames were out sooner.
  private static let quarter = RecentTimes.window / 4

  var interval: UInt64 = 0
  var delayFrames: UInt64 = 0
  private(set) var declared: UInt64 = 0
  /// The most that can be held: the base class queues two frames beside those the engine holds.
  private(set) var maximum: UInt64 = 0

  /// Waiting for depth and processing.
  private var processing = RecentTimes()
  /// From when upstream promised the frame until its ego frame was ready (live only).
  private var behind = RecentTimes()
  private var framesSinceChange = 0
  private var framesToIgnore = 1

  /// How long a frame waits, at most, for the chunk before it to be made: no longer than a chunk lasts, or the machine is too slow.
  private(set) var chunkNanoseconds: UInt64 = 0

  /// The engine is new: its first frame pays for what later ones find ready.
  mutating func restart() {
    processing.removeAll()
    behind.removeAll()
    framesToIgnore = 1
  }

  mutating func add(processing nanoseconds: UInt64, behind late: UInt64?) {
    framesSinceChange &+= 1
    guard framesToIgnore == 0 else {
      framesToIgnore -= 1
      return
    }
    processing.add(nanoseconds)
    if let late { behind.add(late) }
  }

  /// - Returns: whether `declared` or `maximum` changed.
  mutating func update() -> Bool {
    let held = delayFrames &* interval
    let processing = processing.longest(2)
    chunkNanoseconds = min(processing, held)
    let behind = behind.count == RecentTimes.window ? behind.longest(Self.quarter) : 0
    let needed = max(interval, held &+ processing, behind)
    let wanted = max(interval, held &+ processing &+ processing / 10, behind &+ behind / 10)
    var next = declared
    if needed > declared || (framesSinceChange > Self.patience && wanted < declared / 10 * 7) {
      next = wanted
    }
    let nextMaximum = max(next, (delayFrames &+ Self.queueFrames) &* interval)
    guard next != declared || nextMaximum != maximum else { return false }
    declared = next
    maximum = nextMaximum
    framesSinceChange = 0
    return true
  }
}
