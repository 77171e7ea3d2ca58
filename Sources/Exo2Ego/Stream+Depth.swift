import CGStreamer
import Geometry

/// A depth buffer taken from its pad, with the caps it came under.
struct HeldDepth {
  let buffer: Held<GstBuffer>
  let info: GstVideoInfo
  let runningTime: Int64?

  func withPlane(_ body: (DepthPlane?) throws -> Void) throws {
    let frame = try buffer.with { try MappedFrame(reading: $0, as: info, called: "depth") }
    let base = frame.plane(0)
    let stride = frame.stride(0)
    guard stride % 2 == 0, UInt(bitPattern: base) % 2 == 0 else {
      throw ElementError(.format, "depth: 16-bit samples at an odd address or row stride (\(stride) bytes)")
    }
    try withExtendedLifetime(frame) {
      try body(
        DepthPlane(
          base: UnsafeRawPointer(base).assumingMemoryBound(to: UInt16.self), width: Int(info.width),
          height: Int(info.height), stride: stride))
    }
  }
}

enum DepthPairing {
  /// More depth has to come before it is known which belongs to the exo frame.
  case wait
  /// `nil` where there is none for the exo frame.
  case paired(HeldDepth?)
}

extension Stream {
  var hasDepthPad: Bool { withDepthPad { _ in true } ?? false }

  /// The depth nearest to an exo frame, within half a frame; earlier depth is thrown away, later depth stays queued.
  func pairDepth(with time: FrameTime, timedOut: Bool) -> DepthPairing {
    let pairing = withDepthPad { nearest(to: time, on: $0, timedOut: timedOut) }
    switch pairing {
    case .wait?:
      return .wait
    case .paired(let nearest)?:
      heldDepth = nil
      let depth = nearest.flatMap { fits($0) ? $0 : nil }
      note(depthIsMissing: depth == nil, misfit: depth == nil ? nearest?.info : nil, at: time)
      return .paired(depth)
    case nil:
      heldDepth = nil
      return .paired(nil)
    }
  }

  /// Whether depth is to be used for the exo frame.
  ///
  /// Cameras that change their size in mid-stream do not both do so with the same frame: once depth has fitted, that of another
  /// size counts as missing. Before, it goes to the engine, whose error says what is wrong with the pipeline.
  private func fits(_ depth: HeldDepth) -> Bool {
    let hasExoSize = depth.info.width == exoFormat?.info.width && depth.info.height == exoFormat?.info.height
    if hasExoSize { depthHasFitted = true }
    return hasExoSize || !depthHasFitted
  }

  private func nearest(
    to time: FrameTime, on pad: UnsafeMutablePointer<GstAggregatorPad>, timedOut: Bool
  ) -> DepthPairing {
    let frame = time.duration == noTime ? interval : UInt64(time.duration)
    let half = scaled(Int64(clamping: frame / 2))
    while let buffer = gst_aggregator_pad_peek_buffer(pad).map({ Held(taking: $0) }) {
      let (depthTime, duration, size) = buffer.with {
        (runningTime(of: $0, on: pad), $0.pointee.duration.asNanoseconds.map(scaled), gst_buffer_get_size($0))
      }
      let offset = depthTime.flatMap { depthTime in time.running.map { depthTime &- $0 } } ?? 0
      if size == 0 {
        // A gap: it says that no depth comes before its end.
        guard offset &+ (duration ?? 0) >= -half else {
          _ = gst_aggregator_pad_drop_buffer(pad)
          continue
        }
        return .paired(heldDepth)
      }
      if offset > half { return .paired(heldDepth) }
      if let heldDepth, distance(of: heldDepth, to: time) <= offset.magnitude { return .paired(heldDepth) }
      _ = gst_aggregator_pad_drop_buffer(pad)
      if offset < -half { continue }
      guard let depthInfo else { return .paired(nil) }
      let candidate = HeldDepth(buffer: buffer, info: depthInfo, runningTime: depthTime)
      heldDepth = candidate
      // Wait for the next one only where it can be nearer than this one.
      let step = duration ?? scaled(Int64(clamping: frameInterval(of: depthInfo) ?? 0))
      if offset >= 0 || (step != 0 && (offset &+ step).magnitude >= offset.magnitude) { return .paired(candidate) }
    }
    return timedOut || gst_aggregator_pad_is_eos(pad) != 0 ? .paired(heldDepth) : .wait
  }

  /// A stretch of the stream as it passes in running time: shorter where the exo stream plays faster.
  func scaled(_ nanoseconds: Int64) -> Int64 {
    let rate = abs(element.sink.pointee.segment.rate)
    guard rate > 0, rate != 1 else { return nanoseconds }
    return Int64(exactly: (Double(nanoseconds) / rate).rounded()) ?? nanoseconds
  }

  /// Throws away depth that came for a stretch without exo frames.
  /// - Parameter end: Running time; `nil` throws nothing away.
  /// - Returns: whether no more of it can come.
  func dropDepth(before end: Int64?) -> Bool {
    guard let end else { return true }
    let half = scaled(Int64(clamping: interval / 2))
    return withDepthPad { pad in
      while let buffer = gst_aggregator_pad_peek_buffer(pad).map({ Held(taking: $0) }) {
        guard let depthTime = buffer.with({ runningTime(of: $0, on: pad) }), depthTime < end &- half else {
          return true
        }
        _ = gst_aggregator_pad_drop_buffer(pad)
      }
      return gst_aggregator_pad_is_eos(pad) != 0
    } ?? true
  }

  private func distance(of depth: HeldDepth, to time: FrameTime) -> UInt64 {
    guard let depthTime = depth.runningTime, let running = time.running else { return 0 }
    return (depthTime &- running).magnitude
  }

  private func runningTime(
    of buffer: UnsafeMutablePointer<GstBuffer>, on pad: UnsafeMutablePointer<GstAggregatorPad>
  ) -> Int64? {
    let presentation = buffer.pointee.pts
    guard presentation != noTime, pad.pointee.segment.format == GST_FORMAT_TIME else { return nil }
    return gst_segment_to_running_time(&pad.pointee.segment, GST_FORMAT_TIME, presentation).asNanoseconds
  }

  /// When the base class stops waiting for depth, in a live pipeline: running time less the latency that it adds.
  func depthDeadline() -> GstClockTime {
    guard hasDepthPad else { return noTime }
    guard let exo = gst_aggregator_pad_peek_buffer(element.sink) else {
      return gst_aggregator_pad_is_eos(element.sink) != 0 ? 0 : noTime
    }
    defer { gst_buffer_unref(exo) }
    var segment = element.sink.pointee.segment
    guard segment.format == GST_FORMAT_TIME, exo.pointee.pts != noTime else { return 0 }
    let running = gst_segment_to_running_time(&segment, GST_FORMAT_TIME, exo.pointee.pts)
    guard running != noTime, running < GstClockTime(Int64.max) else { return 0 }
    let patience = Int64(clamping: interval / 2)
    let onTime = Int64(clamping: running) &+ patience &- Int64(clamping: latency.declared)
    // Where this element itself is behind, depth still gets as long from the first look on.
    if firstLook?.presentation != exo.pointee.pts, let now = runningTimeNow {
      firstLook = (exo.pointee.pts, now)
    }
    let late = firstLook.map { $0.running &+ patience &- Int64(clamping: totalLatency) } ?? 0
    return GstClockTime(max(onTime, late, 0))
  }

  private func withDepthPad<Result>(_ body: (UnsafeMutablePointer<GstAggregatorPad>) -> Result) -> Result? {
    guard let pad = gst_element_get_static_pad(element.gstElement, "depth") else { return nil }
    defer { gst_object_unref(pad) }
    return body(pad.cast())
  }

  /// - Parameter misfit: What the depth is that came and is of another size than the exo frame.
  private func note(depthIsMissing missing: Bool, misfit: GstVideoInfo?, at time: FrameTime) {
    if missing { element.shared.withLock { $0.statistics.framesWithoutDepth &+= 1 } }
    let hasEnded = missing && withDepthPad { gst_aggregator_pad_is_eos($0) != 0 } == true
    if depthOutage.begins(away: missing, at: time.running ?? time.media, forGood: hasEnded) {
      let came = misfit.map { info in
        "depth of \(info.width)×\(info.height) came, of another size than the exo picture's \(sessionSize.width)×\(sessionSize.height),"
      }
      element.warn(
        "\(came ?? "no depth came") for the exo frame at \(time.presentation) ns: the map is shown as it was")
    }
  }
}
