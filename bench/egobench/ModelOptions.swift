import ArgumentParser
import Compute
import EgoStream

/// Which model completes the prior, as the element's `model` property takes it.
struct ModelOptions: ParsableArguments {
  @Option(
    help:
      "auto (ego-tiny where it is installed), none (the filled prior), a model's name, or a folder with a slash in it.")
  var model = ModelLibrary.automatic

  @Option(help: "How many steps of denoising it takes, fewer being faster; 0 takes as many as it was made for.")
  var steps: UInt32 = 0

  @Option(help: "Frames from one that it is given to the next, 1 to 16; more are faster, and a chunk waits for them.")
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
