import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

extension BackendChoice: ExpressibleByArgument {}
extension EgoSession.Fill: ExpressibleByArgument {}
extension EgoSession.Alignment: ExpressibleByArgument {}

/// What the element needs to know, shared by the commands that run it.
struct ElementOptions: ParsableArguments {
  @Option(help: "The scene's calibration document (.json).")
  var calibration: String?

  @Option(
    help: "The wearer's pose: a file (.json or TUM), udp://HOST:PORT or unix:PATH; empty takes the calibration's.")
  var pose = ""

  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Option(
    help:
      "auto (ego-tiny where it is installed), none (the filled prior), a model's name, or a folder with a slash in it.")
  var model = ModelLibrary.automatic

  @Option(help: "Denoising steps of the model; fewer are faster, 0 takes the model's own number.")
  var steps: UInt32 = 0

  @Option(help: "Give the model every Nth frame alone, 1 to 16: faster, but a chunk waits for N times as many frames.")
  var modelInterval: UInt32 = 1

  @Option(help: "How pixels with nothing observed are coloured: none or push-pull.")
  var fill = EgoSession.Fill.pushPull

  @Option(help: "Correct the exo focal length and the depth scale by the wearer's head: wearer, or none.")
  var align = EgoSession.Alignment.wearer

  func validate() throws {
    guard steps <= 1000 else {
      throw ValidationError("--steps is \(steps); expected 1 to 1000, or 0 for as many as the model was made for")
    }
    guard (1...16).contains(modelInterval) else {
      throw ValidationError("--model-interval is \(modelInterval); expected 1 to 16 frames")
    }
  }

  /// The options that say anything else than without them, as they are called.
  var given: [String] {
    [
      ("--calibration", calibration != nil), ("--pose", !pose.isEmpty), ("--backend", backend != .auto),
      ("--device", !device.isEmpty), ("--model", model != ModelLibrary.automatic), ("--steps", steps != 0),
      ("--model-interval", modelInterval != 1), ("--fill", fill != .pushPull), ("--align", align != .wearer),
    ].filter(\.1).map(\.0)
  }

  /// The element as it stands in a launch line, named `view`.
  func launch(calibration: String) -> String {
    var line = "exo2ego name=view calibration=\(launchQuoted(calibration))"
    if !pose.isEmpty { line += " pose=\(launchQuoted(pose))" }
    if backend != .auto { line += " backend=\(backend.rawValue)" }
    if !device.isEmpty { line += " device=\(launchQuoted(device))" }
    if model != ModelLibrary.automatic {
      line += " model=\(launchQuoted(model.isEmpty ? ModelLibrary.noModel : model))"
    }
    if steps != 0 { line += " steps=\(steps)" }
    if modelInterval != 1 { line += " model-interval=\(modelInterval)" }
    if fill != .pushPull { line += " fill=\(fill.rawValue)" }
    if align != .wearer { line += " align=\(align.rawValue)" }
    return line
  }
}
