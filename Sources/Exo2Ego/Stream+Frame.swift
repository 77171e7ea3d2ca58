import CExo2Ego
import CGStreamer
import Compute
import EgoStream
import Geometry

extension Stream {
  /// Gives one exo frame and its depth to the engine, then pushes what is finished.
  func takeFrame(_ exo: Held<GstBuffer>, at time: FrameTime, depth: HeldDepth?) -> GstFlowReturn {
    stopwatch.start()
    waitedForDepth = timeWaited(for: exo)
    timeline.advance(past: time, interval: interval)
    element.shared.withLock { $0.statistics.framesIn &+= 1 }
    if let late = lateness(of: time) {
      switch element.shared.withLock({ $0.settings.onLag }) {
      case GST_EXO2EGO_ON_LAG_DROP:
        drop(time, late: late)
        return emit()
      case GST_EXO2EGO_ON_LAG_REPEAT where lastEgo != nil || queue.holdsFrame:
        queue.append(.repeated(slot(for: exo, at: time, hasDepth: depth != nil)))
        return emit()
      default: break
      }
    }
    guard let session, let converter else { return GST_FLOW_NOT_NEGOTIATED }
    do {
      try push(exo, to: session, through: converter, at: time, depth: depth)
    } catch {
      return element.fail(error)
    }
    tellOfFallback()
    tellOfCorrection()
    tellOfPoses()
    queue.append(.frame(slot(for: exo, at: time, hasDepth: depth != nil)))
    let flow = emit()
    // Of each frame that came, not of each that left: a chunk's leave together, after the work of one.
    let processing = stopwatch.nanoseconds
    element.shared.withLock { $0.statistics.addProcessing(nanoseconds: processing) }
    declareLatency()
    return flow
  }

  private func slot(for exo: Held<GstBuffer>, at time: FrameTime, hasDepth: Bool) -> FrameSlot {
    defer { nextIsDiscontinuous = false }
    return exo.with { FrameSlot($0, at: time, hasDepth: hasDepth, followsGap: nextIsDiscontinuous) }
  }

  private func push(
    _ exo: Held<GstBuffer>, to session: EgoSession, through converter: ExoConverter, at time: FrameTime,
    depth: HeldDepth?
  ) throws {
    let colour = try exo.with { try converter.convert($0) }
    func push(_ plane: DepthPlane?) throws {
      try session.push(
        ExoFrame(
          colour: colour, depth: plane, presentationNanoseconds: Int64(clamping: time.presentation),
          mediaNanoseconds: time.media, hostNanoseconds: captureTime(of: time)))
    }
    if let depth {
      try depth.withPlane(push)
    } else {
      try push(nil)
    }
  }

  /// When the frame was captured on the host's monotonic clock, as well as the pipeline's clock tells.
  private func captureTime(of time: FrameTime) -> Int64 {
    let now = Int64(clamping: gst_util_get_timestamp())
    guard upstreamLatency != nil, let running = time.running, let clockNow = runningTimeNow else { return now }
    return now &- (clockNow &- running)
  }

  /// How late the frame is; `nil` when that is no more than `max-lag` and the making of the chunk before it, and where time
  /// does not matter.
  private func lateness(of time: FrameTime) -> Int64? {
    let (onLag, maximum) = element.shared.withLock { ($0.settings.onLag, $0.settings.maximumLagNanoseconds) }
    guard onLag != GST_EXO2EGO_ON_LAG_WAIT, let upstreamLatency, let running = time.running, let now = runningTimeNow
    else { return nil }
    let lag = now &- running &- Int64(clamping: upstreamLatency)
    return lag > Int64(clamping: maximum &+ latency.chunkNanoseconds) ? lag : nil
  }

  /// The least latency of what is upstream; `nil` when the pipeline is not live.
  var upstreamLatency: UInt64? {
    let all = gst_aggregator_get_latency(element.aggregator)
    guard all != noTime else { return nil }
    let own = latency.declared
    return all > own ? UInt64(all) - own : 0
  }

  /// How long after upstream's latency a frame is ready, in a live pipeline.
  func timeBehind(_ slot: FrameSlot) -> UInt64? {
    guard let upstreamLatency, let running = slot.running, let now = runningTimeNow else { return nil }
    return UInt64(clamping: now &- running &- Int64(clamping: upstreamLatency))
  }

  /// How long depth was waited for, where it was.
  private func timeWaited(for exo: Held<GstBuffer>) -> UInt64 {
    guard let firstLook, firstLook.presentation == exo.with({ $0.pointee.pts }), let now = runningTimeNow else {
      return 0
    }
    return min(UInt64(clamping: now &- firstLook.running), interval)
  }

  /// The pipeline's running time; `nil` without a clock.
  var runningTimeNow: Int64? {
    guard let clock = gst_element_get_clock(element.gstElement) else { return nil }
    defer { gst_object_unref(clock) }
    let base = gst_element_get_base_time(element.gstElement)
    guard base != noTime else { return nil }
    return Int64(clamping: gst_clock_get_time(clock)) &- Int64(clamping: base)
  }

  private func drop(_ time: FrameTime, late: Int64) {
    nextIsDiscontinuous = true
    let (processed, dropped) = element.shared.withLock { shared in
      shared.statistics.framesDropped &+= 1
      return (shared.statistics.framesOut, shared.statistics.framesDropped)
    }
    var segment = element.sink.pointee.segment
    let streamTime =
      segment.format == GST_FORMAT_TIME
      ? gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, time.presentation) : noTime
    let message = gst_message_new_qos(
      UnsafeMutableRawPointer(element.element).assumingMemoryBound(to: GstObject.self), 1,
      time.running.map { GstClockTime(clamping: $0) } ?? noTime, streamTime, time.presentation, time.duration)
    gst_message_set_qos_values(message, Int(late), 1, 1_000_000)
    gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, numericCast(processed), numericCast(dropped))
    gst_element_post_message(element.gstElement, message)
  }

  /// Tells the pipeline when what this element needs has changed.
  func declareLatency() {
    // Before the first caps, upstream may not yet know whether it is live, and the base class would keep its answer.
    let upstream = exoFormat == nil ? nil : upstreamLatency
    latency.interval = interval
    latency.delayFrames = UInt64(clamping: session?.delayFrames ?? 0)
    let isChanged = latency.update()
    totalLatency = (upstream ?? 0) &+ latency.declared
    guard isChanged else { return }
    let declared = latency.declared
    element.shared.withLock { $0.statistics.declaredLatencyNanoseconds = declared }
    element.log("declares a latency of \(declared) ns")
    gst_aggregator_set_latency(element.aggregator, numericCast(declared), numericCast(latency.maximum))
  }
}
