import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// The product as users run it: push-pull fill, photometric profile, and a model.
struct ProductOptions: ParsableArguments {
  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Option(help: "Correct the exo focal length and the depth scale by the wearer's head: wearer, or none.")
  var align = EgoSession.Alignment.wearer

  @OptionGroup var model: ModelOptions

  @Option(help: "A model's products on the processor: float32 or bfloat16; if not given, the faster that it has.")
  var precision: CPUBackend.Precision?

  /// - Parameter model: A model's folder; empty shows the prior itself.
  func configuration(model: String = "") -> EgoSession.Configuration {
    var made = EgoSession.Configuration()
    made.backend = backend
    made.device = device
    made.fill = .pushPull
    made.alignment = align
    made.model = model
    self.model.apply(to: &made)
    made.precision = precision
    return made
  }
}
