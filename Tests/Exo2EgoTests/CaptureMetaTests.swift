import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  /// An ego frame stands for the exo frame of its time: what says when that was taken goes with it.
  @Suite struct CaptureMetas {
    private static let clocks = ["timestamp/x-ntp", "timestamp/x-ptp"]

    /// An exo frame that says when it was taken, by two clocks and a time code, and what lies where in it.
    private func frame(_ index: Int) -> UnsafeMutablePointer<GstBuffer>? {
      guard let buffer = Picture.rgb(64, 48) else { return nil }
      for (offset, clock) in Self.clocks.enumerated() {
        let caps = gst_caps_from_string(clock)
        gst_buffer_add_reference_timestamp_meta(buffer, caps, time(index) + GstClockTime(offset), frameDuration)
        gst_caps_unref(caps)
      }
      let code = gst_video_time_code_new(30, 1, nil, GST_VIDEO_TIME_CODE_FLAGS_NONE, 1, 2, 3, guint(index), 0)
      gst_buffer_add_video_time_code_meta(buffer, code)
      gst_video_time_code_free(code)
      gst_buffer_add_video_region_of_interest_meta(buffer, "face", 1, 2, 3, 4)
      return buffer
    }

    private func time(_ index: Int) -> GstClockTime { GstClockTime(index + 1) * second }

    /// The frame that a buffer says it was made from; `nil` where it does not say so by every clock.
    private func frame(of pulled: Pulled) -> Int? {
      let times: [GstClockTime] = Self.clocks.compactMap { clock in
        let caps = gst_caps_from_string(clock)
        defer { gst_caps_unref(caps) }
        return gst_buffer_get_reference_timestamp_meta(pulled.buffer, caps).map { $0.pointee.timestamp }
      }
      guard times.count == 2, times[1] == times[0] + 1,
        gst_buffer_get_n_meta(pulled.buffer, gst_reference_timestamp_meta_api_get_type()) == 2,
        gst_buffer_get_n_meta(pulled.buffer, gst_video_time_code_meta_api_get_type()) == 1,
        gst_buffer_get_n_meta(pulled.buffer, gst_video_region_of_interest_meta_api_get_type()) == 0,
        let code = gst_buffer_get_meta(pulled.buffer, gst_video_time_code_meta_api_get_type())
      else { return nil }
      let index = UnsafeMutableRawPointer(code).assumingMemoryBound(to: GstVideoTimeCodeMeta.self).pointee.tc.frames
      return times[0] == time(Int(index)) ? Int(index) : nil
    }

    @Test func theyWaitWithTheirFrameInAChunk() throws {
      let bench = Bench(["model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2), mask: true)
      for index in 0..<6 { bench.push(index, buffer: frame(index)) }
      bench.push(6)
      bench.endOfStream()
      let expected: [Int?] = [0, 1, 2, 3, 4, 5, nil]
      #expect(bench.pullAll().map(frame(of:)) == expected)
      #expect(bench.pullAll(bench.mask).map(frame(of:)) == expected)
    }

    @Test func aRepeatedPictureHasThoseOfItsOwnFrame() {
      let bench = Bench(
        ["on-lag": "repeat", "max-lag": "100000000"], scene: Scene(assumedMetres: 2), mask: true, live: true)
      gst_harness_set_time(bench.exo, 0)
      bench.push(0, buffer: frame(0))
      let first = bench.pull()
      gst_harness_set_time(bench.exo, second)
      bench.push(1, buffer: frame(1))
      bench.push(2)
      bench.endOfStream()
      let egos = (first.map { [$0] } ?? []) + bench.pullAll()
      #expect(egos.map(frame(of:)) == [0, 1, nil])
      #expect(bench.pullAll(bench.mask).map(frame(of:)) == [0, 1, nil])
      #expect(bench.statistic("frames-repeated") == 2)
    }
  }
}
