import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct Errors {
    private func isResource(_ message: Message?, _ code: GstResourceError) -> Bool {
      message?.domain == "gst-resource-error-quark" && message?.code == Int32(code.rawValue)
    }

    @Test func noCalibration() {
      let error = Bench.startError([:])
      #expect(isResource(error, GST_RESOURCE_ERROR_NOT_FOUND))
      #expect(error?.text.contains("calibration") == true)
    }

    /// Before pads are active: a branch that sends to pads which are not ends for good.
    @Test func theEngineOpensOnTheWayToReady() {
      let bus = Setup.newBus()
      let element = Bench.makeElement(["calibration": "/nowhere/clip.json"], bus: bus)
      defer {
        gst_element_set_state(element, GST_STATE_NULL)
        gst_object_unref(element)
        gst_object_unref(bus)
      }
      #expect(gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE)
      #expect(Message.next(GST_MESSAGE_ERROR, on: bus, waiting: 0)?.text.contains("/nowhere/clip.json") == true)
      func set(_ path: String) {
        gst_util_set_object_arg(
          UnsafeMutableRawPointer(element).assumingMemoryBound(to: GObject.self), "calibration", path)
      }
      // What is set in READY counts.
      set(Scene().calibration)
      #expect(gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_SUCCESS)
      set("/nowhere/other.json")
      #expect(gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
      #expect(Message.next(GST_MESSAGE_ERROR, on: bus, waiting: 0)?.text.contains("/nowhere/other.json") == true)
      set(Scene().calibration)
      #expect(gst_element_set_state(element, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE)
    }

    @Test func missingCalibration() {
      let error = Bench.startError(["calibration": "/nowhere/clip.json"])
      #expect(isResource(error, GST_RESOURCE_ERROR_NOT_FOUND))
      #expect(error?.text.contains("/nowhere/clip.json") == true)
    }

    @Test(arguments: ["", "{", "[]", "{\"exo\": 3}", "{\"exo\": {\"model\": \"pinhole\"}}"])
    func malformedCalibration(_ text: String) {
      let path = Setup.write(text, to: "malformed.json")
      let error = Bench.startError(["calibration": path])
      #expect(isResource(error, GST_RESOURCE_ERROR_SETTINGS))
      #expect(error?.text.contains(path) == true)
    }

    @Test func missingPoses() {
      let error = Bench.startError(["calibration": Scene().calibration, "pose": "/nowhere/poses.txt"])
      #expect(isResource(error, GST_RESOURCE_ERROR_OPEN_READ))
      #expect(error?.text.contains("/nowhere/poses.txt") == true)
    }

    @Test func noModelThere() {
      let error = Bench.startError(["calibration": Scene().calibration, "model": "/nowhere/some-model"])
      #expect(isResource(error, GST_RESOURCE_ERROR_NOT_FOUND))
      #expect(error?.text.contains("model /nowhere/some-model: no such folder") == true)
    }

    @Test func garbageDevice() {
      let error = Bench.startError([
        "calibration": Scene().calibration, "backend": "vulkan", "device": "no such device",
      ])
      #expect(isResource(error, GST_RESOURCE_ERROR_NOT_FOUND), "\(String(describing: error))")
    }

    @Test(arguments: [0, 1, 100, 64 * 48 * 3 - 1]) func shortBuffers(_ size: Int) {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.push(0, buffer: gst_buffer_new_allocate(nil, gsize(size), nil))
      let error = bench.message(GST_MESSAGE_ERROR)
      #expect(error?.domain == "gst-stream-error-quark")
      #expect(error?.code == Int32(GST_STREAM_ERROR_FORMAT.rawValue))
    }

    @Test func aVideoMetaThatLies() {
      for (width, height, offset, stride) in [
        (64, 48, 0, 4000), (64, 48, 9000, 192), (64, 48, 0, 3), (640, 480, 0, 192),
      ] {
        let bench = Bench(scene: Scene(assumedMetres: 2))
        let buffer = Picture.rgb(64, 48)
        ccheck_add_video_meta(
          buffer, GST_VIDEO_FORMAT_RGB, guint(width), guint(height), 1, [gsize(offset)], [gint(stride)])
        bench.push(0, buffer: buffer)
        #expect(bench.message(GST_MESSAGE_ERROR)?.code == Int32(GST_STREAM_ERROR_FORMAT.rawValue))
      }
    }

    @Test(arguments: [(0, 0), (1, 1), (64, 49_000), (30, 40)]) func sizesThatDoNotFit(_ size: (Int, Int)) {
      let bench = Bench(scene: Scene(assumedMetres: 2), exoCaps: caps("GRAY8", size.0, size.1))
      let flow = bench.push(0, buffer: gst_buffer_new_allocate(nil, 16, nil))
      // Refused by the pad's template, or by the engine with an error.
      if flow == GST_FLOW_OK {
        #expect(bench.message(GST_MESSAGE_ERROR)?.code == Int32(GST_STREAM_ERROR_FORMAT.rawValue))
      } else {
        #expect(flow == GST_FLOW_NOT_NEGOTIATED)
      }
    }
  }
}
