import CExo2Ego
import CGStreamer

// The functions that the C class structure points to. Each finds the Swift object and hands over.

@c @implementation
func gst_exo2ego_instance_init(_ element: UnsafeMutablePointer<GstExo2Ego>) {
  element.pointee.implementation = Unmanaged.passRetained(Exo2EgoElement(element: element)).toOpaque()
  Exo2EgoElement.of(element).watchSource()
}

@c @implementation
func gst_exo2ego_instance_finalize(_ element: UnsafeMutablePointer<GstExo2Ego>) {
  guard let implementation = element.pointee.implementation else { return }
  Unmanaged<Exo2EgoElement>.fromOpaque(implementation).release()
  element.pointee.implementation = nil
}

@c @implementation
func gst_exo2ego_set_property(
  _ object: UnsafeMutablePointer<GObject>, _ property: guint, _ value: UnsafePointer<GValue>,
  _ spec: UnsafeMutablePointer<GParamSpec>
) {
  _ = Exo2EgoElement.of(object).shared.withLock { $0.settings.set(GstExo2EgoProperty(property), to: value) }
}

@c @implementation
func gst_exo2ego_get_property(
  _ object: UnsafeMutablePointer<GObject>, _ property: guint, _ value: UnsafeMutablePointer<GValue>,
  _ spec: UnsafeMutablePointer<GParamSpec>
) {
  let element = Exo2EgoElement.of(object)
  if GstExo2EgoProperty(property) == GST_EXO2EGO_PROPERTY_STATS {
    g_value_take_boxed(value, element.shared.withLock { $0.statistics }.structure())
  } else {
    _ = element.shared.withLock { $0.settings }.get(GstExo2EgoProperty(property), into: value)
  }
}

@c @implementation
func gst_exo2ego_request_new_pad(
  _ element: UnsafeMutablePointer<GstElement>, _ pad_template: UnsafeMutablePointer<GstPadTemplate>,
  _ name: UnsafePointer<gchar>?, _ caps: UnsafePointer<GstCaps>?
) -> UnsafeMutablePointer<GstPad>? {
  if pad_template.pointee.direction == GST_PAD_SRC {
    return Exo2EgoElement.of(element).addMask(template: pad_template)
  }
  return gst_exo2ego_parent_request_new_pad(element, pad_template, name, caps)
}

@c @implementation
func gst_exo2ego_release_pad(_ element: UnsafeMutablePointer<GstElement>, _ pad: UnsafeMutablePointer<GstPad>) {
  if !Exo2EgoElement.of(element).removeMask(pad) {
    gst_exo2ego_parent_release_pad(element, pad)
  }
}

@c @implementation
func gst_exo2ego_open(_ element: UnsafeMutablePointer<GstExo2Ego>) -> gboolean {
  Exo2EgoElement.of(element).open() ? 1 : 0
}

@c @implementation
func gst_exo2ego_close(_ element: UnsafeMutablePointer<GstExo2Ego>) {
  Exo2EgoElement.of(element).close()
}

@c @implementation
func gst_exo2ego_start(_ aggregator: UnsafeMutablePointer<GstAggregator>) -> gboolean {
  Exo2EgoElement.of(aggregator).start() ? 1 : 0
}

@c @implementation
func gst_exo2ego_stop(_ aggregator: UnsafeMutablePointer<GstAggregator>) -> gboolean {
  Exo2EgoElement.of(aggregator).stop()
  return 1
}

@c @implementation
func gst_exo2ego_flush(_ aggregator: UnsafeMutablePointer<GstAggregator>) -> GstFlowReturn {
  Exo2EgoElement.of(aggregator).stream?.flush()
  return GST_FLOW_OK
}

@c @implementation
func gst_exo2ego_aggregate(_ aggregator: UnsafeMutablePointer<GstAggregator>, _ timed_out: gboolean) -> GstFlowReturn {
  Exo2EgoElement.of(aggregator).stream?.aggregate(timedOut: timed_out != 0) ?? GST_FLOW_ERROR
}

@c @implementation
func gst_exo2ego_get_next_time(_ aggregator: UnsafeMutablePointer<GstAggregator>) -> GstClockTime {
  Exo2EgoElement.of(aggregator).stream?.depthDeadline() ?? noTime
}

@c @implementation
func gst_exo2ego_clip(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ pad: UnsafeMutablePointer<GstAggregatorPad>,
  _ buffer: UnsafeMutablePointer<GstBuffer>
) -> UnsafeMutablePointer<GstBuffer>? {
  if isOutside(buffer, of: &pad.pointee.segment) {
    gst_buffer_unref(buffer)
    return nil
  }
  return buffer
}

@c @implementation
func gst_exo2ego_sink_event(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ pad: UnsafeMutablePointer<GstAggregatorPad>,
  _ event: UnsafeMutablePointer<GstEvent>
) -> gboolean {
  let element = Exo2EgoElement.of(aggregator)
  let isExo = pad == element.sink
  // Others may come while the stream is taken away.
  if cgst_event_is_serialized(event) != 0, let stream = element.stream,
    let handled = isExo ? stream.takeExo(event) : stream.takeDepth(event)
  {
    gst_event_unref(event)
    return handled ? 1 : 0
  }
  return gst_exo2ego_parent_sink_event(aggregator, pad, event)
}

@c @implementation
func gst_exo2ego_sink_query(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ pad: UnsafeMutablePointer<GstAggregatorPad>,
  _ query: UnsafeMutablePointer<GstQuery>
) -> gboolean {
  let element = Exo2EgoElement.of(aggregator)
  guard pad == element.sink else { return gst_exo2ego_parent_sink_query(aggregator, pad, query) }
  switch cgst_query_type(query) {
  case GST_QUERY_CAPS:
    element.answer(caps: query)
    return 1
  case GST_QUERY_DRAIN:
    // Serialized: it comes on the source thread, behind the frames that were sent before it.
    element.stream?.record(element.stream?.drain() ?? GST_FLOW_OK)
    return 1
  default:
    return gst_exo2ego_parent_sink_query(aggregator, pad, query)
  }
}

@c @implementation
func gst_exo2ego_src_query(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ query: UnsafeMutablePointer<GstQuery>
) -> gboolean {
  // The base class denies seeking, since its pads might disagree; here the exo stream decides.
  if cgst_query_type(query) == GST_QUERY_SEEKING {
    return gst_pad_peer_query(Exo2EgoElement.of(aggregator).sink.cast(), query)
  }
  return gst_exo2ego_parent_src_query(aggregator, query)
}

@c @implementation
func gst_exo2ego_update_src_caps(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ caps: UnsafeMutablePointer<GstCaps>,
  _ updated_caps: UnsafeMutablePointer<UnsafeMutablePointer<GstCaps>?>
) -> GstFlowReturn {
  guard let wanted = Exo2EgoElement.of(aggregator).stream?.sourceCaps(format: "RGB") else { return .needData }
  updated_caps.pointee = gst_caps_intersect(wanted, caps)
  gst_caps_unref(wanted)
  return GST_FLOW_OK
}

@c @implementation
func gst_exo2ego_decide_allocation(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ query: UnsafeMutablePointer<GstQuery>
) -> gboolean {
  decideAllocation(query) ? 1 : 0
}

@c @implementation
func gst_exo2ego_propose_allocation(
  _ aggregator: UnsafeMutablePointer<GstAggregator>, _ pad: UnsafeMutablePointer<GstAggregatorPad>,
  _ decide_query: UnsafeMutablePointer<GstQuery>?, _ query: UnsafeMutablePointer<GstQuery>
) -> gboolean {
  // Frames are read through their GstVideoMeta, so upstream may use whatever strides suit it.
  gst_query_add_allocation_meta(query, gst_video_meta_api_get_type(), nil)
  return 1
}
