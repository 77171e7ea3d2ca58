/// Something that should come with every frame and keeps away.
///
/// An outage begins once it has been away for half a second, and ends once it has been there for as long: what comes with
/// every second frame only is no outage, and neither is one frame without it; and each outage is worth one warning.
struct Outage {
  private static let patienceNanoseconds: Int64 = 500_000_000

  private(set) var isOn = false
  /// Since when frames have been otherwise than `isOn` says.
  private var turned: Int64?

  /// Takes in a frame at a time in nanoseconds.
  /// - Parameter forGood: It is away, and will not come any more: nothing is waited for.
  /// - Returns: whether an outage begins with this frame.
  mutating func begins(away: Bool, at time: Int64, forGood: Bool = false) -> Bool {
    guard away != isOn else {
      turned = nil
      return false
    }
    // A time before it is a stream's that has begun anew.
    let since = turned.map { min($0, time) } ?? time
    turned = since
    // Broken timestamps may lie further apart than a number of nanoseconds holds.
    let (elapsed, isBeyond) = time.subtractingReportingOverflow(since)
    guard forGood || isBeyond || elapsed >= Self.patienceNanoseconds else { return false }
    isOn = away
    turned = nil
    return isOn
  }
}
