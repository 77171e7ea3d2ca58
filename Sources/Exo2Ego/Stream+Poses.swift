import EgoStream

extension Stream {
  /// Counts what a live pose source received, and warns of what it could not read: at the first, and whenever that has
  /// become ten times as much.
  func tellOfPoses() {
    guard let counters = poses.counters else { return }
    element.shared.withLock { shared in
      shared.statistics.posesAccepted = UInt64(clamping: counters.accepted)
      shared.statistics.posesRefused = UInt64(clamping: counters.refused)
      shared.statistics.posesDropped = UInt64(clamping: counters.dropped)
    }
    let isFirst = toldRefusals == 0
    guard counters.refused > 0, counters.refused / 10 >= toldRefusals,
      let reason = isFirst ? counters.firstRefusal : counters.lastRefusal
    else { return }
    toldRefusals = counters.refused
    element.warn(
      "pose=\(settings.pose): of \(counters.datagrams) datagrams \(counters.accepted) poses were taken and "
        + "\(counters.refused) lines refused, the \(isFirst ? "first" : "last") because: \(reason). "
        + "docs/calibration.md says what a line is", .settings)
  }

  /// Why a frame at that time has no fresh pose.
  func inWords(stalePoseAt nanoseconds: Int64) -> String {
    if let counters = poses.counters, counters.accepted == 0 {
      return "no pose has come yet at \(nanoseconds) ns (pose=\(settings.pose), \(counters.datagrams) datagrams): "
        + "the calibration's stands in"
    }
    return "the pose source has nothing near \(nanoseconds) ns: the last pose is held"
  }
}
