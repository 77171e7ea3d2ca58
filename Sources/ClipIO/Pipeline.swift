import CGStreamerApp
import Compute

/// A GStreamer pipeline made from a launch line; stopped and released with this object.
public final class Pipeline {
  public let element: UnsafeMutablePointer<GstElement>

  /// - Throws: `Failure` of kind `.library` with GStreamer's own words when the line does not parse or an element is
  ///   not installed.
  public init(_ launchLine: String) throws(Failure) {
    startGStreamer()
    var error: UnsafeMutablePointer<GError>?
    let parsed = gst_parse_launch_full(launchLine, nil, GST_PARSE_FLAG_FATAL_ERRORS, &error)
    guard let parsed else {
      let reason = error.map { String(cString: $0.pointee.message) } ?? "unknown reason"
      g_clear_error(&error)
      throw Failure(
        .library,
        "pipeline cannot be built: \(reason); expected every element of it to be installed ('make deps' installs "
          + "GStreamer's, GST_PLUGIN_PATH tells where exo2ego is); the line: \(launchLine)")
    }
    element = parsed
    gst_object_ref_sink(parsed)
  }

  deinit {
    gst_element_set_state(element, GST_STATE_NULL)
    gst_object_unref(element)
  }

  /// The element of that name in the launch line, borrowed from the pipeline.
  public func named(_ name: String) -> UnsafeMutablePointer<GstElement>? {
    let bin = UnsafeMutableRawPointer(element).assumingMemoryBound(to: GstBin.self)
    guard let found = gst_bin_get_by_name(bin, name) else { return nil }
    gst_object_unref(found)  // the bin holds it as long as this pipeline lives
    return found
  }

  /// - Throws: the bus's error when an element refuses to start.
  public func play() throws(Failure) {
    if gst_element_set_state(element, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE {
      throw pendingFailure() ?? Failure(.library, "pipeline did not start and named no reason")
    }
  }

  /// Waits for the end of the stream.
  /// - Throws: the first error an element posts.
  public func waitForEnd() throws(Failure) {
    while try handleMessages(timeout: GstClockTime.max) {}
  }

  /// Does what an application owes its pipeline: reacts to what waits on the bus.
  /// - Returns: `false` at the end of the stream.
  /// - Throws: the first error an element posted.
  public func handleMessages(timeout: GstClockTime) throws(Failure) -> Bool {
    var timeout = timeout
    while let message = pop([GST_MESSAGE_ERROR, GST_MESSAGE_EOS, GST_MESSAGE_LATENCY], timeout: timeout) {
      defer { gst_message_unref(message) }
      switch message.pointee.type {
      case GST_MESSAGE_ERROR: throw failure(from: message)
      case GST_MESSAGE_EOS: return false
      default: recalculateLatency()
      }
      timeout = 0
    }
    return true
  }

  /// The error on the bus, if one was posted by now or is within that time.
  public func pendingFailure(within timeout: GstClockTime = 0) -> Failure? {
    guard let message = pop([GST_MESSAGE_ERROR], timeout: timeout) else { return nil }
    defer { gst_message_unref(message) }
    return failure(from: message)
  }

  /// Lets the sinks wait as long as the slowest path takes now; due when an element posts a LATENCY message.
  public func recalculateLatency() {
    gst_bin_recalculate_latency(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GstBin.self))
  }

  /// The next message of the given kinds; the caller releases it.
  public func pop(_ kinds: [GstMessageType], timeout: GstClockTime) -> UnsafeMutablePointer<GstMessage>? {
    guard let bus = gst_element_get_bus(element) else { return nil }
    defer { gst_object_unref(bus) }
    let mask = kinds.reduce(UInt32(0)) { $0 | UInt32($1.rawValue) }
    return gst_bus_timed_pop_filtered(bus, timeout, GstMessageType(rawValue: numericCast(mask)))
  }
}

/// An ERROR message in words: which element, what it said, and its detail.
public func failure(from message: UnsafeMutablePointer<GstMessage>) -> Failure {
  var error: UnsafeMutablePointer<GError>?
  var detail: UnsafeMutablePointer<gchar>?
  gst_message_parse_error(message, &error, &detail)
  defer {
    g_clear_error(&error)
    g_free(detail)
  }
  let source = message.pointee.src.flatMap { gst_object_get_name($0) }
  defer { g_free(source) }
  let name = source.map { String(cString: $0) } ?? "pipeline"
  var text = "\(name): \(error.map { String(cString: $0.pointee.message) } ?? "unknown error")"
  if let detail {
    // The first line of the detail is a source position of GStreamer's; what follows is meant for people.
    let lines = String(cString: detail).split(separator: "\n").dropFirst()
    if !lines.isEmpty { text += " (" + lines.joined(separator: " ") + ")" }
  }
  return Failure(.library, text)
}

/// What a WARNING message says.
public func warning(from message: UnsafeMutablePointer<GstMessage>) -> String {
  var warning: UnsafeMutablePointer<GError>?
  gst_message_parse_warning(message, &warning, nil)
  defer { g_clear_error(&warning) }
  return warning.map { String(cString: $0.pointee.message) } ?? "unknown warning"
}
