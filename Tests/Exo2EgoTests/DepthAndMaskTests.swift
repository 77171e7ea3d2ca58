import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct DepthAndMask {
    @Test func aMissingDepthIsCountedAndWarnedOfOnce() {
      let bench = Bench(depth: true)
      // The fifth frame's depth follows the second's: only then is it known that two have none.
      for index in 0..<6 {
        if index != 3 && index != 4 { bench.pushDepth(index == 2 ? 4 : index) }
        bench.push(index)
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == 6)
      #expect(bench.statistic("frames-without-depth") == 2)
      #expect(bench.message(GST_MESSAGE_WARNING)?.text.contains("no depth") == true)
      #expect(bench.message(GST_MESSAGE_WARNING, waiting: 0) == nil)
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
