import CExo2Ego
import CGStreamer
import Compute
import EgoStream
import Geometry

/// One run from READY to PAUSED and back, opened before it: the engine, and everything the source thread alone touches.
final class Stream {
  /// The element owns the stream, and outlives it.
  unowned let element: Exo2EgoElement
  let settings: Settings
  let calibration: Calibration
  let poses: any PoseSource
  /// The model's folder; empty for none.
  let model: String

  /// Made at the start for the calibration's picture size, and anew where the exo caps differ.
  var session: EgoSession?
  var sessionSize = (width: 0, height: 0)
  var converter: ExoConverter?
  var exoFormat: ExoFormat?
  var depthInfo: GstVideoInfo?
  /// What `src` says it is: changed in order with the frames.
  var sourceFormat: SourceFormat?
  var maskFormatChanged = true
  /// What `src` has, and the number of the event that it came in, since the start or the last flush.
  var segment: (value: GstSegment, sequence: guint32)?
  /// The exo stream has ended: nothing waits any longer.
  var isFinishing = false

  var queue = OutputQueue()
  var timeline = Timeline()
  var heldDepth: HeldDepth?
  /// Depth of the exo picture's size has come.
  var depthHasFitted = false
  /// When the present exo frame's depth was first missed.
  var firstLook: (presentation: GstClockTime, running: Int64)?
  var waitedForDepth: UInt64 = 0
  /// The last ego frame was held up downstream: the next one's time behind says nothing of this element.
  var wasHeldDownstream = false
  /// Upstream's and our own latency, as they last were: the base class's lock may be held when they are needed.
  var totalLatency: UInt64 = 0
  var latency = LatencyEstimate()
  var stopwatch = Stopwatch()
  /// Kept for `on-lag=repeat` only.
  var lastEgo: Held<GstBuffer>?
  var lastMask: Held<GstBuffer>?
  /// A frame was left out since the last that came in: the next one that does follows a gap.
  var nextIsDiscontinuous = true
  /// Where the engine ran when that was last told of.
  var toldBackend: BackendChoice?
  /// What the pose source had refused when that was last told of.
  var toldRefusals = 0
  /// Depth does not come.
  var depthOutage = Outage()
  /// Depth comes, but no sample of it is measured.
  var emptyDepthOutage = Outage()
  var hasWarnedOfNoDepth = false
  /// Poses do not come.
  var poseOutage = Outage()
  /// Of the exo camera's calibration, as it was last told of.
  var correction = ExoCorrection.none
  var hasWarnedOfCorrection = false
  /// An error met in an event handler, which the base class asks for at the next frame.
  var failedFlow: GstFlowReturn?

  /// Opens the calibration, the pose source and the model.
  init(element: Exo2EgoElement, settings: Settings) throws {
    self.element = element
    self.settings = settings
    guard let path = settings.calibration, !path.isEmpty else {
      throw ElementError(.notFound, "no calibration: set the `calibration` property to a calibration document (JSON)")
    }
    guard g_file_test(path, G_FILE_TEST_IS_REGULAR) != 0 else {
      throw ElementError(.notFound, "calibration=\(path): no such file")
    }
    calibration = try Calibration(contentsOfFile: path)
    poses = try openPoseSource(settings.pose, calibration: calibration)
    model = try element.folder(ofModel: settings.model)
    // Before the first frame, which in a live pipeline would be late by as long as this takes.
    try open(width: calibration.exo.width, height: calibration.exo.height)
  }

  /// Called when every sink pad has something or has ended, or when depth did not come in time.
  func aggregate(timedOut: Bool) -> GstFlowReturn {
    if let failedFlow { return failedFlow }
    guard let exo = gst_aggregator_pad_peek_buffer(element.sink).map({ Held(taking: $0) }) else {
      return gst_aggregator_pad_is_eos(element.sink) != 0 ? finish() : .needData
    }
    let time = exo.with { timeline.time(of: $0, in: element.sink.pointee.segment, isLive: upstreamLatency != nil) }
    if exo.with(isGap) { return takeGap(time, timedOut: timedOut) }
    switch pairDepth(with: time, timedOut: timedOut) {
    case .wait:
      return .needData
    case .paired(let depth):
      _ = gst_aggregator_pad_drop_buffer(element.sink)
      return takeFrame(exo, at: time, depth: depth)
    }
  }

  /// No more exo frames come: pushes what the engine still holds.
  private func finish() -> GstFlowReturn {
    isFinishing = true
    let flow = drain()
    return flow == GST_FLOW_OK ? GST_FLOW_EOS : flow
  }

  /// Makes the engine finish its frames and pushes them.
  func drain() -> GstFlowReturn {
    do {
      try session?.drain()
    } catch {
      return element.fail(error)
    }
    tellOfFallback()
    return emit()
  }

  /// Forgets frames and events in flight; the map stays, since a seek does not move the furniture.
  func flush() {
    session?.flush(forgetMap: false)
    queue.flush()
    timeline.flush()
    heldDepth = nil
    firstLook = nil
    segment = nil
    isFinishing = false
    lastEgo = nil
    lastMask = nil
    nextIsDiscontinuous = true
    depthOutage = Outage()
    emptyDepthOutage = Outage()
    poseOutage = Outage()
    failedFlow = nil
  }

  /// Nanoseconds from one exo frame to the next: as the caps say, or as the frames have come, or as a guess.
  var interval: UInt64 {
    exoFormat.flatMap { frameInterval(of: $0.info) } ?? timeline.interval ?? ExoFormat.intervalWhenUnknown
  }
}
