import CGStreamer

/// Time spent on one frame, without that spent waiting for downstream.
struct Stopwatch {
  private var elapsed: UInt64 = 0
  private var startedAt: UInt64?

  mutating func start() {
    elapsed = 0
    startedAt = UInt64(gst_util_get_timestamp())
  }

  mutating func pause() {
    guard let startedAt else { return }
    elapsed &+= UInt64(gst_util_get_timestamp()) &- startedAt
    self.startedAt = nil
  }

  mutating func resume() {
    startedAt = UInt64(gst_util_get_timestamp())
  }

  /// So far, while running or paused.
  var nanoseconds: UInt64 {
    elapsed &+ (startedAt.map { UInt64(gst_util_get_timestamp()) &- $0 } ?? 0)
  }
}
