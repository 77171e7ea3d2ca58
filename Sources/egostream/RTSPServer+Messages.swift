import CGstRTSPServer
import ClipIO

/// Sends what the factory's pipelines complain of to standard error: a viewer learns only that there is no stream, and
/// the server says nothing.
func forwardMessages(of factory: UnsafeMutablePointer<GstRTSPMediaFactory>) {
  let configured: @convention(c) (gpointer, UnsafeMutablePointer<GstRTSPMedia>, gpointer?) -> Void = { _, media, _ in
    guard let element = gst_rtsp_media_get_element(media) else { return }
    defer { gst_object_unref(element) }
    // The element's own bus is its parent's for messages of children; the server listens to that of the pipeline.
    guard let pipeline = element.pointee.object.parent,
      let bus = gst_element_get_bus(UnsafeMutableRawPointer(pipeline).assumingMemoryBound(to: GstElement.self))
    else { return }
    defer { gst_object_unref(bus) }
    // Seen as they are posted, so that the server's own watch still gets every one.
    gst_bus_enable_sync_message_emission(bus)
    connect(bus, "sync-message::error") { _, message, _ in writeLine("Error: " + failure(from: message).message) }
    connect(bus, "sync-message::warning") { _, message, _ in writeLine("warning: " + warning(from: message)) }
  }
  g_signal_connect_data(
    factory, "media-configure", unsafeBitCast(configured, to: GCallback.self), nil, nil, GConnectFlags(rawValue: 0))
}

private typealias MessageHandler =
  @convention(c) (gpointer, UnsafeMutablePointer<GstMessage>, gpointer?) -> Void

private func connect(_ bus: UnsafeMutablePointer<GstBus>, _ signal: String, _ handler: MessageHandler) {
  g_signal_connect_data(
    bus, signal, unsafeBitCast(handler, to: GCallback.self), nil, nil, GConnectFlags(rawValue: 0))
}
