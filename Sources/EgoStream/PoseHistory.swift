import Geometry

/// The most recent poses of one sender, and the pose at any host time among them.
///
/// It holds 512 poses; the oldest gives way to the newest. Poses less than a millisecond apart stand for one another, so
/// that however fast they come the history spans at least a quarter of a second. Poses are kept by the sender's own
/// clock and a frame's time is mapped to that clock when it asks: a better estimate of the clocks' offset then
/// moves no pose against its neighbours.
struct PoseHistory {
  static let capacity = 512
  /// A frame further than this from every pose gets a stale one, nanoseconds.
  static let staleAfterNanoseconds: Int64 = 250_000_000
  /// A stamp this far behind the newest is not late but from a clock that started anew, nanoseconds.
  static let restartNanoseconds: Int64 = 250_000_000
  /// So is one that seems to have travelled this much longer than others, nanoseconds.
  static let longestDelayNanoseconds: Int64 = 1_000_000_000
  private static let closestNanoseconds: Int64 = 1_000_000

  enum Outcome: Equatable {
    case accepted
    /// Older than the newest, or in the place of a pose less than a millisecond before it.
    case dropped
  }

  private struct Entry {
    var time: Int64
    var pose: Pose
  }

  private var entries = [Entry](repeating: Entry(time: 0, pose: .identity), count: capacity)
  /// How many were ever appended; the newest is at `(appended - 1) % capacity`.
  private var appended = 0
  private var clock = PoseClock()
  /// Whether times in the history are the sender's (else arrival times).
  private var isStamped = false
  private(set) var resets = 0

  var count: Int { min(appended, Self.capacity) }

  /// The `n`-th pose from the oldest, 0..<count.
  private subscript(n: Int) -> Entry {
    get { entries[(appended - count + n) % Self.capacity] }
    set { entries[(appended - count + n) % Self.capacity] = newValue }
  }

  /// Takes a pose that arrived at a host time (nanoseconds of the monotonic clock).
  mutating func take(_ message: PoseMessage, arrivalNanoseconds: Int64) -> Outcome {
    let time = message.senderNanoseconds ?? arrivalNanoseconds
    if appended > 0 {
      let delay = clock.offset.map { arrivalNanoseconds - time - $0 } ?? 0
      if (message.senderNanoseconds != nil) != isStamped || time < self[count - 1].time - Self.restartNanoseconds {
        restart()
      } else if isStamped, delay > Self.longestDelayNanoseconds {
        // The clock was set back while nothing came, or the sender was started anew.
        clock.reset()
        resets += 1
      }
    }
    isStamped = message.senderNanoseconds != nil
    if isStamped { clock.observe(senderNanoseconds: time, arrivalNanoseconds: arrivalNanoseconds) }
    let entry = Entry(time: time, pose: message.worldToCamera)
    if count > 0, time <= self[count - 1].time { return .dropped }
    if count > 1, time - self[count - 2].time < Self.closestNanoseconds {
      self[count - 1] = entry
      return .dropped
    }
    entries[appended % Self.capacity] = entry
    appended += 1
    return .accepted
  }

  private mutating func restart() {
    appended = 0
    clock.reset()
    resets += 1
  }

  /// The pose at a host time: between two poses interpolated on SE(3), outside of them the nearest one held.
  ///
  /// Nothing is extrapolated: a frame is some tens of milliseconds old when it is drawn, so poses on both sides of its
  /// time have as a rule arrived; and what little would be gained turns a tracker's noise into a shaking view.
  /// - Returns: `nil` before the first pose.
  func pose(hostNanoseconds: Int64) -> PoseSample? {
    guard count > 0 else { return nil }
    // Clamped so that differences of times stay numbers whatever the caller's clock says.
    let host = min(max(hostNanoseconds, -4_000_000_000_000_000_000), 4_000_000_000_000_000_000)
    let limits = Int64(-4_100_000_000_000_000_000)...Int64(4_100_000_000_000_000_000)
    let (mapped, overflows) = host.subtractingReportingOverflow(isStamped ? clock.offset ?? 0 : 0)
    let time = overflows ? limits.lowerBound : min(max(mapped, limits.lowerBound), limits.upperBound)
    let last = count - 1
    if time <= self[0].time { return held(self[0], at: time) }
    if time >= self[last].time { return held(self[last], at: time) }
    var low = 0
    var high = last
    while high - low > 1 {
      let middle = (low + high) / 2
      if self[middle].time <= time { low = middle } else { high = middle }
    }
    let (before, after) = (self[low], self[high])
    let t = Double(time - before.time) / Double(after.time - before.time)
    let gap = min(time - before.time, after.time - time)
    return PoseSample(
      worldToCamera: before.pose.interpolated(to: after.pose, t), isStale: gap > Self.staleAfterNanoseconds)
  }

  private func held(_ entry: Entry, at time: Int64) -> PoseSample {
    PoseSample(worldToCamera: entry.pose, isStale: abs(time - entry.time) > Self.staleAfterNanoseconds)
  }
}
