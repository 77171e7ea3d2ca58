import ArgumentParser
import Compute
import EgoStream

/// Which model completes the prior, as the element's `model` property takes it.
struct ModelOptions: ParsableArguments {
  @Option(
    help:
      "auto (ego-tiny where it is installed), none (the filled prior), a model's name, or a folder with a slash in it.")
  var model = ModelLibrary.automatic

  @Option(help: "Denoising steps of the model; fewer are faster, 0 takes the model's own number.")
  var steps: UInt32 = 0

  @Option(help: "Give the model every Nth frame alone, 1 to 16: faster, but a chunk waits for N times as many frames.")
  var modelInterval: UInt32 = 1

  func validate() throws {
    guard steps <= 1000 else {
      throw ValidationError("--steps is \(steps); expected 1 to 1000, or 0 for as many as the model was made for")
    }
    guard (1...16).contains(modelInterval) else {
      throw ValidationError("--model-interval is \(modelInterval); expected 1 to 16 frames")
    }
  }

  /// Has a session run the model so.
  func apply(to configuration: inout EgoSession.Configuration) {
    configuration.steps = steps == 0 ? nil : Int(steps)
    configuration.modelInterval = Int(modelInterval)
  }

  /// The model's folder; empty for the prior itself.
  func folder() throws(Failure) -> String {
    switch try ModelLibrary.installed().select(model) {
    case .folder(let path): return path
    case .none: return ""
    case .defaultIsMissing(let message):
      writeProgress("warning: \(message)")
      return ""
    }
  }
}
