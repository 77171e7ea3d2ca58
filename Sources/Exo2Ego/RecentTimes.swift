/// The last 64 of a row of times, in nanoseconds, and which of them are long.
struct RecentTimes {
  static let window = 64
  private var times: [UInt64] = []
  private var sorted: [UInt64] = []
  private var oldest = 0

  init() {
    times.reserveCapacity(Self.window)
    sorted.reserveCapacity(Self.window)
  }

  var count: Int { times.count }

  mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    oldest = 0
  }

  mutating func add(_ nanoseconds: UInt64) {
    if times.count < Self.window {
      times.append(nanoseconds)
    } else {
      times[oldest] = nanoseconds
      oldest = (oldest + 1) % Self.window
    }
  }

  /// The time that only `count` of them reach or exceed, itself among them; 0 where there are fewer.
  mutating func longest(_ count: Int) -> UInt64 {
    sorted.removeAll(keepingCapacity: true)
    sorted.append(contentsOf: times)
    sorted.sort(by: >)
    return count > 0 && count <= sorted.count ? sorted[count - 1] : 0
  }
}
