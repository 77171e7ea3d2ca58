import Glibc

@testable import EgoStream

extension LivePoses {
  /// Waits until the counters satisfy a condition, for at most ten seconds.
  func waitUntil(_ isReached: (PoseCounters) -> Bool) -> Bool {
    let deadline = monotonicNanoseconds() + 10_000_000_000
    while monotonicNanoseconds() < deadline {
      if let counters, isReached(counters) { return true }
      usleep(500)
    }
    return false
  }

  /// Where the camera stands at a host time.
  func place(at hostNanoseconds: Int64) -> (x: Float, isStale: Bool) {
    let sample = pose(mediaNanoseconds: 0, hostNanoseconds: hostNanoseconds)
    return (sample.worldToCamera.centre.x, sample.isStale)
  }
}
