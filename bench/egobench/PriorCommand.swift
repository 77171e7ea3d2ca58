import ArgumentParser
import ClipIO
import Compute
import EgoStream

/// How true the rendered view is: the engine alone on a clip, against what the ego camera saw.
struct PriorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prior",
    abstract: "Renders a clip's ego view with the engine alone and scores it against the clip's truth.")

  @OptionGroup var engine: EngineOptions

  @Option(help: "Render at most this many frames.")
  var frames: Int?

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  @Option(help: "Write the rendered video here (.mp4 or lossless .mkv).")
  var out: String?

  @Option(help: "Write the mask of observed pixels here (.mkv or .mp4).")
  var maskOut: String?

  @Option(help: "Write a picture here (.png): exo, ours, EgoX's prior and truth side by side at a few times.")
  var sheet: String?

  struct Score: Encodable {
    var coverage: Double?
    var psnr_covered: Double?
    var psnr: Double?
    /// Over the pixels that both our picture and EgoX's prior cover.
    var psnr_covered_common: Double?
  }

  struct Report: Encodable {
    var clip: String
    var frames: Int
    var coverage: Double?
    var psnr_covered: Double?
    var psnr: Double?
    var psnr_covered_common: Double?
    /// The engine alone, on frames already decoded.
    var fps: Double
    /// Decoding, rendering and scoring together.
    var fps_with_decode: Double
    var backend: String
    var device: String
    var fill: String
    var map_points: Int
    var egox_prior: Score?
  }

  func validate() throws { try requireFrames(frames) }

  func run() throws {
    let clip = try Clip(folder: engine.clip)
    try requireOutputs(
      [("--json", json), ("--out", out), ("--mask-out", maskOut), ("--sheet", sheet)], inputs: engine.inputs(of: clip))
    func ending(_ name: String, _ file: String?, _ known: [FileEnding]) throws(Failure) -> FileEnding? {
      try file.map { path throws(Failure) in try FileEnding(of: NamedFile(name, path), among: known) }
    }
    let videoEnding = try ending("--out", out, FileEnding.videos)
    let maskEnding = try ending("--mask-out", maskOut, FileEnding.videos)
    _ = try ending("--sheet", sheet, [.png])
    let reader = try ClipReader(clip, limit: frames)
    let renderer = try engine.renderer(for: clip)
    var scoring = PriorScoring(clip: clip)
    var video: FrameWriter?
    var mask: FrameWriter?
    let pictures = try sheet.map { SheetWriter(file: $0, frames: min(try clip.countFrames(), frames ?? .max)) }
    var rendered = 0

    let begin = monotonicSeconds()
    let finished: (RenderedFrame) throws -> Void = { frame in
      if let out, let videoEnding, video == nil {
        video = try FrameWriter(
          file: out, ending: videoEnding, format: .rgb, width: frame.width, height: frame.height,
          framesPerSecond: clip.framesPerSecond)
      }
      if let maskOut, let maskEnding, mask == nil {
        mask = try FrameWriter(
          file: maskOut, ending: maskEnding, format: .gray8, width: frame.width, height: frame.height,
          framesPerSecond: clip.framesPerSecond)
      }
      try video?.write(frame.ego)
      try mask?.write(frame.mask)
      try scoring.add(frame, sheet: pictures)
      rendered += 1
    }
    var index = 0
    while try reader.readNext({ exo, depth in
      try pictures?.add(exo, column: .exo, index: index)
      try renderer.render(index: index, colour: exo.colour, depth: depth?.depth, finished)
    }) { index += 1 }
    try renderer.drain(finished)
    let wallSeconds = monotonicSeconds() - begin
    try video?.finish()
    try mask?.finish()
    try pictures?.finish()

    guard let session = renderer.session, rendered > 0 else {
      throw Failure(.format, "\(clip.exoFile): holds no frames")
    }
    let speed = try EngineSpeed(clip, engine, poses: renderer.poses, frames: rendered)
    let ours = scoring.ours
    try writeReport(
      Report(
        clip: clip.name, frames: rendered, coverage: ours.coverage, psnr_covered: ours.psnr_covered, psnr: ours.psnr,
        psnr_covered_common: ours.psnr_covered_common, fps: rounded(speed.framesPerSecond),
        fps_with_decode: rounded(Double(rendered) / wallSeconds), backend: session.backend.rawValue,
        device: session.deviceName, fill: engine.fill.rawValue, map_points: session.mapPoints,
        egox_prior: scoring.egoxPrior),
      to: json)
  }
}
