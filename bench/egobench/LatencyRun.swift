import CGStreamerApp
import ClipIO
import Compute
import EgoStream

/// One run of a pipeline with a stopwatch at every stage.
final class LatencyRun {
  private let clip: Clip
  private let live: Bool
  /// Of a live run, which would have no end.
  private let limit: Int
  private let camera: LiveCamera?
  private let requestedBackend: BackendChoice
  // The stopwatches are before the pipeline, so that they are still there when it stops.
  private let captured = PadStopwatch()
  private let converted = (in: PadStopwatch(), out: PadStopwatch())
  private let element = (in: PadStopwatch(), out: PadStopwatch())
  private let shown = PadStopwatch()
  private let end: FrameLimit?
  private let pipeline: Pipeline
  private let view: UnsafeMutablePointer<GstElement>
  private var declaredSeconds = 0.0

  /// How many frames of a clip are held in memory for a live run.
  private static let heldFrames = 60

  init(clip: Clip, engine: EngineOptions, model: ModelOptions, live: Bool, frames: Int?) throws {
    self.clip = clip
    self.live = live
    requestedBackend = engine.backend
    limit = frames ?? 300
    camera = live ? try LiveCamera(clip, limit: Self.heldFrames) : nil
    pipeline = try Pipeline(Self.launchLine(clip: clip, engine: engine, model: model, camera: camera))
    guard let view = pipeline.named("view"), let convert = pipeline.named("convert") else {
      throw Failure(.library, "pipeline has lost its elements")
    }
    self.view = view
    // Before the stopwatches, which then see no frame that it holds back.
    end = live ? nil : frames.map(FrameLimit.init)
    guard end?.end("sink", of: convert) ?? true else { throw Failure(.library, "videoconvert has no sink pad") }
    guard converted.in.watch("sink", of: convert), converted.out.watch("src", of: convert),
      element.in.watch("sink", of: view), element.out.watch("src", of: view)
    else { throw Failure(.library, "exo2ego has no sink or src pad") }
    guard let sink = pipeline.named("shown") else { throw Failure(.library, "fakesink is not installed") }
    // A sink hands a frame off after it waited for the clock: the moment the frame would be seen.
    g_signal_connect_data(
      sink, "handoff",
      unsafeBitCast(
        { _, buffer, _, context in
          Unmanaged<PadStopwatch>.fromOpaque(context).takeUnretainedValue().note(buffer.pointee.pts)
        }
          as @convention(c) (
            UnsafeMutableRawPointer, UnsafeMutablePointer<GstBuffer>, UnsafeMutableRawPointer, UnsafeMutableRawPointer
          ) -> Void, to: GCallback.self),
      Unmanaged.passUnretained(shown).toOpaque(), nil, GConnectFlags(rawValue: 0))
  }

  private static func launchLine(
    clip: Clip, engine: EngineOptions, model: ModelOptions, camera: LiveCamera?
  ) throws(Failure) -> String {
    var view = "exo2ego name=view calibration=\(launchQuoted(clip.calibrationFile)) backend=\(engine.backend.rawValue)"
    view += " fill=\(engine.fill.rawValue) align=\(engine.align.rawValue)"
    view += " model=\(launchQuoted(model.model.isEmpty ? ModelLibrary.noModel : model.model)) steps=\(model.steps)"
    view += " model-interval=\(model.modelInterval)"
    if !engine.device.isEmpty { view += " device=\(launchQuoted(engine.device))" }
    if !engine.pose.isEmpty { view += " pose=\(launchQuoted(engine.pose))" }
    // A sink that waits for the clock must not hold up the element: each of the ready pipelines has this queue.
    let sink = "queue ! fakesink name=shown signal-handoffs=true processing-deadline=0 sync=\(camera != nil)"
    var colour: String
    var depth: String?
    if let camera {
      // The queue is what any live pipeline has: it lets the camera's thread go on while a frame is converted.
      let source = "appsrc is-live=true format=time max-buffers=0 max-bytes=0 max-time=0"
      colour = "\(source) name=exo caps=\(launchQuoted(camera.colourCaps))"
      depth = camera.depthCaps.map { "\(source) name=depth caps=\(launchQuoted($0))" }
    } else {
      colour = "filesrc location=\(launchQuoted(clip.exoFile)) ! decodebin ! queue"
      if let file = clip.depthFile { depth = "\(try DepthVideo(file).launch) ! queue" }
    }
    colour += " ! videoconvert name=convert ! \(view) ! \(sink)"
    return colour + (depth.map { "  \($0) ! view.depth" } ?? "")
  }

  func play() throws {
    try pipeline.play()
    if let camera {
      try camera.play(into: pipeline, colourSource: "exo", depthSource: "depth", frames: limit, pushed: captured)
    }
    try pipeline.waitForEnd()
    declaredSeconds = askLatency()
  }

  private func askLatency() -> Double {
    guard let query = gst_query_new_latency(), let pad = gst_element_get_static_pad(view, "src") else { return 0 }
    defer {
      gst_query_unref(query)
      gst_object_unref(pad)
    }
    guard gst_pad_query(pad, query) != 0 else { return 0 }
    var minimum: GstClockTime = 0
    gst_query_parse_latency(query, nil, &minimum, nil)
    return Double(minimum) / 1e9
  }

  private var inElement: [(timestamp: GstClockTime, seconds: Double)] { element.in.seconds(to: element.out) }
  private var endToEnd: [(timestamp: GstClockTime, seconds: Double)] { captured.seconds(to: shown) }

  func report() throws -> LatencyReport {
    let stats = ElementStatistics(of: view)
    guard element.out.count > 0 else { throw Failure(.library, "no frame came out of the element") }
    let elementDistribution = Distribution(seconds: inElement.map(\.seconds))
    let endDistribution = Distribution(seconds: endToEnd.map(\.seconds))
    let outTimes = element.out.passed.values
    let span = (outTimes.max() ?? 0) - (outTimes.min() ?? 0)
    return LatencyReport(
      clip: clip.name, live: live, frames_in: element.in.count, frames_out: element.out.count,
      dropped: element.in.count - element.out.count,
      late: live ? captured.seconds(to: element.out).filter { $0.seconds > declaredSeconds }.count : nil,
      latency_ms: live ? endDistribution : elementDistribution, declared_latency_ms: rounded(declaredSeconds * 1000),
      stages_ms: .init(
        convert: Distribution(seconds: converted.in.seconds(to: converted.out).map(\.seconds)),
        process_mean: stats.numbers["processing-time-mean"].map { rounded($0 / 1e6) },
        process_max: stats.numbers["processing-time-max"].map { rounded($0 / 1e6) },
        element: elementDistribution, end_to_end: endDistribution),
      element_stats: stats.numbers, fps: rounded(span > 0 ? Double(element.out.count - 1) / span : 0),
      peak_rss_mb: ProcessMemory.peakMegabytes, backend: stats.words["backend"] ?? requestedBackend.rawValue,
      device: stats.words["device"] ?? "", model: stats.words["model"] ?? "",
      chunk_frames: Int(stats.numbers["chunk-frames"] ?? 1))
  }

  var chart: LinePlot {
    func line(_ name: String, _ colour: String, _ times: [(timestamp: GstClockTime, seconds: Double)])
      -> LinePlot.Series
    {
      .init(
        name: name, colour: colour, points: times.enumerated().map { (Double($0.offset), $0.element.seconds * 1000) })
    }
    var series = [line("in the element", "#36c", inElement)]
    if live {
      series.append(line("capture to sink", "#c33", endToEnd))
      let declared = declaredSeconds * 1000
      series.append(
        .init(
          name: "declared", colour: "#999", points: [(0, declared), (Double(max(endToEnd.count, 2) - 1), declared)]))
    }
    return LinePlot(title: "Latency a frame, \(clip.name)", xLabel: "frame", yLabel: "ms", series: series)
  }
}
