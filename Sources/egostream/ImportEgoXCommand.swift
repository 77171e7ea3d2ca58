import ArgumentParser
import Compute
import FoundationEssentials
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

  @Option(help: "Frames a second of the videos; EgoX's file does not say.")
  var fps = 30.0

  func validate() throws {
    guard fps > 0, fps <= 1000 else { throw ValidationError("--fps is \(fps); expected above 0 and at most 1000") }
  }

  func run() throws {
    var importer = EgoXImport()
    importer.entry = entry
    importer.framesPerSecond = fps
    let document = try importer.document(ofMetaFile: meta)
    guard let out else { return print(document, terminator: "") }
    do {
      try document.write(toFile: out, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(.setting, "\(out): cannot be written; expected a path in an existing, writable folder")
    }
    writeLine("\(out): written; check it with: egostream calibrate --check \(out)")
  }
}
