import CExo2Ego
import CGStreamer
import EgoStream
import Geometry

extension Stream {
  /// Pushes everything up to the first frame that the engine has not finished.
  func emit() -> GstFlowReturn {
    while let item = queue.first {
      if case .frame = item, session?.hasFinishedFrame != true { break }
      // Caps and segment go first on a pad, whatever order they and this came in.
      if case .event = item, segment == nil || sourceFormat == nil, !isFinishing { break }
      queue.removeFirst()
      let flow = emit(item)
      guard flow == GST_FLOW_OK else { return flow }
    }
    return GST_FLOW_OK
  }

  private func emit(_ item: OutputQueue.Item) -> GstFlowReturn {
    switch item {
    case .frame(let slot):
      return pushFinished(slot)
    case .repeated(let slot):
      return pushAgain(slot)
    case .segment(let event):
      event.with(setSegment)
    case .event(let event):
      event.with(push)
    case .format(let format):
      setFormat(format)
    }
    return GST_FLOW_OK
  }

  func setFormat(_ format: SourceFormat) {
    sourceFormat = format
    maskFormatChanged = true
    // A failure is met again, and answered, by the base class before the next frame.
    _ = gst_aggregator_negotiate(element.aggregator)
  }

  private func pushFinished(_ slot: FrameSlot) -> GstFlowReturn {
    guard let session, let sourceFormat else { return GST_FLOW_NOT_NEGOTIATED }
    let mask = configuredMask()
    var flow = GST_FLOW_OK
    guard let ego = acquireEgo(&flow) else { return flow }
    let maskBuffer = mask?.acquire()
    do {
      let egoFrame = try ego.with { try MappedFrame(writing: $0, as: sourceFormat.info, called: "ego") }
      let maskFrame = try maskBuffer?.with {
        try MappedFrame(writing: $0, as: sourceFormat.maskInfo, called: "mask")
      }
      let info = try withExtendedLifetime((egoFrame, maskFrame)) {
        try session.pull(ego: egoFrame.writablePlane(channels: 3), mask: maskFrame?.writablePlane(channels: 1))
      }
      guard let info else { throw ElementError(.failed, "the engine held fewer frames than it was given") }
      note(info, of: slot)
    } catch {
      return element.fail(error)
    }
    return push(ego, mask: maskBuffer, on: mask, as: slot)
  }

  private func pushAgain(_ slot: FrameSlot) -> GstFlowReturn {
    guard let ego = lastEgo?.with({ gst_buffer_copy($0) }) else { return GST_FLOW_OK }
    element.shared.withLock { $0.statistics.framesRepeated &+= 1 }
    return push(
      Held(taking: ego), mask: lastMask?.with { gst_buffer_copy($0) }.map { Held(taking: $0) },
      on: configuredMask(), as: slot)
  }

  /// Pushes one ego frame and its mask; both leave with the exo frame's times.
  private func push(
    _ ego: Held<GstBuffer>, mask maskBuffer: Held<GstBuffer>?, on mask: MaskOutput?, as slot: FrameSlot
  ) -> GstFlowReturn {
    ego.with { slot.stamp($0) }
    maskBuffer?.with { slot.stamp($0) }
    let keepsPicture = element.shared.withLock { $0.settings.onLag } == GST_EXO2EGO_ON_LAG_REPEAT
    lastEgo = keepsPicture ? ego.again() : nil
    lastMask = keepsPicture ? maskBuffer?.again() : nil
    let processing = stopwatch.nanoseconds
    let points = session?.mapPoints ?? 0
    element.shared.withLock { shared in
      shared.statistics.framesOut &+= 1
      shared.statistics.mapPoints = points
    }
    let spent = processing &+ waitedForDepth
    latency.add(processing: spent, behind: wasHeldDownstream ? min(spent, timeBehind(slot) ?? spent) : timeBehind(slot))
    stopwatch.pause()
    defer { stopwatch.resume() }
    // The mask goes first: a queue behind it then is enough for both sinks to preroll.
    let maskFlow = maskBuffer.flatMap { mask?.push($0.giveAway()) }
    let begin = gst_util_get_timestamp()
    let flow = gst_aggregator_finish_buffer(element.aggregator, ego.giveAway())
    wasHeldDownstream = gst_util_get_timestamp() &- begin > Self.heldNanoseconds
    guard let mask, let maskFlow else { return flow }
    return flow == GST_FLOW_NOT_LINKED || flow == GST_FLOW_OK ? mask.combined(maskFlow, with: flow) : flow
  }

  /// A sink that waits for the clock holds a frame for longer than this; one that does not, hardly ever.
  private static var heldNanoseconds: GstClockTime { 2_000_000 }

  private func acquireEgo(_ flow: inout GstFlowReturn) -> Held<GstBuffer>? {
    guard let pool = gst_aggregator_get_buffer_pool(element.aggregator) else {
      flow = GST_FLOW_NOT_NEGOTIATED
      return nil
    }
    defer { gst_object_unref(pool) }
    var buffer: UnsafeMutablePointer<GstBuffer>?
    flow = gst_buffer_pool_acquire_buffer(pool, &buffer, nil)
    guard flow == GST_FLOW_OK, let buffer else { return nil }
    return Held(taking: buffer)
  }

  /// The mask pad where there is one, ready for the present format.
  func configuredMask() -> MaskOutput? {
    guard let mask = element.shared.withLock({ $0.mask }) else { return nil }
    if !mask.hasJoined {
      mask.join(element.source)
      if let segment { mask.setSegment(segment.value, sequence: segment.sequence) }
    }
    if maskFormatChanged || !mask.isConfigured, let caps = sourceCaps(format: "GRAY8") {
      mask.configure(caps: Held(taking: caps))
      maskFormatChanged = false
    }
    return mask
  }

  private func note(_ info: EgoFrameInfo, of slot: FrameSlot) {
    let depthIsEmpty = slot.hasDepth && info.depthWasMissing
    element.shared.withLock { shared in
      shared.statistics.coverage = info.coverage
      if info.poseIsStale { shared.statistics.framesPoseStale &+= 1 }
      if depthIsEmpty { shared.statistics.framesWithEmptyDepth &+= 1 }
    }
    if info.depthWasMissing, !slot.hasDepth, !hasWarnedOfNoDepth, !hasDepthPad, session?.mapPoints == 0 {
      hasWarnedOfNoDepth = true
      element.warn(
        "nothing can be seen: no depth comes, and the calibration assumes none; link depth (GRAY16_LE) to the pad `depth`, or set "
          + "depth.assumed_metres in \(settings.calibration ?? "the calibration") for a flat backdrop", .settings)
    }
    // Frames whose depth did not come at all are counted, and warned of, when they are paired.
    let time = slot.running ?? Int64(clamping: slot.presentation)
    if slot.hasDepth, emptyDepthOutage.begins(away: depthIsEmpty, at: time) {
      element.warn(
        "depth came for the exo frame at \(slot.presentation) ns, but no sample of it is measured: the map is shown as it was; check depth.unit and depth.invalid in the calibration, and that nothing covers the sensor"
      )
    }
    // Before the first one it is the sender that is missing: said at once.
    if poseOutage.begins(away: info.poseIsStale, at: time, forGood: poses.counters?.accepted == 0) {
      element.warn(inWords(stalePoseAt: info.presentationNanoseconds))
    }
  }

  func setSegment(_ event: UnsafeMutablePointer<GstEvent>) {
    var segment = GstSegment()
    gst_event_copy_segment(event, &segment)
    if segment.format != GST_FORMAT_TIME { gst_segment_init(&segment, GST_FORMAT_TIME) }
    let sequence = gst_event_get_seqnum(event)
    self.segment = (segment, sequence)
    gst_aggregator_update_segment(element.aggregator, &segment)
    element.shared.withLock { $0.mask }?.setSegment(segment, sequence: sequence)
  }

  /// Pushes a serialized event on both source pads, behind the events that every stream starts with.
  private func push(_ event: UnsafeMutablePointer<GstEvent>) {
    // The mask first: one that is new takes over what `src` has, which this is not yet.
    let mask = configuredMask()
    pushMandatoryEvents()
    _ = gst_pad_push_event(element.source, gst_event_ref(event))
    mask?.push(event)
  }

  /// Makes the base class send stream-start, caps and segment, which it does only when a buffer is finished: an empty
  /// list has that effect, and is swallowed by the probe on the source pad.
  func pushMandatoryEvents() {
    guard let nothing = gst_buffer_list_new_sized(0) else { return }
    _ = gst_aggregator_finish_buffer_list(element.aggregator, nothing)
  }
}
