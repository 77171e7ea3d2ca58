import CGStreamerApp

/// Has a function called for each buffer at a pad of an element. What it is given, `context`, must live as long as the pipeline does.
/// - Returns: `false` when the element has no such pad.
func probeBuffers(
  at pad: String, of element: UnsafeMutablePointer<GstElement>, context: AnyObject, _ callback: GstPadProbeCallback
) -> Bool {
  guard let pad = gst_element_get_static_pad(element, pad) else { return false }
  defer { gst_object_unref(pad) }
  gst_pad_add_probe(
    pad, GST_PAD_PROBE_TYPE_BUFFER, callback, Unmanaged.passUnretained(context).toOpaque(), nil)
  return true
}
