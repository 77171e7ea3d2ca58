import CGStreamerCheck
import Foundation

/// The element between harnesses, one a pad.
final class Bench {
  let scene: Scene
  let element: UnsafeMutablePointer<GstElement>
  let exo: UnsafeMutablePointer<GstHarness>
  private(set) var depth: UnsafeMutablePointer<GstHarness>?
  private(set) var mask: UnsafeMutablePointer<GstHarness>?
  let bus: UnsafeMutablePointer<GstBus>
  let recorder = Recorder()

  init(
    _ properties: [String: String] = [:], scene: Scene = Scene(), depth: Bool = false, mask: Bool = false,
    live: Bool = false, exoCaps: String? = nil
  ) {
    self.scene = scene
    bus = Setup.newBus()
    element = Bench.makeElement(properties.merging(["calibration": scene.calibration]) { own, _ in own }, bus: bus)
    recorder.watch(element)
    exo = gst_harness_new_with_element(element, "sink", "src")
    gst_harness_set_live(exo, live ? 1 : 0)
    if depth {
      self.depth = gst_harness_new_with_element(element, "depth", nil)
      gst_harness_set_live(self.depth, live ? 1 : 0)
      gst_harness_set_src_caps_str(self.depth, caps("GRAY16_LE", scene.width, scene.height))
    }
    if mask { addMask() }
    gst_harness_set_src_caps_str(exo, exoCaps ?? caps("RGB", scene.width, scene.height))
  }

  /// Asks for the mask pad.
  func addMask() { mask = gst_harness_new_with_element(element, nil, "mask") }

  /// The error with which an element refuses to start; `nil` where it starts.
  static func startError(_ properties: [String: String]) -> Message? {
    let bus = Setup.newBus()
    let element = makeElement(properties, bus: bus)
    defer {
      gst_element_set_state(element, GST_STATE_NULL)
      gst_object_unref(element)
      gst_object_unref(bus)
    }
    guard gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE else { return nil }
    return Message.next(GST_MESSAGE_ERROR, on: bus, waiting: 0)
  }

  deinit {
    if let depth { gst_harness_teardown(depth) }
    if let mask { gst_harness_teardown(mask) }
    gst_harness_teardown(exo)
    gst_object_unref(element)
    gst_object_unref(bus)
  }

  static func makeElement(
    _ properties: [String: String], bus: UnsafeMutablePointer<GstBus>
  ) -> UnsafeMutablePointer<GstElement> {
    guard let element = gst_element_factory_make("exo2ego", nil) else {
      fatalError("no element exo2ego: build the plugin first, and set EGOSTREAM_PLUGIN_DIR to its folder")
    }
    gst_object_ref_sink(element)
    // The prior itself is what most tests look at.
    for (name, value) in ["backend": "cpu", "model": "none"].merging(
      properties, uniquingKeysWith: { _, given in given })
    {
      gst_util_set_object_arg(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), name, value)
    }
    gst_element_set_bus(element, bus)
    return element
  }

  /// Pushes an exo frame.
  @discardableResult
  func push(
    _ index: Int, buffer: UnsafeMutablePointer<GstBuffer>? = nil, timestamp: GstClockTime? = nil
  ) -> GstFlowReturn {
    guard let buffer = buffer ?? Picture.rgb(scene.width, scene.height) else { return GST_FLOW_ERROR }
    buffer.pointee.pts = timestamp ?? GstClockTime(index) * frameDuration
    buffer.pointee.duration = frameDuration
    return gst_harness_push(exo, buffer)
  }

  @discardableResult
  func pushDepth(_ index: Int, millimetres: UInt16 = 2000, offset: Int64 = 0) -> GstFlowReturn {
    pushDepth(index, Picture.depth(scene.width, scene.height, millimetres: millimetres), offset: offset)
  }

  @discardableResult
  func pushDepth(_ index: Int, _ buffer: UnsafeMutablePointer<GstBuffer>?, offset: Int64 = 0) -> GstFlowReturn {
    guard let depth, let buffer else { return GST_FLOW_ERROR }
    buffer.pointee.pts = GstClockTime(Int64(index) * Int64(frameDuration) + offset)
    buffer.pointee.duration = frameDuration
    return gst_harness_push(depth, buffer)
  }

  /// What a flushing seek sends down the exo pad: the stream goes on at that time of it.
  func seek(to time: GstClockTime) {
    gst_harness_push_event(exo, gst_event_new_flush_start())
    gst_harness_push_event(exo, gst_event_new_flush_stop(1))
    startSegment(at: time)
  }

  /// - Parameter rate: How much faster than real time it is played.
  func startSegment(at time: GstClockTime, rate: Double = 1) {
    var segment = GstSegment()
    gst_segment_init(&segment, GST_FORMAT_TIME)
    (segment.start, segment.time, segment.position, segment.rate) = (time, time, time, rate)
    for harness in [exo, depth].compactMap({ $0 }) { gst_harness_push_event(harness, gst_event_new_segment(&segment)) }
  }

  func endOfStream() {
    if let depth { gst_harness_push_event(depth, gst_event_new_eos()) }
    gst_harness_push_event(exo, gst_event_new_eos())
  }

  /// Every buffer up to the end of the stream.
  func pullAll(_ harness: UnsafeMutablePointer<GstHarness>? = nil) -> [Pulled] {
    var buffers: [Pulled] = []
    var buffer: UnsafeMutablePointer<GstBuffer>?
    while gst_harness_pull_until_eos(harness ?? exo, &buffer) != 0, let next = buffer {
      buffers.append(Pulled(next))
      buffer = nil
    }
    return buffers
  }

  func pull(_ harness: UnsafeMutablePointer<GstHarness>? = nil) -> Pulled? {
    gst_harness_pull(harness ?? exo).map { Pulled($0) }
  }

  /// The next message of a type, waited for as long as a slow machine may need.
  func message(_ type: GstMessageType, waiting seconds: GstClockTime = 10) -> Message? {
    Message.next(type, on: bus, waiting: seconds)
  }

  func statistic(_ field: String) -> UInt64? {
    var number: guint64 = 0
    return withStatistics { gst_structure_get_uint64($0, field, &number) != 0 } ? UInt64(number) : nil
  }

  func realStatistic(_ field: String) -> Double? {
    var number = 0.0
    return withStatistics { gst_structure_get_double($0, field, &number) != 0 } ? number : nil
  }

  private func withStatistics(_ body: (UnsafePointer<GstStructure>) -> Bool) -> Bool {
    var value = GValue()
    g_value_init(&value, ccheck_type_structure())
    defer { g_value_unset(&value) }
    g_object_get_property(UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), "stats", &value)
    return gst_value_get_structure(&value).map(body) ?? false
  }
}

/// A buffer that was pulled, given back at the end.
final class Pulled {
  let buffer: UnsafeMutablePointer<GstBuffer>
  init(_ buffer: UnsafeMutablePointer<GstBuffer>) { self.buffer = buffer }
  deinit { gst_buffer_unref(buffer) }
  var timestamp: GstClockTime { buffer.pointee.pts }
  var duration: GstClockTime { buffer.pointee.duration }
  var isDiscontinuous: Bool { gst_buffer_has_flags(buffer, GST_BUFFER_FLAG_DISCONT) != 0 }

  var bytes: [UInt8] {
    var map = GstMapInfo()
    guard gst_buffer_map(buffer, &map, GST_MAP_READ) != 0 else { return [] }
    defer { gst_buffer_unmap(buffer, &map) }
    return Array(UnsafeBufferPointer(start: map.data, count: Int(map.size)))
  }

  /// The value of every byte where they are all the same.
  var onlyByte: UInt8? {
    var map = GstMapInfo()
    guard gst_buffer_map(buffer, &map, GST_MAP_READ) != 0, let data = map.data, map.size > 0 else { return nil }
    defer { gst_buffer_unmap(buffer, &map) }
    return (0..<Int(map.size)).allSatisfy { data[$0] == data[0] } ? data[0] : nil
  }
}

/// What a bus message says.
struct Message {
  var domain = ""
  var code: Int32 = 0
  var text = ""
  var processed: UInt64 = 0
  var dropped: UInt64 = 0

  static func next(_ type: GstMessageType, on bus: UnsafeMutablePointer<GstBus>, waiting seconds: GstClockTime)
    -> Message?
  {
    guard let message = gst_bus_timed_pop_filtered(bus, seconds * second, type) else { return nil }
    defer { gst_message_unref(message) }
    var result = Message()
    var error: UnsafeMutablePointer<GError>?
    switch ccheck_message_type(message) {
    case GST_MESSAGE_ERROR: gst_message_parse_error(message, &error, nil)
    case GST_MESSAGE_WARNING: gst_message_parse_warning(message, &error, nil)
    case GST_MESSAGE_QOS:
      var (processed, dropped): (guint64, guint64) = (0, 0)
      gst_message_parse_qos_stats(message, nil, &processed, &dropped)
      (result.processed, result.dropped) = (UInt64(processed), UInt64(dropped))
    default: break
    }
    if let error {
      result.domain = g_quark_to_string(error.pointee.domain).map { String(cString: $0) } ?? ""
      result.code = error.pointee.code
      result.text = String(cString: error.pointee.message)
      g_error_free(error)
    }
    return result
  }
}
