import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

extension BackendChoice: ExpressibleByArgument {}
extension EgoSession.Fill: ExpressibleByArgument {}
extension EgoSession.Alignment: ExpressibleByArgument {}

/// Which clip, and how the engine renders it.
struct EngineOptions: ParsableArguments {
  @Option(help: "Folder with clip.json, exo.mp4 and depth.mkv.")
  var clip = "samples/workbench"

  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Option(help: "How pixels with nothing observed are coloured: none or push-pull.")
  var fill = EgoSession.Fill.none

  @Option(help: "The wearer's pose; empty takes the calibration's.")
  var pose = ""

  @Option(help: "Correct the exo focal length and the depth scale by the wearer's head: wearer, or none.")
  var align = EgoSession.Alignment.wearer

  @Flag(inversion: .prefixedNo, help: "Apply the calibration's photometric profile, where it has one.")
  var photometric = true

  /// All that is read, as `requireSeparate` takes it.
  func inputs(of clip: Clip) -> [NamedFile] { clip.files + [NamedFile("--pose", pose)] }

  /// - Parameters:
  ///   - poses: Opened already; `nil` opens what `pose` names.
  ///   - model: A model's folder; empty shows the prior itself.
  ///   - options: How it is run.
  func renderer(
    for clip: Clip, poses: (any PoseSource)? = nil, model: String = "", _ options: ModelOptions? = nil
  ) throws -> ClipRenderer {
    var configuration = EgoSession.Configuration()
    configuration.backend = backend
    configuration.device = device
    configuration.fill = fill
    configuration.alignment = align
    configuration.model = model
    options?.apply(to: &configuration)
    return try ClipRenderer(clip, pose: pose, opened: poses, photometric: photometric, configuration)
  }
}

extension ClipRenderer {
  /// A renderer of a clip with its own calibration.
  convenience init(
    _ clip: Clip, pose: String = "", opened poses: (any PoseSource)? = nil, photometric: Bool,
    _ configuration: EgoSession.Configuration
  ) throws {
    var calibration = clip.calibration
    if !photometric { calibration.ego = calibration.ego.withoutPhotometricProfile }
    self.init(
      calibration: calibration, poses: try poses ?? openPoseSource(pose, calibration: calibration),
      configuration: configuration, framesPerSecond: clip.framesPerSecond)
  }
}
