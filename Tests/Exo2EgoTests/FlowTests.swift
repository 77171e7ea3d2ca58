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
        gst_harness_push_event(bench.exo, gst_event_new_flush_start())
        gst_harness_push_event(bench.exo, gst_event_new_flush_stop(1))
        var segment = GstSegment()
        gst_segment_init(&segment, GST_FORMAT_TIME)
        gst_harness_push_event(bench.exo, gst_event_new_segment(&segment))
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
