import ArgumentParser
import ClipIO
import Compute
import Geometry

/// EgoX's description of a clip, as a calibration document.
struct ImportEgoXCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import-egox",
    abstract: "Turns EgoX's meta.json into a calibration document.")

  @Argument(help: "EgoX's meta.json.")
  var meta: String

  @Option(help: "Write the document here; without it, to standard output.")
  var out: String?

  @Option(help: "Which of the file's test_datasets, from 0.")
  var entry = 0

  @Option(help: "Frames a second of the videos, which EgoX's file does not say; 30 if not given, as EgoX's own have.")
  var fps: Double?

  func validate() throws {
    if let fps, !(fps > 0 && fps <= 1000) {
      throw ValidationError("--fps is \(fps); expected above 0 and at most 1000")
    }
  }

  func run() throws {
    var importer = EgoXImport()
    importer.entry = entry
    if let fps { importer.framesPerSecond = fps }
    if let out {
      let output = NamedFile("--out", out)
      try requireSeparate(outputs: [output], inputs: [NamedFile("EgoX's description", meta)])
      try requireWritable([output])
    }
    let document = try importer.document(ofMetaFile: meta)
    if fps == nil { writeLine("fps is taken to be 30, which \(meta) does not say; --fps says otherwise") }
    guard let out else { return print(document, terminator: "") }
    try writeText(document, to: out)
    writeLine("\(out): written; check it with: egostream calibrate --check \(out)")
  }
}
