import Compute
import EgoStream

extension Stream {
  /// Tells of a device that failed since the engine was opened, and of the processor that does its work from here on.
  func tellOfFallback() {
    guard let session, session.backend != toldBackend else { return }
    tellOfBackend(of: session, "goes on on the CPU, with an empty map")
    // The time lost to the device says nothing of the frames to come.
    latency.restart()
    stopwatch.start()
  }

  /// Shows where an engine runs, and warns where that is not where it should.
  func tellOfBackend(of session: EgoSession, _ whatAutoDoes: String) {
    toldBackend = session.backend
    let (backend, device) = (session.backend.rawValue, session.deviceName)
    element.shared.withLock { shared in
      shared.statistics.backend = backend
      shared.statistics.device = device
    }
    guard let why = session.fallback else { return }
    element.warn("backend=auto \(whatAutoDoes), because the Vulkan device failed: \(why)", .library)
  }
}
