import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// Whether the engine stays as fast and as small as it was: a clip forth and back, for many thousand frames.
struct SoakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Runs the engine for a long time and fails when it slows down or grows.",
    discussion: """
      Of 3000 frames or more the last thousand is judged against the second: time a frame within 5%, memory within 8 MB. \
      Memory may reach 400 MB at the peak. On the CPU backend the time is processor time, which other programs on the machine do not \
      lengthen; on a GPU it is the clock's.
      """)

  @OptionGroup var engine: EngineOptions

  @OptionGroup var model: ModelOptions

  @Option(help: "How many frames to push.")
  var frames = 10_000

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  @Option(help: "Write a plot of time and memory here (.svg).")
  var plot: String?

  struct Thousand: Encodable {
    var frames: Int
    var ms_per_frame: Double
    var processor_ms_per_frame: Double
    var rss_mb: Double
  }

  struct Report: Encodable {
    var frames: Int
    var model: String
    var backend: String
    var device: String
    var fps: Double
    /// Time a frame in the last thousand over that in the second thousand: the first one warms up.
    var time_ratio: Double?
    var processor_time_ratio: Double?
    var rss_growth_mb: Double?
    var peak_rss_mb: Double
    var thousands: [Thousand]
    var failures: [String]
    /// Why growth was not judged, where it was not.
    var unjudged: String?
  }

  private static let mostTimeRatio = 1.05
  private static let mostGrowthMegabytes = 8.0
  private static let mostPeakMegabytes = 400.0
  /// Frames held in memory; a longer clip would count against the peak.
  private static let heldFrames = 49

  func validate() throws { try requireFrames(frames) }

  func run() throws {
    let clip = try Clip(folder: engine.clip)
    try requireOutputs([("--json", json), ("--plot", plot)], inputs: engine.inputs(of: clip))
    let held = try HeldFrames(clip, limit: Self.heldFrames)
    let folder = try model.folder()
    let renderer = try engine.renderer(for: clip, model: folder, model)
    var thousands: [Thousand] = []
    var before = (wall: 0.0, processor: 0.0)
    for index in 0..<frames {
      try held.withFrame(pingPong: index) { clipIndex, colour, depth in
        try renderer.render(index: index, clipIndex: clipIndex, colour: colour, depth: depth) { _ in }
      }
      if (index + 1) % 1000 == 0 {
        let now = (wall: renderer.engineSeconds, processor: renderer.engineProcessorSeconds)
        // Seconds for a thousand frames are milliseconds for one.
        let thousand = Thousand(
          frames: index + 1, ms_per_frame: rounded(now.wall - before.wall),
          processor_ms_per_frame: rounded(now.processor - before.processor),
          rss_mb: ProcessMemory.residentMegabytes)
        before = now
        thousands.append(thousand)
        writeProgress("\(thousand.frames) frames: \(thousand.ms_per_frame) ms a frame, \(thousand.rss_mb) MB")
      }
    }
    guard let session = renderer.session else { throw Failure(.format, "\(clip.exoFile): holds no frames") }

    var report = Report(
      frames: frames, model: folder.isEmpty ? ModelLibrary.noModel : folder, backend: session.backend.rawValue,
      device: session.deviceName,
      fps: rounded(Double(frames) / renderer.engineSeconds), peak_rss_mb: ProcessMemory.peakMegabytes,
      thousands: thousands, failures: [])
    if thousands.count >= 3, let last = thousands.last {
      let ratios = (
        wall: last.ms_per_frame / thousands[1].ms_per_frame,
        processor: last.processor_ms_per_frame / thousands[1].processor_ms_per_frame
      )
      report.time_ratio = rounded(ratios.wall)
      report.processor_time_ratio = rounded(ratios.processor)
      let judged = session.backend == .cpu ? ratios.processor : ratios.wall
      if judged > Self.mostTimeRatio {
        report.failures.append("time a frame grew to \(rounded(judged)) of its start; expected \(Self.mostTimeRatio)")
      }
      let growth = last.rss_mb - thousands[1].rss_mb
      report.rss_growth_mb = rounded(growth)
      if growth > Self.mostGrowthMegabytes {
        report.failures.append("memory grew by \(rounded(growth)) MB; expected at most \(Self.mostGrowthMegabytes)")
      }
    } else {
      let reason = "growth was not judged: \(frames) frames; expected 3000 or more"
      report.unjudged = reason
      writeProgress(reason)
    }
    if report.peak_rss_mb > Self.mostPeakMegabytes {
      report.failures.append(
        "peak memory is \(report.peak_rss_mb) MB; expected at most \(Self.mostPeakMegabytes)")
    }
    try writeReport(report, to: json)
    if let plot { try writeText(Self.chart(thousands).svg, to: plot) }
    if !report.failures.isEmpty { throw Failure(.library, report.failures.joined(separator: "; ")) }
  }

  private static func chart(_ thousands: [Thousand]) -> LinePlot {
    LinePlot(
      title: "Endurance", xLabel: "frames", yLabel: "ms a frame × 10, MB",
      series: [
        .init(
          name: "ms a frame × 10", colour: "#c33",
          points: thousands.map { (Double($0.frames), $0.ms_per_frame * 10) }),
        .init(name: "resident MB", colour: "#36c", points: thousands.map { (Double($0.frames), $0.rss_mb) }),
      ])
  }
}
