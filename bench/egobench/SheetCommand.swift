import ArgumentParser
import ClipIO
import Compute

/// What went in, what is known, what came out, and what was true, in one picture.
struct SheetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sheet",
    abstract: "Draws a clip's exo video, prior, ego video and truth side by side at a few times.")

  @OptionGroup var engine: EngineOptions

  @Option(help: "The ego video that a pipeline made of the clip.")
  var ego: String

  @Option(help: "The picture to write (.png).")
  var out: String

  func run() throws {
    let clip = try Clip(folder: engine.clip)
    try requireOutputs([("--out", out)], inputs: engine.inputs(of: clip) + [NamedFile("--ego", ego)])
    _ = try FileEnding(of: NamedFile("--out", out), among: [.png])
    let sheet = SheetWriter(file: out, frames: try clip.countFrames())
    let reader = try ClipReader(clip)
    let renderer = try engine.renderer(for: clip)
    let addPrior: (RenderedFrame) throws -> Void = { frame in
      try sheet.add(
        Array(frame.ego), width: frame.width, height: frame.height, column: .prior, index: frame.index)
    }
    var index = 0
    while try reader.readNext({ exo, depth in
      try sheet.add(exo, column: .exo, index: index)
      try renderer.render(index: index, colour: exo.colour, depth: depth?.depth, addPrior)
    }) { index += 1 }
    try renderer.drain(addPrior)
    try add(ego, to: sheet, column: .ours)
    if let truth = clip.truthFile { try add(truth, to: sheet, column: .truth) }
    try sheet.finish()
  }

  private func add(_ file: String, to sheet: SheetWriter, column: SheetWriter.Column) throws {
    let reader = try FrameReader(file: file, format: .rgb)
    var index = 0
    while try reader.withNext({ frame in
      guard sheet.moments.contains(index) else { return }
      try sheet.add(
        frame.packed(bytesPerPixel: 3), width: frame.width, height: frame.height, column: column, index: index)
    }) != nil { index += 1 }
  }
}
