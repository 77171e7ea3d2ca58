import CGstRTSPServer
import ClipIO
import Compute
import Glibc

/// Serves one pipeline over RTSP, the same frames to every viewer, until asked to stop.
final class RTSPServer {
  private let server: UnsafeMutablePointer<GstRTSPServer>
  private let loop: OpaquePointer
  private let path: String
  private let address: String

  /// - Parameter launchLine: a pipeline whose payloader is named `pay0`.
  /// - Throws: `Failure` when the address cannot be bound.
  init(launchLine: String, address: String, port: Int, path: String, latencyMilliseconds: Int) throws(Failure) {
    startGStreamer()
    guard let server = gst_rtsp_server_new(), let factory = gst_rtsp_media_factory_new(),
      let loop = g_main_loop_new(nil, 0)
    else { throw Failure(.library, "GStreamer's RTSP server cannot be made") }
    self.server = server
    self.loop = loop
    self.path = path
    self.address = address
    gst_rtsp_server_set_address(server, address)
    gst_rtsp_server_set_service(server, String(port))

    gst_rtsp_media_factory_set_launch(factory, "( \(launchLine) )")
    // One pipeline for all: there is one camera, and the map is built once.
    gst_rtsp_media_factory_set_shared(factory, 1)
    gst_rtsp_media_factory_set_latency(factory, guint(latencyMilliseconds))
    confineDatagrams(of: factory, to: address)
    forwardMessages(of: factory)
    let points = gst_rtsp_server_get_mount_points(server)
    gst_rtsp_mount_points_add_factory(points, path, factory)
    g_object_unref(points)

    guard gst_rtsp_server_attach(server, nil) != 0 else {
      throw Failure(
        .setting,
        "address \(address) port \(port): cannot be bound; expected an address of this machine and a port that "
          + "nothing else uses (0 takes any free one)")
    }
  }

  /// The port that is served, which the system chose when 0 was asked for.
  var port: Int { Int(gst_rtsp_server_get_bound_port(server)) }
  var location: String { "rtsp://\(address.contains(":") ? "[\(address)]" : address):\(port)\(path)" }

  /// Serves until SIGINT or SIGTERM.
  func run() {
    // Signals that came while the pipeline was looked over count too.
    let stop: @convention(c) (gpointer?) -> gboolean = { loop in
      if StopRequest.isMade, let loop { g_main_loop_quit(OpaquePointer(loop)) }
      return 1
    }
    let prune: @convention(c) (gpointer?) -> gboolean = { server in
      guard let server else { return 0 }
      // A viewer that vanished without a word would otherwise keep the camera running.
      let pool = gst_rtsp_server_get_session_pool(server.assumingMemoryBound(to: GstRTSPServer.self))
      gst_rtsp_session_pool_cleanup(pool)
      g_object_unref(pool)
      return 1
    }
    let sources = [g_timeout_add(100, stop, gpointer(loop)), g_timeout_add_seconds(2, prune, server)]
    g_main_loop_run(loop)
    for source in sources { g_source_remove(source) }
  }

  /// Sends every client away.
  func close() {
    let remove: GstRTSPServerClientFilterFunc = { _, _, _ in GST_RTSP_FILTER_REMOVE }
    let left = gst_rtsp_server_client_filter(server, remove, nil)
    g_list_free_full(left, g_object_unref)
    // Closing a client goes through the main context; a few turns let its media stop and release the camera.
    let context = g_main_context_default()
    for _ in 0..<50 {
      while g_main_context_iteration(context, 0) != 0 {}
      usleep(2000)
    }
  }

  deinit {
    g_object_unref(server)
    g_main_loop_unref(loop)
    // Not gst_rtsp_thread_pool_cleanup(): it waits for the thread of a media that a viewer watched, which does not end.
  }
}
