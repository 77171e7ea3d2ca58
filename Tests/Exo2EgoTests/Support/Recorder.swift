import CGStreamerCheck
import Synchronization

/// What passes a source pad, in order.
final class Recorder: Sendable {
  private let entries = Mutex<[String]>([])

  var all: [String] { entries.withLock { $0 } }

  /// Without what every stream starts with.
  var afterStart: [String] {
    all.filter { !["stream-start", "caps", "segment"].contains($0) }
  }

  func watch(_ element: UnsafeMutablePointer<GstElement>, pad name: String = "src") {
    guard let pad = gst_element_get_static_pad(element, name) else { return }
    let types =
      GST_PAD_PROBE_TYPE_BUFFER.rawValue | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM.rawValue
      | GST_PAD_PROBE_TYPE_EVENT_FLUSH.rawValue
    gst_pad_add_probe(
      pad, GstPadProbeType(types),
      { _, info, recorder in
        guard let info, let recorder, let data = info.pointee.data else { return GST_PAD_PROBE_OK }
        let entry: String
        if info.pointee.type.rawValue & GST_PAD_PROBE_TYPE_BUFFER.rawValue != 0 {
          entry = "buffer \(data.assumingMemoryBound(to: GstBuffer.self).pointee.pts / frameDuration)"
        } else {
          entry = String(cString: ccheck_event_type_name(data.assumingMemoryBound(to: GstEvent.self)))
        }
        Unmanaged<Recorder>.fromOpaque(recorder).takeUnretainedValue().entries.withLock { $0.append(entry) }
        return GST_PAD_PROBE_OK
      }, Unmanaged.passRetained(self).toOpaque(), { Unmanaged<Recorder>.fromOpaque($0!).release() })
    gst_object_unref(pad)
  }
}
