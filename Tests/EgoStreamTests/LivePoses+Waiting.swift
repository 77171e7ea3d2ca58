import Glibc

@testable import EgoStream

extension LivePoses {
  /// Waits until the counters satisfy a condition, for at most a minute.
  func waitUntil(_ isReached: (PoseCounters) -> Bool) -> Bool {
    let deadline = monotonicNanoseconds() + 60_000_000_000
    while monotonicNanoseconds() < deadline {
      if let counters, isReached(counters) { return true }
      usleep(500)
    }
    return false
  }

  /// Has a pose sent, again where the machine was so busy that its time of arrival says little.
  /// - Parameter send: Is told how much later than the first try it is, seconds.
  /// - Returns: A host time a little before the pose arrived.
  func receive(_ send: (_ later: Double) -> Void) -> Int64 {
    let first = monotonicNanoseconds()
    var begin = first
    for _ in 0..<50 {
      let accepted = counters?.accepted ?? 0
      begin = monotonicNanoseconds()
      send(Double(begin - first) / 1e9)
      guard waitUntil({ $0.accepted > accepted }) else { break }
      if monotonicNanoseconds() - begin < 100_000_000 { break }
    }
    return begin
  }

  /// Where the camera stands at a host time.
  func place(at hostNanoseconds: Int64) -> (x: Float, isStale: Bool) {
    let sample = pose(mediaNanoseconds: 0, hostNanoseconds: hostNanoseconds)
    return (sample.worldToCamera.centre.x, sample.isStale)
  }
}
