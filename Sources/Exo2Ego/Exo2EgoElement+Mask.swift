import CExo2Ego
import CGStreamer

extension Exo2EgoElement {
  /// Adds the `mask` pad, at any time; there is one at most.
  func addMask(template: UnsafeMutablePointer<GstPadTemplate>) -> UnsafeMutablePointer<GstPad>? {
    guard let pad = gst_pad_new_from_template(template, "mask") else { return nil }
    gst_object_ref_sink(pad)
    defer { gst_object_unref(pad) }
    gst_pad_use_fixed_caps(pad)
    gst_pad_set_query_function_full(pad, answerMaskQuery, nil, nil)
    gst_pad_set_event_function_full(pad, takeMaskEvent, nil, nil)
    // Before the source thread finds it: the start of its stream, pushed on a pad that is not active, would be lost.
    if gst_pad_is_active(source) != 0 { gst_pad_set_active(pad, 1) }
    let mask = MaskOutput(pad: pad)
    let isFirst = shared.withLock { shared in
      guard shared.mask == nil else { return false }
      shared.mask = mask
      return true
    }
    guard isFirst else {
      gst_pad_set_active(pad, 0)
      return nil
    }
    guard gst_element_add_pad(gstElement, pad) != 0 else {
      shared.withLock { $0.mask = nil }
      return nil
    }
    return pad
  }

  /// - Returns: whether the pad was the mask.
  func removeMask(_ pad: UnsafeMutablePointer<GstPad>) -> Bool {
    let isMask = shared.withLock { shared in
      guard shared.mask?.pad == pad else { return false }
      shared.mask = nil
      return true
    }
    guard isMask else { return false }
    gst_pad_set_active(pad, 0)
    gst_element_remove_pad(gstElement, pad)
    return true
  }

  /// Mirrors what the base class pushes on `src` by itself (flushes and EOS) on `mask`, and stops the empty buffer
  /// lists of `Stream.pushMandatoryEvents`.
  func watchSource() {
    let types =
      GST_PAD_PROBE_TYPE_BUFFER_LIST.rawValue | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM.rawValue
      | GST_PAD_PROBE_TYPE_EVENT_FLUSH.rawValue
    let probe: GstPadProbeCallback = { _, info, element in
      guard let info, let element, let data = info.pointee.data else { return GST_PAD_PROBE_OK }
      if info.pointee.type.rawValue & GST_PAD_PROBE_TYPE_BUFFER_LIST.rawValue != 0 {
        return gst_buffer_list_length(OpaquePointer(data)) == 0 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK
      }
      let event = data.assumingMemoryBound(to: GstEvent.self)
      let exo2ego = Exo2EgoElement.of(element)
      switch cgst_event_type(event) {
      case GST_EVENT_FLUSH_START, GST_EVENT_FLUSH_STOP: exo2ego.shared.withLock { $0.mask }?.pushFlush(event)
      case GST_EVENT_EOS: exo2ego.stream?.configuredMask()?.push(event)
      default: break
      }
      return GST_PAD_PROBE_OK
    }
    gst_pad_add_probe(source, GstPadProbeType(types), probe, UnsafeMutableRawPointer(element), nil)
  }
}

/// The mask comes as late as the ego frame: the base class knows how late that is.
private func answerMaskQuery(
  _ pad: UnsafeMutablePointer<GstPad>?, _ parent: UnsafeMutablePointer<GstObject>?,
  _ query: UnsafeMutablePointer<GstQuery>?
) -> gboolean {
  guard let pad, let parent, let query else { return 0 }
  guard cgst_query_type(query) == GST_QUERY_LATENCY else { return gst_pad_query_default(pad, parent, query) }
  return gst_pad_query(Exo2EgoElement.of(parent).source, query)
}

/// Seeks and the like go the way those from `src` go; the quality of the mask is nobody's measure of the camera.
private func takeMaskEvent(
  _ pad: UnsafeMutablePointer<GstPad>?, _ parent: UnsafeMutablePointer<GstObject>?,
  _ event: UnsafeMutablePointer<GstEvent>?
) -> gboolean {
  guard let parent, let event else { return 0 }
  switch cgst_event_type(event) {
  case GST_EVENT_QOS, GST_EVENT_RECONFIGURE:
    gst_event_unref(event)
    return 1
  default:
    return gst_pad_send_event(Exo2EgoElement.of(parent).source, event)
  }
}
