import CGStreamer
import EgoStream

extension Stream {
  /// Serialized events of the exo stream, in order with its frames.
  /// - Returns: whether it was handled well; `nil` leaves it to the base class. The event stays the caller's.
  func takeExo(_ event: UnsafeMutablePointer<GstEvent>) -> Bool? {
    switch cgst_event_type(event) {
    case GST_EVENT_FLUSH_STOP, GST_EVENT_STREAM_START, GST_EVENT_EOS:
      return nil
    case GST_EVENT_CAPS:
      var caps: UnsafeMutablePointer<GstCaps>?
      gst_event_parse_caps(event, &caps)
      return caps.map { takeExo(caps: $0) } ?? false
    case GST_EVENT_SEGMENT:
      if hasSegment {
        queue.append(.segment(Held(taking: gst_event_ref(event))))
      } else {
        setSegment(event)
      }
      record(emit())
      return nil
    default:
      // GAP, TAG, custom and whatever else has its place between two frames.
      queue.append(.event(Held(taking: gst_event_ref(event))))
      return record(emit())
    }
  }

  /// Serialized events of the depth stream: only what describes its buffers matters here.
  func takeDepth(_ event: UnsafeMutablePointer<GstEvent>) -> Bool? {
    switch cgst_event_type(event) {
    case GST_EVENT_FLUSH_STOP, GST_EVENT_STREAM_START, GST_EVENT_EOS, GST_EVENT_SEGMENT, GST_EVENT_GAP:
      return nil
    case GST_EVENT_CAPS:
      var caps: UnsafeMutablePointer<GstCaps>?
      gst_event_parse_caps(event, &caps)
      var info = GstVideoInfo()
      guard let caps, gst_video_info_from_caps(&info, caps) != 0 else {
        return record(element.fail(ElementError(.format, "depth: caps that describe no picture: \(text(of: caps))")))
      }
      depthInfo = info
      return true
    default:
      return true
    }
  }

  /// Keeps an error for the next call of `aggregate`, the only place from which it stops the stream.
  @discardableResult
  func record(_ flow: GstFlowReturn) -> Bool {
    guard flow != GST_FLOW_OK else { return true }
    // Flushing passes by itself.
    if flow != GST_FLOW_FLUSHING { failedFlow = flow }
    return false
  }
}
