import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// The product as users run it: push-pull fill, photometric profile, and a model where one is named.
struct ProductOptions: ParsableArguments {
  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Option(help: "A model folder; empty scores the filled prior.")
  var model = ""

  var modelName: String { model.isEmpty ? "none" : model }

  var configuration: EgoSession.Configuration {
    var made = EgoSession.Configuration()
    made.backend = backend
    made.device = device
    made.fill = .pushPull
    made.model = model
    return made
  }

  func renderer(for clip: Clip) throws -> ClipRenderer { try ClipRenderer(clip, photometric: true, configuration) }
}
