/// Maps a sender's clock to the host's monotonic clock, without knowing how long its datagrams travel.
///
/// Each datagram arrives some time after it was stamped: arrival − stamp is the clocks' offset plus a delay that is
/// never negative. The least of it over the last ten seconds is the offset with nearly no delay in it, so jitter of the
/// network does not move poses in time; a window rather than all time lets the offset follow clocks that drift apart.
/// Memory is fixed: the window is ten slots of a second, each holding the least of its second.
struct PoseClock {
  static let windowNanoseconds = windowSeconds * slotNanoseconds
  private static let windowSeconds: Int64 = 10
  private static let slotNanoseconds: Int64 = 1_000_000_000

  private var slots = [(second: Int64, least: Int64)](repeating: (.min, .max), count: Int(windowSeconds))
  /// Host time minus sender time, nanoseconds; `nil` before the first stamp.
  private(set) var offset: Int64?

  /// Takes a stamp that arrived at a host time; neither is beyond ±4.1e18, so that their difference is a number.
  mutating func observe(senderNanoseconds: Int64, arrivalNanoseconds: Int64) {
    let difference = arrivalNanoseconds - senderNanoseconds
    let second = arrivalNanoseconds / Self.slotNanoseconds
    let index = Int((second % Self.windowSeconds + Self.windowSeconds) % Self.windowSeconds)
    if slots[index].second == second {
      slots[index].least = min(slots[index].least, difference)
    } else {
      slots[index] = (second, difference)
    }
    var least = difference
    for slot in slots where slot.second > second - Self.windowSeconds && slot.second <= second {
      least = min(least, slot.least)
    }
    offset = least
  }

  mutating func reset() { self = PoseClock() }
}
