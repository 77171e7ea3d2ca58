import CGStreamerApp
import ClipIO
import Glibc

/// Notes when each buffer passes one pad, by its timestamp.
final class PadStopwatch {
  private let lock: UnsafeMutablePointer<pthread_mutex_t>
  private var secondsByTimestamp: [GstClockTime: Double] = [:]

  init() {
    lock = .allocate(capacity: 1)
    lock.initialize(to: pthread_mutex_t())
    pthread_mutex_init(lock, nil)
    secondsByTimestamp.reserveCapacity(4096)
  }

  /// Watches a pad of an element. The stopwatch must live as long as the pipeline does.
  /// - Returns: `false` when the element has no such pad.
  func watch(_ pad: String, of element: UnsafeMutablePointer<GstElement>) -> Bool {
    probeBuffers(at: pad, of: element, context: self) { _, info, context in
      if let context, let data = info?.pointee.data {
        let buffer = data.assumingMemoryBound(to: GstBuffer.self)
        Unmanaged<PadStopwatch>.fromOpaque(context).takeUnretainedValue().note(buffer.pointee.pts)
      }
      return GST_PAD_PROBE_OK
    }
  }

  /// Notes that the buffer of that timestamp passes now.
  func note(_ timestamp: GstClockTime) {
    let now = monotonicSeconds()
    pthread_mutex_lock(lock)
    secondsByTimestamp[timestamp] = now
    pthread_mutex_unlock(lock)
  }

  /// When each timestamp passed; read it once the pipeline has stopped.
  var passed: [GstClockTime: Double] { secondsByTimestamp }

  var count: Int { secondsByTimestamp.count }

  /// How long buffers took from here to `later`, in order of their timestamps.
  func seconds(to later: PadStopwatch) -> [(timestamp: GstClockTime, seconds: Double)] {
    passed.keys.sorted().compactMap { timestamp in
      guard let begin = passed[timestamp], let end = later.passed[timestamp] else { return nil }
      return (timestamp, end - begin)
    }
  }

  deinit {
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }
}
