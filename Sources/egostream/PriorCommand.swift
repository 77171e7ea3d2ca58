import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// A clip's rendered view as a file, for training and for a look without a pipeline.
struct PriorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prior",
    abstract: "Renders a clip's ego view into a file, with the engine alone.")

  @Option(help: "Folder with clip.json, exo.mp4 and depth.mkv.")
  var clip: String

  @Option(help: "The video to write (.mp4, or lossless .mkv).")
  var out: String

  @Option(help: "Also write the mask of observed pixels here (.mkv or .mp4).")
  var maskOut: String?

  @Option(help: "The wearer's pose; empty takes the calibration's.")
  var pose = ""

  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Option(help: "How pixels with nothing observed are coloured: none or push-pull.")
  var fill = EgoSession.Fill.none

  @Option(help: "Correct the exo focal length and the depth scale by the wearer's head: wearer, or none.")
  var align = EgoSession.Alignment.wearer

  func run() throws {
    let clip = try Clip(folder: clip)
    let outputs = [NamedFile("--out", out)] + (maskOut.map { [NamedFile("--mask-out", $0)] } ?? [])
    try requireSeparate(outputs: outputs, inputs: clip.files + [NamedFile("--pose", pose)])
    try requireWritable(outputs)
    let endings = try outputs.map { file throws(Failure) in try FileEnding(of: file, among: FileEnding.videos) }
    let calibration = clip.calibration
    var configuration = EgoSession.Configuration()
    configuration.backend = backend
    configuration.device = device
    configuration.fill = fill
    configuration.alignment = align
    let renderer = ClipRenderer(
      calibration: calibration, poses: try openPoseSource(pose, calibration: calibration),
      configuration: configuration, framesPerSecond: clip.framesPerSecond)
    let rate = clip.framesPerSecond
    let size = (width: calibration.ego.width, height: calibration.ego.height)
    let video = try FrameWriter(
      file: out, ending: endings[0], format: .rgb, width: size.width, height: size.height, framesPerSecond: rate)
    let mask = try maskOut.map { file throws(Failure) in
      try FrameWriter(
        file: file, ending: endings[1], format: .gray8, width: size.width, height: size.height, framesPerSecond: rate)
    }
    var rendered = 0
    let write: (RenderedFrame) throws -> Void = { frame in
      try video.write(frame.ego)
      try mask?.write(frame.mask)
      rendered += 1
    }
    StopRequest.watch()
    let reader = try ClipReader(clip)
    var index = 0
    while !StopRequest.isMade,
      try reader.readNext({ exo, depth in
        try renderer.render(index: index, colour: exo.colour, depth: depth?.depth, write)
      })
    { index += 1 }
    try renderer.drain(write)
    try video.finish()
    try mask?.finish()
    writeLine("\(out): \(rendered) frames")
    if let correction = renderer.session?.correction, correction != .none { writeLine(correction.inWords) }
  }
}
