import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct DepthAndMask {
    /// Pushes as many frames as `hasDepth` is long, with depth where it says so.
    private func push(_ hasDepth: [Bool], to bench: Bench) {
      let given = hasDepth.indices.filter { hasDepth[$0] }
      var next = 0
      for index in hasDepth.indices {
        // The next depth there is has to be there: only then is it known that a frame has none.
        if next < given.count, index == 0 || index > given[next - 1] {
          bench.pushDepth(given[next])
          next += 1
        }
        bench.push(index)
      }
    }

    private func warnings(of bench: Bench) -> [String] {
      var texts: [String] = []
      while let message = bench.message(GST_MESSAGE_WARNING, waiting: 0) { texts.append(message.text) }
      return texts
    }

    @Test func missingDepthIsCountedAndWarnedOfOnce() {
      let bench = Bench(depth: true)
      push([true, true] + [Bool](repeating: false, count: 20) + [true, true], to: bench)
      bench.endOfStream()
      #expect(bench.pullAll().count == 24)
      #expect(bench.statistic("frames-without-depth") == 20)
      let texts = warnings(of: bench)
      #expect(texts.count == 1 && texts.first?.contains("no depth") == true, "\(texts)")
    }

    @Test func depthAtHalfTheFramesIsCountedAndNotWarnedOf() {
      let bench = Bench(depth: true)
      push((0..<65).map { $0 % 2 == 0 }, to: bench)
      bench.endOfStream()
      #expect(bench.pullAll().count == 65)
      #expect(bench.statistic("frames-without-depth") == 32)
      #expect(warnings(of: bench).isEmpty)
    }

    @Test func missingDepthIsWarnedOfAgainOnlyAfterHalfASecondOfIt() {
      func depth(between count: Int) -> [Bool] {
        let missing = [Bool](repeating: false, count: 20)
        return [true] + missing + [Bool](repeating: true, count: count) + missing + [true]
      }
      for (count, expected) in [(3, 1), (20, 2)] {
        let bench = Bench(depth: true)
        push(depth(between: count), to: bench)
        bench.endOfStream()
        #expect(bench.pullAll().count == 42 + count)
        #expect(bench.statistic("frames-without-depth") == 40)
        #expect(warnings(of: bench).count == expected)
      }
    }

    /// Neither a depth camera nor a backdrop: a black picture, and the reason for it.
    @Test func aSceneWithoutAnyDepthIsWarnedOfOnce() {
      let bench = Bench()
      for index in 0..<3 { bench.push(index) }
      bench.endOfStream()
      #expect(bench.pullAll().count == 3)
      let texts = warnings(of: bench)
      #expect(texts.count == 1 && texts.first?.contains("depth.assumed_metres") == true, "\(texts)")
    }

    @Test func depthThatHasEndedIsWarnedOfAtOnce() {
      let bench = Bench(depth: true)
      bench.pushDepth(0)
      bench.push(0)
      gst_harness_push_event(bench.depth, gst_event_new_eos())
      for index in 1..<4 { bench.push(index) }
      gst_harness_push_event(bench.exo, gst_event_new_eos())
      #expect(bench.pullAll().count == 4)
      #expect(bench.statistic("frames-without-depth") == 3)
      #expect(bench.statistic("frames-with-empty-depth") == 0)
      let texts = warnings(of: bench)
      #expect(texts.count == 1 && texts.first?.contains("33333333 ns") == true, "\(texts)")
    }

    @Test func depthWithoutASampleIsCountedAndWarnedOfOnce() {
      let bench = Bench(depth: true)
      for index in 0..<24 {
        bench.pushDepth(index, millimetres: index == 0 ? 2000 : 65535)
        bench.push(index)
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == 24)
      #expect(bench.statistic("frames-with-empty-depth") == 23)
      #expect(bench.statistic("frames-without-depth") == 0)
      let texts = warnings(of: bench)
      #expect(texts.count == 1 && texts.first?.contains("no sample of it is measured") == true, "\(texts)")
    }

    @Test func depthPairsWithinHalfAFrame() {
      let bench = Bench(depth: true)
      // A little early, a little late, and too far off for the third.
      for (index, offset) in [(0, 0), (1, -10_000_000), (2, 12_000_000)] {
        bench.pushDepth(index, offset: Int64(offset))
        bench.push(index)
      }
      bench.pushDepth(3, offset: 20_000_000)
      bench.push(3)
      bench.endOfStream()
      #expect(bench.pullAll().count == 4)
      #expect(bench.statistic("frames-without-depth") == 1)
    }

    @Test func depthOfAnotherSizeIsAFormatError() {
      let bench = Bench(depth: true)
      gst_harness_set_src_caps_str(bench.depth, caps("GRAY16_LE", 32, 32))
      let buffer = Picture.depth(32, 32)
      buffer?.pointee.pts = 0
      gst_harness_push(bench.depth, buffer)
      bench.push(0)
      let error = bench.message(GST_MESSAGE_ERROR)
      #expect(error?.domain == "gst-stream-error-quark")
      #expect(error?.code == Int32(GST_STREAM_ERROR_FORMAT.rawValue))
      #expect(error?.text.contains("32") == true)
    }

    /// Cameras that change their size do not both do so with the same frame.
    @Test func depthMayFollowTheExoSizeLater() {
      let bench = Bench(depth: true)
      for index in 0..<24 {
        if index == 2 { gst_harness_set_src_caps_str(bench.exo, caps("RGB", 128, 96)) }
        if index == 22 { gst_harness_set_src_caps_str(bench.depth, caps("GRAY16_LE", 128, 96)) }
        bench.pushDepth(index, index < 22 ? Picture.depth(64, 48) : Picture.depth(128, 96))
        bench.push(index, buffer: index < 2 ? Picture.rgb(64, 48) : Picture.rgb(128, 96))
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == 24)
      #expect(bench.statistic("frames-without-depth") == 20)
      let texts = warnings(of: bench)
      #expect(texts.count == 1 && texts.first?.contains("depth of 64×48") == true, "\(texts)")
    }

    @Test func theMaskSaysWhereSomethingWasSeen() throws {
      let bench = Bench(["fill": "none"], depth: true, mask: true)
      bench.pushDepth(0)
      bench.push(0)
      let (ego, mask) = try (#require(bench.pull()), #require(bench.pull(bench.mask)))
      #expect(ego.timestamp == mask.timestamp && ego.duration == mask.duration)
      #expect(mask.onlyByte == 255)
    }

    @Test func allZeroDepthObservesNothing() throws {
      let bench = Bench(["fill": "none"], depth: true, mask: true)
      bench.pushDepth(0, millimetres: 0)
      bench.push(0)
      #expect(try #require(bench.pull()).onlyByte == 0)
      #expect(try #require(bench.pull(bench.mask)).onlyByte == 0)
    }

    @Test func theMaskStreamHasItsOwnStartAndEnd() {
      let bench = Bench(scene: Scene(assumedMetres: 2), mask: true)
      let recorder = Recorder()
      recorder.watch(bench.element, pad: "mask")
      bench.push(0)
      bench.endOfStream()
      #expect(bench.pullAll().count == 1)
      #expect(bench.pullAll(bench.mask).count == 1)
      #expect(recorder.all == ["stream-start", "caps", "segment", "buffer 0", "eos"])
    }

    /// What holds on in the ego stream holds on in a mask that is asked for in the middle of it.
    @Test func aMaskThatComesLateHasWhatHoldsOn() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.startSegment(at: 10 * second)
      gst_harness_push_event(bench.exo, gst_event_new_tag(gst_tag_list_new_from_string("taglist, title=(string)walk;")))
      bench.push(300)
      #expect(bench.pull() != nil)
      bench.addMask()
      let recorder = Recorder()
      recorder.watch(bench.element, pad: "mask")
      bench.push(301)
      gst_harness_push_event(bench.exo, gst_event_new_tag(gst_tag_list_new_from_string("taglist, title=(string)run;")))
      bench.endOfStream()
      #expect(bench.pullAll().count == 1 && bench.pullAll(bench.mask).count == 1)
      #expect(recorder.all == ["stream-start", "caps", "segment", "tag", "buffer 301", "tag", "eos"])
      let numbers = try ["src", "mask"].map { name in
        let pad = try #require(gst_element_get_static_pad(bench.element, name))
        defer { gst_object_unref(pad) }
        let event = try #require(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0))
        defer { gst_event_unref(event) }
        var segment: UnsafePointer<GstSegment>?
        gst_event_parse_segment(event, &segment)
        #expect(segment?.pointee.start == 10 * second)
        return gst_event_get_seqnum(event)
      }
      #expect(numbers[0] == numbers[1])
    }

    @Test func theMaskMayGoWhileFramesFlow() {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      let pad = gst_element_request_pad_simple(bench.element, "mask")
      #expect(pad != nil)
      for index in 0..<10 {
        if index == 5 { gst_element_release_request_pad(bench.element, pad) }
        #expect(bench.push(index) == GST_FLOW_OK)
      }
      gst_object_unref(pad)
      bench.endOfStream()
      #expect(bench.pullAll().count == 10)
    }
  }
}
