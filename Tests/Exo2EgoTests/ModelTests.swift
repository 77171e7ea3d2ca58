import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  /// The element with a model, which completes frames four at a time: a toy of random weights.
  @Suite struct Model {
    @Test(arguments: [0, 1, 4, 11]) func asManyFramesLeaveAsCome(_ count: Int) throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], depth: true, mask: true)
      for index in 0..<count {
        bench.pushDepth(index)
        bench.push(index)
      }
      bench.endOfStream()
      let expected = (0..<count).map { GstClockTime($0) * frameDuration }
      let egos = bench.pullAll()
      #expect(egos.map(\.timestamp) == expected)
      #expect(bench.pullAll(bench.mask).map(\.timestamp) == expected)
      #expect(bench.recorder.all.last == "eos")
    }

    @Test func eventsWaitForTheFramesBeforeThem() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2))
      for index in 0..<2 { bench.push(index) }
      gst_harness_push_event(
        bench.exo, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("test-marker")))
      for index in 2..<5 { bench.push(index) }
      bench.endOfStream()
      #expect(bench.pullAll().count == 5)
      #expect(
        bench.recorder.afterStart
          == ["buffer 0", "buffer 1", "custom-downstream", "buffer 2", "buffer 3", "buffer 4", "eos"])
    }

    @Test func theFramesOfAChunkAreDeclaredAsLatency() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2), live: true)
      gst_harness_set_upstream_latency(bench.exo, 20_000_000)
      for index in 0..<4 { bench.push(index) }
      for _ in 0..<4 { #expect(bench.pull() != nil) }
      let query = try #require(gst_query_new_latency())
      defer { gst_query_unref(query) }
      let source = try #require(gst_element_get_static_pad(bench.element, "src"))
      defer { gst_object_unref(source) }
      #expect(gst_pad_query(source, query) != 0)
      var (live, least, most): (gboolean, GstClockTime, GstClockTime) = (0, 0, 0)
      gst_query_parse_latency(query, &live, &least, &most)
      #expect(live != 0 && least >= 20_000_000 + 3 * frameDuration)
      #expect(most == noTime || most >= least)
    }

    @Test func aFlushForgetsTheFramesOfAChunk() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2))
      for index in 0..<3 { bench.push(index) }
      bench.seek(to: 0)
      for index in 10..<15 { bench.push(index) }
      bench.endOfStream()
      #expect(bench.pullAll().map { $0.timestamp / frameDuration } == [10, 11, 12, 13, 14])
    }

    /// What is held leaves before a segment's end, before a long gap, and when the pipeline asks.
    @Test func whatAChunkHoldsIsGivenOut() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2))
      for index in 0..<6 { bench.push(index) }
      gst_harness_push_event(bench.exo, gst_event_new_segment_done(GST_FORMAT_TIME, gint64(6 * frameDuration)))
      for index in 6..<8 { bench.push(index) }
      gst_harness_push_event(bench.exo, gst_event_new_gap(8 * frameDuration, 4 * frameDuration))
      bench.push(12)
      let query = try #require(gst_query_new_drain())
      defer { gst_query_unref(query) }
      #expect(gst_pad_peer_query(bench.exo.pointee.srcpad, query) != 0)
      for expected in [0, 1, 2, 3, 4, 5, 6, 7, 12] {
        #expect(bench.pull().map { Int($0.timestamp / frameDuration) } == expected)
      }
      #expect(
        bench.recorder.afterStart.filter { !$0.hasPrefix("buffer") } == ["segment-done", "gap"]
          && bench.recorder.afterStart[6] == "segment-done" && bench.recorder.afterStart[9] == "gap")
    }

    /// Caps and tags that wait for a frame outlive the flush that takes the frame.
    @Test func aFlushKeepsCapsAndTags() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2))
      for index in 0..<2 { bench.push(index) }
      gst_harness_set_src_caps_str(bench.exo, caps("RGB", 64, 48, framerate: "15/1"))
      gst_harness_push_event(bench.exo, gst_event_new_tag(gst_tag_list_new_from_string("taglist, title=(string)walk;")))
      bench.seek(to: 0)
      for index in 0..<4 { bench.push(index) }
      for _ in 0..<4 { #expect(bench.pull() != nil) }
      let source = try #require(gst_element_get_static_pad(bench.element, "src"))
      defer { gst_object_unref(source) }
      let now = try #require(gst_pad_get_current_caps(source))
      defer { gst_caps_unref(now) }
      var (numerator, denominator): (gint, gint) = (0, 0)
      #expect(gst_structure_get_fraction(gst_caps_get_structure(now, 0), "framerate", &numerator, &denominator) != 0)
      #expect(numerator == 15)
      let tag = gst_pad_get_sticky_event(source, GST_EVENT_TAG, 0)
      #expect(tag != nil)
      if let tag { gst_event_unref(tag) }
    }

    /// The frames of the chunk that was begun are finished before the picture has another size.
    @Test func newCapsInTheMiddleOfAChunk() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2))
      for index in 0..<6 { bench.push(index) }
      gst_harness_set_src_caps_str(bench.exo, caps("RGB", 128, 96))
      for index in 6..<11 { bench.push(index, buffer: Picture.rgb(128, 96)) }
      bench.endOfStream()
      #expect(bench.pullAll().map { $0.timestamp / frameDuration } == Array(0..<11))
      #expect(bench.message(GST_MESSAGE_ERROR, waiting: 0) == nil)
    }

    /// A fault of the model ends the stream with an error that names it; nothing is shown in its place.
    @Test func aModelWhoseNumbersGoWrongIsAnErrorOnTheBus() throws {
      let model = try ToyModel.folder("toy-overflows") { configuration in
        var codec = configuration["codec"] as? [String: Any]
        codec?["latent_mean"] = [3e38, 3e38, 3e38, 3e38]
        configuration["codec"] = codec
      }
      let bench = Bench(["model": model], scene: Scene(assumedMetres: 2))
      for index in 0..<4 { bench.push(index) }
      let error = bench.message(GST_MESSAGE_ERROR)
      let text = error?.text ?? "none"
      #expect(text.contains("latents") && text.contains("expected finite"), "\(text)")
      // The base class answers with it from the next frame on that it looks at.
      #expect((4..<1000).contains { bench.push($0) == GST_FLOW_ERROR })
    }

    @Test func fewerStepsGiveAnotherPicture() throws {
      let folder = try ToyModel.folder("toy")
      let pictures = ["0", "2", "1"].map { steps in
        let bench = Bench(["model": folder, "steps": steps], scene: Scene(assumedMetres: 2))
        for index in 0..<4 { bench.push(index) }
        bench.endOfStream()
        return bench.pullAll().last?.bytes
      }
      #expect(pictures[0] != nil && pictures[0] == pictures[1])
      #expect(pictures[2] != nil && pictures[2] != pictures[0])
    }

    @Test func aModelThatIsGivenEverySecondFrameShowsAll() throws {
      let bench = Bench(["model": try ToyModel.folder("toy"), "model-interval": "2"], scene: Scene(assumedMetres: 2))
      for index in 0..<11 { bench.push(index) }
      bench.endOfStream()
      #expect(bench.pullAll().map { $0.timestamp / frameDuration } == Array(0..<11))
      #expect(bench.statistic("chunk-frames") == 8)
    }

    @Test func moreStepsThanTheModelLearnedAreRefused() throws {
      let text = try refusal(["model": ToyModel.folder("toy"), "steps": "3"])
      #expect(text?.contains("toy: steps is 3; expected 1 to 2") == true, "\(text ?? "no message")")
    }

    @Test func aFolderThatDoesNotFitIsRefusedByName() throws {
      let changes: [(String, String, (inout [String: Any]) -> Void)] = [
        ("hash", "SHA-256", { $0["sha256"] = ["codec.safetensors": String(repeating: "0", count: 64)] }),
        ("format", "egostream-model", { $0["format"] = "something" }),
        ("sizes", "ego", { $0["ego"] = ["width": 33, "height": 48] }),
      ]
      for (name, part, change) in changes {
        let text = try refusal(["model": ToyModel.folder("toy-\(name)", change: change)])
        #expect(text?.contains(part) == true && text?.contains("toy-\(name)") == true, "\(text ?? "no message")")
      }
    }

    /// What an element with these properties says when it will not start.
    private func refusal(_ properties: [String: String]) throws -> String? {
      let bus = Setup.newBus()
      let scene = Scene()
      let element = Bench.makeElement(properties.merging(["calibration": scene.calibration]) { $1 }, bus: bus)
      defer {
        gst_element_set_state(element, GST_STATE_NULL)
        gst_object_unref(element)
        gst_object_unref(bus)
      }
      #expect(gst_element_set_state(element, GST_STATE_PAUSED) == GST_STATE_CHANGE_FAILURE)
      return Message.next(GST_MESSAGE_ERROR, on: bus, waiting: 10)?.text
    }
  }
}
