import CGStreamer

/// The request pad `mask`: everything a stream of its own needs, pushed from the source thread.
///
/// It outlives the pad's release, so that the source thread may finish with it; a push then answers "flushing", which
/// is no error of the element's.
///
/// `@unchecked Sendable`: other threads only create it and compare its pad; the rest belongs to the source thread, or
/// to flush and state change calls made while that thread stands still.
final class MaskOutput: @unchecked Sendable {
  let pad: UnsafeMutablePointer<GstPad>
  private var caps: Held<GstCaps>?
  private var pool: UnsafeMutablePointer<GstBufferPool>?
  private var segment = GstSegment()
  private var sequence: guint32 = 0
  private var needsStreamStart = true
  private var needsCaps = true
  private var needsSegment = true
  /// What holds on in the stream that the pad has come into: tags and the like.
  private var sticky: [Held<GstEvent>] = []
  private(set) var hasJoined = false

  init(pad: UnsafeMutablePointer<GstPad>) {
    self.pad = pad
    gst_segment_init(&segment, GST_FORMAT_TIME)
    gst_object_ref(pad)
  }

  deinit {
    releasePool()
    gst_object_unref(pad)
  }

  var isConfigured: Bool { pool != nil }

  /// The format of the masks from now on.
  func configure(caps: Held<GstCaps>) {
    releasePool()
    self.caps = caps
    needsCaps = true
    var info = GstVideoInfo()
    caps.with { caps in
      guard gst_video_info_from_caps(&info, caps) != 0 else { return }
      pool = newPool(caps: caps, size: guint(clamping: info.size))
    }
  }

  func acquire() -> Held<GstBuffer>? {
    var buffer: UnsafeMutablePointer<GstBuffer>?
    guard let pool, gst_buffer_pool_acquire_buffer(pool, &buffer, nil) == GST_FLOW_OK, let buffer else { return nil }
    return Held(taking: buffer)
  }

  /// Takes over what holds on on `src`, for a pad that comes in the middle of a stream.
  func join(_ source: UnsafeMutablePointer<GstPad>) {
    hasJoined = true
    let collect: GstPadStickyEventsForeachFunction = { _, event, output in
      guard let event = event?.pointee, let output else { return 1 }
      switch cgst_event_type(event) {
      case GST_EVENT_STREAM_START, GST_EVENT_CAPS, GST_EVENT_SEGMENT, GST_EVENT_EOS: break
      default:
        Unmanaged<MaskOutput>.fromOpaque(output).takeUnretainedValue().sticky.append(Held(taking: gst_event_ref(event)))
      }
      return 1
    }
    gst_pad_sticky_events_foreach(source, collect, Unmanaged.passUnretained(self).toOpaque())
  }

  func setSegment(_ segment: GstSegment, sequence: guint32) {
    self.segment = segment
    self.sequence = sequence
    needsSegment = true
  }

  /// Takes over the buffer.
  func push(_ buffer: UnsafeMutablePointer<GstBuffer>) -> GstFlowReturn {
    pushMandatoryEvents()
    return gst_pad_push(pad, buffer)
  }

  /// Pushes an event of the exo stream, behind those that every stream starts with. The event stays the caller's.
  func push(_ event: UnsafeMutablePointer<GstEvent>) {
    pushMandatoryEvents()
    _ = gst_pad_push_event(pad, gst_event_ref(event))
  }

  /// Flushes reach the pad as they reach `src`, from whatever thread they come.
  func pushFlush(_ event: UnsafeMutablePointer<GstEvent>) {
    if cgst_event_type(event) == GST_EVENT_FLUSH_STOP { needsSegment = true }
    _ = gst_pad_push_event(pad, gst_event_ref(event))
  }

  /// What the element answers upstream: a mask nobody takes does not stop the ego video, a failing one does. Where nobody takes
  /// the ego video, the mask's answer is all there is.
  func combined(_ maskFlow: GstFlowReturn, with flow: GstFlowReturn) -> GstFlowReturn {
    switch maskFlow {
    case GST_FLOW_OK: GST_FLOW_OK
    case GST_FLOW_ERROR, GST_FLOW_NOT_NEGOTIATED, GST_FLOW_NOT_SUPPORTED: maskFlow
    default: flow == GST_FLOW_NOT_LINKED ? maskFlow : flow
    }
  }

  /// Back to READY: the next run starts a new stream.
  func reset() {
    releasePool()
    caps = nil
    needsStreamStart = true
    needsCaps = true
    needsSegment = true
    gst_segment_init(&segment, GST_FORMAT_TIME)
    sequence = 0
    sticky = []
    hasJoined = false
  }

  private func pushMandatoryEvents() {
    if needsStreamStart {
      // As random as the base class's for `src`: an identifier derived from upstream takes a single sink pad.
      _ = gst_pad_push_event(pad, gst_event_new_stream_start("exo2ego-mask-" + String(g_random_int(), radix: 16)))
      needsStreamStart = false
    }
    if needsCaps, let caps {
      _ = gst_pad_push_event(pad, caps.with { gst_event_new_caps($0) })
      needsCaps = false
    }
    if needsSegment, let event = gst_event_new_segment(&segment) {
      if sequence != 0 { gst_event_set_seqnum(event, sequence) }
      _ = gst_pad_push_event(pad, event)
      needsSegment = false
    }
    for event in sticky { _ = gst_pad_push_event(pad, event.giveAway()) }
    sticky = []
  }

  private func releasePool() {
    guard let pool else { return }
    gst_buffer_pool_set_active(pool, 0)
    gst_object_unref(pool)
    self.pool = nil
  }
}
