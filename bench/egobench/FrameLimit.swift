import CGStreamerApp

/// Ends a stream at one pad after a number of frames: what a decoder gives beyond them never gets through.
final class FrameLimit {
  private var left: Int

  init(_ frames: Int) { left = frames }

  /// Ends what comes to a sink pad of an element. The limit must live as long as the pipeline does.
  /// - Returns: `false` when the element has no such pad.
  func end(_ pad: String, of element: UnsafeMutablePointer<GstElement>) -> Bool {
    probeBuffers(at: pad, of: element, context: self) { pad, _, context in
      guard let pad, let context else { return GST_PAD_PROBE_OK }
      return Unmanaged<FrameLimit>.fromOpaque(context).takeUnretainedValue().takeFrame(at: pad)
    }
  }

  private func takeFrame(at pad: UnsafeMutablePointer<GstPad>) -> GstPadProbeReturn {
    left -= 1
    if left >= 0 { return GST_PAD_PROBE_OK }
    if left == -1 { gst_pad_send_event(pad, gst_event_new_eos()) }
    return GST_PAD_PROBE_DROP
  }
}
