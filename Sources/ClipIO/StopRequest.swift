import Glibc

/// Whether the user asked to stop (Ctrl-C, or a service manager's SIGTERM).
///
/// A signal handler may do next to nothing, so it only counts; the loops that run pipelines look at the count.
public enum StopRequest {
  // Written by the signal handler alone and read whole: one machine word each.
  nonisolated(unsafe) private static var requests = 0
  nonisolated(unsafe) private static var patienceSeconds: UInt32 = 0

  /// - Parameter patienceSeconds: how long an orderly end may take, for work that can be left where it stands: after
  ///   that time, or at a second request, the program ends with status 130. 0 leaves both to the loops.
  public static func watch(patienceSeconds: UInt32 = 0) {
    self.patienceSeconds = patienceSeconds
    // A request from before is met with the new patience; without one, a clock that runs stops.
    alarm(isMade ? patienceSeconds : 0)
    if patienceSeconds > 0 { signal(SIGALRM) { _ in _exit(StopRequest.leftAtOnce) } }
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        StopRequest.requests += 1
        guard StopRequest.patienceSeconds > 0 else { return }
        if StopRequest.isInsistent { _exit(StopRequest.leftAtOnce) }
        alarm(StopRequest.patienceSeconds)
      }
    }
  }

  public static var isMade: Bool { requests > 0 }
  /// Asked again: the user does not want to wait for an orderly end.
  public static var isInsistent: Bool { requests > 1 }

  /// What a shell says of a program that Ctrl-C ended.
  public static var leftAtOnce: Int32 { 130 }
}
