import CGStreamerCheck
import Foundation
import TestSupport
import Testing

extension Exo2EgoTests {
  @Suite struct Live {
    private func latency(_ bench: Bench, on pad: String = "src") -> (
      live: Bool, least: GstClockTime, most: GstClockTime
    )? {
      guard let source = gst_element_get_static_pad(bench.element, pad), let query = gst_query_new_latency() else {
        return nil
      }
      defer {
        gst_object_unref(source)
        gst_query_unref(query)
      }
      guard gst_pad_query(source, query) != 0 else { return nil }
      var (live, least, most): (gboolean, GstClockTime, GstClockTime) = (0, 0, 0)
      gst_query_parse_latency(query, &live, &least, &most)
      return (live != 0, least, most)
    }

    @Test func latencyIsUpstreamsAndOneFrame() throws {
      for pad in ["src", "mask"] {
        let bench = Bench(scene: Scene(assumedMetres: 2), mask: true, live: true)
        gst_harness_set_upstream_latency(bench.exo, 20_000_000)
        bench.push(0)
        #expect(bench.pull() != nil)
        let answer = try #require(latency(bench, on: pad))
        #expect(answer.live)
        #expect(answer.least == 20_000_000 + frameDuration)
        #expect(answer.most == noTime || answer.most >= answer.least)
        #expect(bench.message(GST_MESSAGE_LATENCY) != nil)
      }
    }

    @Test func latencyFollowsTheFramerate() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2), live: true, exoCaps: caps("RGB", 64, 48, framerate: "10/1"))
      gst_harness_set_upstream_latency(bench.exo, 0)
      bench.push(0)
      #expect(bench.pull() != nil)
      #expect(try #require(latency(bench)).least == second / 10)
    }

    @Test func withoutALiveSourceLatencyIsNotLive() throws {
      let bench = Bench(scene: Scene(assumedMetres: 2))
      bench.push(0)
      #expect(bench.pull() != nil)
      #expect(try #require(latency(bench)).live == false)
    }

    /// A clock far past the frame's time makes it late.
    private func lateBench(_ onLag: String) -> Bench {
      let bench = Bench(
        ["on-lag": onLag, "max-lag": "100000000"], scene: Scene(assumedMetres: 2), mask: true, live: true)
      gst_harness_set_time(bench.exo, 0)
      bench.push(0)
      _ = bench.pull()
      gst_harness_set_time(bench.exo, second)
      bench.push(1)
      gst_harness_set_time(bench.exo, second)
      bench.push(30)
      bench.endOfStream()
      return bench
    }

    @Test func lateFramesAreDroppedWithAMessage() throws {
      let bench = lateBench("drop")
      let rest = bench.pullAll()
      #expect(rest.map(\.timestamp) == [30 * frameDuration])
      #expect(rest.first?.isDiscontinuous == true)
      #expect(bench.statistic("frames-dropped") == 1)
      let message = try #require(bench.message(GST_MESSAGE_QOS))
      #expect(message.dropped == 1 && message.processed == 1)
      #expect(bench.message(GST_MESSAGE_QOS, waiting: 0) == nil)
      let masks = bench.pullAll(bench.mask)
      #expect(masks.map { $0.timestamp / frameDuration } == [0, 30])
      #expect(masks.last?.isDiscontinuous == true)
    }

    /// The frames before a gap may still wait in the model's chunk when it is found.
    @Test func theFrameAfterAGapSaysSo() throws {
      let bench = Bench(
        ["on-lag": "drop", "max-lag": "100000000", "model": try ToyModel.folder("toy")], scene: Scene(assumedMetres: 2),
        live: true)
      let frames = [(0, 0), (1, frameDuration), (2, second), (30, second), (31, second + frameDuration)]
      for (count, (index, now)) in frames.enumerated() {
        gst_harness_set_time(bench.exo, now)
        bench.push(index)
        // The element's own thread looks at the clock.
        for _ in 0..<1000 where bench.statistic("frames-in") != UInt64(count + 1) { usleep(10_000) }
      }
      bench.endOfStream()
      let pulled = bench.pullAll()
      #expect(pulled.map { $0.timestamp / frameDuration } == [0, 1, 30, 31])
      #expect(pulled.map(\.isDiscontinuous) == [true, false, true, false])
    }

    /// What a tracker sends in its own words is told of, and counted.
    @Test func posesThatCannotBeReadAreToldOf() throws {
      let path = "/tmp/egostream-poses-\(getpid()).sock"
      let bench = Bench(["pose": "unix:\(path)"], scene: Scene(assumedMetres: 2), live: true)
      bench.push(0)
      #expect(bench.message(GST_MESSAGE_WARNING)?.text.contains("no pose has come yet") == true)
      let tracker = PoseSender(path: path)
      for _ in 0..<3 { #expect(tracker.send("{\"timestamp\": 1, \"pos\": [0, 0, 0]}")) }
      var index = 1
      while bench.statistic("poses-refused") != 3, index < 200 {
        bench.push(index)
        index += 1
        usleep(10_000)
      }
      #expect(bench.statistic("poses-refused") == 3 && bench.statistic("poses-accepted") == 0)
      let warning = bench.message(GST_MESSAGE_WARNING)
      #expect(warning?.text.contains("pose=unix:\(path)") == true, "\(warning?.text ?? "none")")
      #expect(warning?.text.contains("refused") == true && warning?.text.contains("position") == true)
    }

    @Test func lateFramesAreRepeated() {
      let bench = lateBench("repeat")
      #expect(bench.pullAll().map(\.timestamp) == [frameDuration, 30 * frameDuration])
      #expect(bench.pullAll(bench.mask).map { $0.timestamp / frameDuration } == [0, 1, 30])
      #expect(bench.statistic("frames-repeated") == 1)
      #expect(bench.message(GST_MESSAGE_QOS, waiting: 0) == nil)
    }

    @Test func lateFramesAreWaitedFor() {
      let bench = lateBench("wait")
      #expect(bench.pullAll().map(\.timestamp) == [frameDuration, 30 * frameDuration])
      #expect(bench.statistic("frames-dropped") == 0)
    }

    @Test func depthThatDoesNotComeIsNotWaitedForLongerThanHalfAFrame() {
      let bench = Bench(depth: true, live: true)
      bench.pushDepth(0)
      bench.push(0)
      #expect(bench.pull() != nil)
      bench.push(1)
      #expect(gst_harness_crank_single_clock_wait(bench.exo) != 0)
      #expect(bench.pull()?.timestamp == frameDuration)
      #expect(bench.statistic("frames-without-depth") == 1)
    }
  }
}
