import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct Flow {
    @Test(arguments: [0, 1, 2, 30]) func asManyFramesLeaveAsCome(_ count: Int) {
      let bench = Bench(depth: true, mask: true)
      for index in 0..<count {
        bench.pushDepth(index)
        bench.push(index)
      }
      bench.endOfStream()
      let expected = (0..<count).map { GstClockTime($0) * frameDuration }
      let egos = bench.pullAll()
      #expect(egos.map(\.timestamp) == expected)
      #expect(egos.allSatisfy { $0.duration == frameDuration })
      #expect(bench.pullAll(bench.mask).map(\.timestamp) == expected)
      #expect(bench.recorder.all.last == "eos")
    }

    @Test func eventsKeepTheirPlaceBetweenFrames() throws {
      let bench = Bench(depth: true)
      let tags = try #require(gst_tag_list_new_empty())
      gst_harness_push_event(bench.exo, gst_event_new_tag(tags))
      bench.pushDepth(0)
      bench.push(0)
      gst_harness_push_event(
        bench.exo, gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("test-marker")))
      bench.pushDepth(1)
      bench.push(1)
      gst_harness_push_event(bench.exo, gst_event_new_gap(2 * frameDuration, frameDuration))
      bench.pushDepth(3)
      bench.push(3)
      bench.endOfStream()
      #expect(bench.pullAll().count == 3)
      #expect(
        bench.recorder.afterStart == ["tag", "buffer 0", "custom-downstream", "buffer 1", "gap", "buffer 3", "eos"])
      #expect(Array(bench.recorder.all.prefix(3)) == ["stream-start", "caps", "segment"])
    }

    @Test func flushForgetsFramesAndStartsAnew() throws {
      let bench = Bench(depth: true, mask: true)
      bench.pushDepth(0)
      bench.push(0)
      #expect(bench.pull() != nil)
      #expect(bench.pull(bench.mask) != nil)
      // Without depth, this frame waits in the element until the flush takes it.
      bench.push(1)
      for harness in [bench.exo, bench.depth!] { gst_harness_push_event(harness, flush(start: true)) }
      for harness in [bench.exo, bench.depth!] {
        gst_harness_push_event(harness, flush(start: false))
        var segment = GstSegment()
        gst_segment_init(&segment, GST_FORMAT_TIME)
        gst_harness_push_event(harness, gst_event_new_segment(&segment))
      }
      bench.pushDepth(5)
      bench.push(5)
      bench.endOfStream()
      #expect(bench.pullAll().map(\.timestamp) == [5 * frameDuration])
      #expect(bench.pullAll(bench.mask).map { $0.timestamp / frameDuration } == [5])
      #expect(bench.recorder.afterStart == ["buffer 0", "flush-start", "flush-stop", "buffer 5", "eos"])
    }

    /// Depth that stands still ends nothing, and holds up no end; a seek goes on from there.
    @Test func theEndOfTheExoStreamWaitsForNoDepth() {
      let bench = Bench(depth: true, mask: true)
      bench.pushDepth(0)
      bench.push(0)
      gst_harness_push_event(bench.exo, gst_event_new_eos())
      #expect(bench.pullAll().count == 1 && bench.pullAll(bench.mask).count == 1)
      for start in [true, false] {
        for harness in [bench.exo, bench.depth!] { gst_harness_push_event(harness, flush(start: start)) }
      }
      bench.startSegment(at: 0)
      bench.pushDepth(1)
      bench.push(1)
      gst_harness_push_event(bench.exo, gst_event_new_eos())
      #expect(bench.pull() != nil && bench.pull(bench.mask) != nil)
      // Where depth goes on after all, it is told to stop.
      #expect((2..<1000).contains { bench.pushDepth($0) == GST_FLOW_EOS })
      #expect(bench.recorder.afterStart == ["buffer 0", "eos", "flush-start", "flush-stop", "buffer 1", "eos"])
    }

    /// After a seek, poses from a file are those of the place in the stream, not of the time that has passed.
    @Test func aSeekTakesTheTrajectoryAlong() throws {
      let ahead = "0 0 0 0 0 0 0 1\n1 0 0 0 0 0 0 1\n"
      let poses = Setup.write(ahead + "5 0 0 0 0 1 0 0\n9 0 0 0 0 1 0 0\n", to: "turns-round.tum")
      let bench = Bench(["pose": poses], scene: Scene(assumedMetres: 2))
      func seen(at frame: Int) -> Double? {
        bench.push(frame)
        #expect(bench.pull()?.timestamp == GstClockTime(frame) * frameDuration)
        return bench.realStatistic("coverage")
      }
      #expect((seen(at: 0) ?? 0) > 0.9)
      bench.seek(to: 6 * second)
      #expect(seen(at: 180) == 0)
      bench.seek(to: second / 2)
      #expect((seen(at: 15) ?? 0) > 0.9)
    }

    /// It does not matter whether frames came before the seek.
    @Test func aSeekBeforeTheFirstFrameTakesTheTrajectoryAlong() {
      let poses = Setup.write("0 0 0 0 0 0 0 1\n1 0 0 0 0 0 0 1\n5 0 0 0 0 1 0 0\n", to: "turned-round.tum")
      let bench = Bench(["pose": poses], scene: Scene(assumedMetres: 2))
      bench.seek(to: 6 * second)
      bench.push(180)
      #expect(bench.pull() != nil && bench.realStatistic("coverage") == 0)
    }

    /// A second without exo frames, in which depth goes on: nothing waits for what does not come.
    @Test func depthOfAGapIsThrownAway() {
      let bench = Bench(depth: true)
      bench.pushDepth(0)
      bench.push(0)
      gst_harness_push_event(bench.exo, gst_event_new_gap(frameDuration, 30 * frameDuration))
      for index in 1..<32 { bench.pushDepth(index) }
      bench.push(31)
      bench.endOfStream()
      #expect(bench.pullAll().map { $0.timestamp / frameDuration } == [0, 31])
      #expect(bench.statistic("frames-without-depth") == 0)
      #expect(bench.recorder.afterStart == ["buffer 0", "gap", "buffer 31", "eos"])
    }

    /// Half of a frame is less time where the stream plays faster, and more where it plays slower.
    @Test(arguments: [0.5, 4]) func depthIsPairedAtOtherRates(_ rate: Double) {
      let bench = Bench(depth: true)
      bench.startSegment(at: 0, rate: rate)
      for index in 0..<10 {
        bench.pushDepth(index, offset: 10_000_000)
        bench.push(index)
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == 10)
      #expect(bench.statistic("frames-without-depth") == 0)
    }

    /// A frame without a timestamp follows the last one, but not out of its segment.
    @Test func framesWithoutTimestampsBeginWithTheirSegment() {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.push(0)
      bench.startSegment(at: 10 * second)
      for _ in 0..<2 { bench.push(0, timestamp: noTime) }
      bench.endOfStream()
      #expect(bench.pullAll().map(\.timestamp) == [0, 10 * second, 10 * second + frameDuration])
    }

    /// How the exo camera was held says nothing of the ego view.
    @Test func tagsOfTheExoCamerasOrientationStayBehind() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      let tags = try #require(
        gst_tag_list_new_from_string("taglist, image-orientation=(string)rotate-90, title=(string)walk;"))
      gst_harness_push_event(bench.exo, gst_event_new_tag(tags))
      bench.push(0)
      #expect(bench.pull() != nil)
      let source = try #require(gst_element_get_static_pad(bench.element, "src"))
      defer { gst_object_unref(source) }
      let event = try #require(gst_pad_get_sticky_event(source, GST_EVENT_TAG, 0))
      defer { gst_event_unref(event) }
      var own: UnsafeMutablePointer<GstTagList>?
      gst_event_parse_tag(event, &own)
      #expect(gst_tag_list_get_tag_size(own, "image-orientation") == 0 && gst_tag_list_get_tag_size(own, "title") == 1)
    }

    /// The calibrated size first, and framerates that downstream takes.
    @Test func capsThatFitAreAskedFor() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      gst_harness_set_sink_caps_str(bench.exo, "video/x-raw,framerate=15/1")
      let sink = try #require(gst_element_get_static_pad(bench.element, "sink"))
      defer { gst_object_unref(sink) }
      let caps = try #require(gst_pad_query_caps(sink, nil))
      defer { gst_caps_unref(caps) }
      let first = gst_caps_get_structure(caps, 0)
      var (width, height, numerator, denominator): (gint, gint, gint, gint) = (0, 0, 0, 0)
      #expect(
        gst_structure_get_int(first, "width", &width) != 0 && gst_structure_get_int(first, "height", &height) != 0)
      #expect(gst_structure_get_fraction(first, "framerate", &numerator, &denominator) != 0)
      #expect((width, height, numerator, denominator) == (64, 48, 15, 1))
    }

    /// All flush events of one flush share a number, by which the base class knows them.
    private func flush(start: Bool) -> UnsafeMutablePointer<GstEvent>? {
      let event = start ? gst_event_new_flush_start() : gst_event_new_flush_stop(1)
      gst_event_set_seqnum(event, 4711)
      return event
    }

    @Test func flushDuringProcessingDoesNotHang() {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      for round in 0..<20 {
        bench.push(round * 2)
        bench.push(round * 2 + 1)
        bench.seek(to: 0)
      }
      bench.push(99)
      bench.endOfStream()
      #expect(bench.pullAll().last?.timestamp == 99 * frameDuration)
    }

    @Test func newCapsInTheMiddle() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.push(0)
      gst_harness_set_src_caps_str(bench.exo, caps("NV12", 64, 48, framerate: "15/1"))
      bench.push(1, buffer: Picture.converted(GST_VIDEO_FORMAT_NV12, 64, 48))
      // Twice the size: the same shape, so the engine scales the calibration.
      gst_harness_set_src_caps_str(bench.exo, caps("RGB", 128, 96, framerate: "15/1"))
      bench.push(2, buffer: Picture.rgb(128, 96))
      bench.endOfStream()
      let buffers = bench.pullAll()
      #expect(buffers.map { $0.timestamp / frameDuration } == [0, 1, 2])
      for buffer in buffers {
        for (colour, expected) in zip(Picture.quarters(of: buffer.buffer, 64, 48), Picture.quarters) {
          #expect(distance(colour, expected) <= 8)
        }
      }
      // The harness sends its segment again after caps; ours change only with the framerate.
      #expect(
        bench.recorder.all == [
          "stream-start", "caps", "segment", "buffer 0", "caps", "segment", "buffer 1", "segment", "buffer 2", "eos",
        ])
    }

    @Test func readyAndBackFiveTimes() {
      let bench = Bench(scene: Scene(assumedMetres: 2), mask: true)
      for round in 0..<5 {
        bench.push(round)
        #expect(bench.pull() != nil)
        #expect(bench.pull(bench.mask) != nil)
        #expect(bench.statistic("frames-in") == 1)
        gst_element_set_state(bench.element, GST_STATE_READY)
        gst_element_set_state(bench.element, GST_STATE_PLAYING)
        gst_harness_set_src_caps_str(bench.exo, caps("RGB", 64, 48))
        var segment = GstSegment()
        gst_segment_init(&segment, GST_FORMAT_TIME)
        gst_harness_push_event(bench.exo, gst_event_new_segment(&segment))
      }
    }

    @Test func framesWithoutTimestampsFollowEachOther() {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.push(3)
      bench.push(0, timestamp: noTime)
      // Back in time: passed on as it came.
      bench.push(1)
      bench.endOfStream()
      #expect(bench.pullAll().map(\.timestamp) == [3 * frameDuration, 4 * frameDuration, frameDuration])
    }
  }
}
