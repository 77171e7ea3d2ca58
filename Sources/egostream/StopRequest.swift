import Glibc

/// Whether the user asked to stop (Ctrl-C, or a service manager's SIGTERM).
///
/// A signal handler may do next to nothing, so it only counts; the loops that run pipelines look at the count.
enum StopRequest {
  // Written by the signal handler alone and read whole: one machine word.
  nonisolated(unsafe) private static var requests = 0

  static func watch() {
    for number in [SIGINT, SIGTERM] { signal(number) { _ in StopRequest.requests += 1 } }
  }

  static var isMade: Bool { requests > 0 }
  /// Asked again: the user does not want to wait for an orderly end.
  static var isInsistent: Bool { requests > 1 }
}

/// Pushes standard output on to whoever reads it, so that a line shows at once in a pipe too.
func flushOutput() { fflush(nil) }
