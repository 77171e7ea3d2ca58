import ArgumentParser
import CGStreamerApp
import ClipIO
import Compute
import EgoStream

/// How late frames come out of a real pipeline, and where the time goes.
struct LatencyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latency",
    abstract: "Runs a real pipeline with the element in it and times every frame at every stage.",
    discussion: """
      Without --live the clip is decoded from its files as fast as the element takes it: latency_ms is then the time \
      inside the element. With --live its frames come at their own rate by the clock, as from a camera, and go to a \
      sink synchronised to the clock: latency_ms is then from capture to the moment the sink shows the frame.
      """)

  @OptionGroup var engine: EngineOptions

  @OptionGroup var model: ModelOptions

  @Flag(help: "Pace the frames by the clock, as a camera would.")
  var live = false

  @Option(help: "How many frames at most; the default is the clip once, or 300 when live, forth and back.")
  var frames: Int?

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  @Option(help: "Write a plot of every frame's latency here (.svg).")
  var plot: String?

  func validate() throws {
    try requireFrames(frames)
    guard engine.photometric else {
      throw ValidationError("--no-photometric: the element always applies the calibration's profile; leave it out")
    }
  }

  func run() throws {
    let clip = try Clip(folder: engine.clip)
    try requireOutputs([("--json", json), ("--plot", plot)], inputs: engine.inputs(of: clip))
    let run = try LatencyRun(clip: clip, engine: engine, model: model, live: live, frames: frames)
    try run.play()
    let report = try run.report()
    try writeReport(report, to: json)
    writeProgress(report.inWords)
    if let plot { try writeText(run.chart.svg, to: plot) }
  }
}

/// What `egobench latency` prints.
struct LatencyReport: Encodable {
  struct Stages: Encodable {
    var convert: Distribution?
    /// Lifting, fusing and rendering, as the element measures them; the rest of its time is waiting.
    var process_mean: Double?
    var process_max: Double?
    var element: Distribution?
    var end_to_end: Distribution?
  }

  var clip: String
  var live: Bool
  var frames_in: Int
  var frames_out: Int
  var dropped: Int
  /// Frames that were ready only after the moment the sink should have shown them.
  var late: Int?
  var latency_ms: Distribution?
  /// What the element answers to a LATENCY query.
  var declared_latency_ms: Double
  var stages_ms: Stages
  /// The element's own statistics.
  var element_stats: [String: Double]
  var fps: Double
  var peak_rss_mb: Double
  var backend: String
  var device: String
  /// The model's folder, or `none`; and the frames that are made together.
  var model: String
  var chunk_frames: Int
}

extension LatencyReport {
  /// The figures that matter most, in a line.
  var inWords: String {
    func times(_ name: String, _ distribution: Distribution?) -> String {
      distribution.map { ", \(name) \($0.p50) ms (p95 \($0.p95), max \($0.max))" } ?? ""
    }
    return "\(frames_in) frames in, \(frames_out) out, \(dropped) dropped, \(fps) fps"
      + times("in the element", stages_ms.element) + times("capture to sink", stages_ms.end_to_end)
      + ", declared \(declared_latency_ms) ms, \(backend), peak \(peak_rss_mb) MB, \(modelInWords)"
  }

  private var modelInWords: String {
    model == ModelLibrary.noModel ? "no model" : "model \(model), \(chunk_frames) frames a chunk"
  }
}
