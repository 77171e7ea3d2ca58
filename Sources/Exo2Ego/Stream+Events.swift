import CGStreamer
import EgoStream

extension Stream {
  /// Serialized events of the exo stream, in order with its frames.
  /// - Returns: whether it was handled well; `nil` leaves it to the base class. The event stays the caller's.
  func takeExo(_ event: UnsafeMutablePointer<GstEvent>) -> Bool? {
    if queue.isFull { record(drain()) }
    switch cgst_event_type(event) {
    case GST_EVENT_FLUSH_STOP, GST_EVENT_STREAM_START, GST_EVENT_GAP:
      // Of a gap the base class makes an empty buffer, which has its turn in `aggregate`.
      return nil
    case GST_EVENT_EOS:
      // The base class tells of it once depth has something too, which a camera that stands still never has.
      isFinishing = true
      if record(drain()) {
        pushMandatoryEvents()
        _ = gst_pad_push_event(element.source, gst_event_ref(event))
      }
      return nil
    case GST_EVENT_SEGMENT_DONE:
      record(drain())
      return pass(Held(taking: gst_event_ref(event)))
    case GST_EVENT_CAPS:
      var caps: UnsafeMutablePointer<GstCaps>?
      gst_event_parse_caps(event, &caps)
      return caps.map { takeExo(caps: $0) } ?? false
    case GST_EVENT_TAG:
      return pass(ofEgo(tags: event))
    case GST_EVENT_SEGMENT:
      if segment != nil {
        queue.append(.segment(Held(taking: gst_event_ref(event))))
      } else {
        setSegment(event)
      }
      record(emit())
      return nil
    default:
      // Custom and whatever else has its place between two frames.
      return pass(Held(taking: gst_event_ref(event)))
    }
  }

  private func pass(_ event: Held<GstEvent>) -> Bool {
    queue.append(.event(event))
    return record(emit())
  }

  /// The exo stream's tags without what is not so of the ego view: how the exo camera was held.
  private func ofEgo(tags event: UnsafeMutablePointer<GstEvent>) -> Held<GstEvent> {
    var tags: UnsafeMutablePointer<GstTagList>?
    gst_event_parse_tag(event, &tags)
    guard let tags, gst_tag_list_get_tag_size(tags, GST_TAG_IMAGE_ORIENTATION) > 0,
      let own = gst_tag_list_copy(tags)
    else { return Held(taking: gst_event_ref(event)) }
    gst_tag_list_remove_tag(own, GST_TAG_IMAGE_ORIENTATION)
    guard let copy = gst_event_new_tag(own) else { return Held(taking: gst_event_ref(event)) }
    gst_event_set_seqnum(copy, gst_event_get_seqnum(event))
    return Held(taking: copy)
  }

  /// A stretch in which no exo frame comes: depth up to its end is of no use, and what the model holds does not wait for it.
  func takeGap(_ time: FrameTime, timedOut: Bool) -> GstFlowReturn {
    let end = time.running.map { $0 &+ scaled(time.duration.asNanoseconds ?? 0) }
    guard timedOut || dropDepth(before: end) else { return .needData }
    _ = gst_aggregator_pad_drop_buffer(element.sink)
    timeline.pass(time)
    if time.duration == noTime || UInt64(time.duration) > 2 &* interval {
      let flow = drain()
      guard flow == GST_FLOW_OK else { return flow }
    }
    if let event = gst_event_new_gap(time.presentation, time.duration) { queue.append(.event(Held(taking: event))) }
    return emit()
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
