import Compute
import Geometry

/// What a session computes with: its geometry, and its model if it has one, both on one device.
///
/// Where a Vulkan device that nobody asked for fails, as it is opened or later, the processor takes its place, once: a slow
/// picture is better than none. The map and the model's stream then begin anew; what the caller holds stays good.
final class SessionEngines {
  private(set) var geometry: any GeometryEngine
  /// `nil` also where the processor could not open the model of a device that failed.
  private(set) var model: (any ChunkModel)?
  private(set) var backend: BackendChoice
  /// Why the processor does what a Vulkan device should have done; `nil` where nothing went wrong.
  private(set) var fallback: String?
  private var configuration: GeometryConfiguration
  private let session: EgoSession.Configuration
  /// The model is the caller's: it is not of the device, and stays when that goes.
  private let modelIsGiven: Bool

  /// - Parameters:
  ///   - backend: Where `geometry` and `model` run.
  init(
    _ configuration: GeometryConfiguration, _ session: EgoSession.Configuration, geometry: any GeometryEngine,
    model: (any ChunkModel)?, modelIsGiven: Bool, backend: BackendChoice, fallback: String? = nil
  ) {
    self.configuration = configuration
    self.session = session
    self.geometry = geometry
    self.model = model
    self.modelIsGiven = modelIsGiven
    self.backend = backend
    self.fallback = fallback
  }

  /// Fuses a frame into the map and renders the map from the ego camera.
  /// - Returns: whether the map saw a frame.
  func show(_ frame: ExoFrame, exoWorldToCamera: Pose, egoWorldToCamera: Pose, fill: Bool) throws(Failure) -> Bool {
    try surviving { () throws(Failure) in
      let sawDepth = try geometry.integrate(
        colour: frame.colour, depth: frame.depth, exoWorldToCamera: exoWorldToCamera)
      try geometry.render(egoWorldToCamera: egoWorldToCamera, fill: fill)
      return sawDepth
    }
  }

  /// Takes what is known of the exo camera anew, and forgets the scene.
  func recalibrate(exo: Camera, depth: DepthFormat) throws(Failure) {
    configuration.exo = exo
    configuration.depth = depth
    try surviving { () throws(Failure) in try geometry.recalibrate(exo: exo, depth: depth) }
  }

  /// Has the model complete a chunk. Where the device fails meanwhile, what `geometry` rendered last is gone.
  func complete(_ chunk: Chunk) throws(Failure) {
    try surviving { () throws(Failure) in try openedModel().complete(chunk) }
  }

  /// Has the model do what is left of the last chunk. Where the device fails meanwhile, what `geometry` rendered last is gone.
  func settleModel() throws(Failure) { try surviving { () throws(Failure) in try openedModel().settle() } }

  func resetModel() throws(Failure) { try surviving { () throws(Failure) in try openedModel().reset() } }

  private func openedModel() throws(Failure) -> any ChunkModel {
    guard let model else {
      throw Failure(.library, "the Vulkan device failed, and the processor could not open the model in its place")
    }
    return model
  }

  /// Does work that leaves nothing half done; where a device fails at it and may be replaced, again on the processor.
  private func surviving<Result>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
    do {
      return try work()
    } catch {
      guard backend == .vulkan, session.mayFallBack(after: error) else { throw error }
      try goOnOnProcessor(after: error)
      return try work()
    }
  }

  private func goOnOnProcessor(after failure: Failure) throws(Failure) {
    do {
      geometry = try openGeometry(configuration, on: nil)
      backend = .cpu
      fallback = failure.message
      guard model != nil else { return }
      guard !modelIsGiven else { return try openedModel().reset() }
      // The memory of the device's model goes first: it may be the processor's own.
      model = nil
      model = try openModel(session, on: nil)
    } catch {
      throw Failure(
        error.kind,
        "\(error.message); this was to take the place of the Vulkan device, which failed: \(failure.message)")
    }
  }
}

/// Builds what a session computes with: `auto` takes a hardware Vulkan device where there is one, else the processor.
/// - Parameter model: Taken in place of the configuration's.
func makeEngines(
  _ geometry: GeometryConfiguration, _ session: EgoSession.Configuration, model: (any ChunkModel)?
) throws(Failure) -> SessionEngines {
  try geometry.check()
  switch try VulkanDevice.select(choice: session.backend, device: session.device) {
  case .vulkan(let device): return try makeEngines(geometry, session, model: model, on: device)
  case .cpu(let reason, let isFailure):
    return try open(geometry, session, model, on: nil, fallback: isFailure ? reason : nil)
  }
}

/// The same for a device that was chosen.
func makeEngines(
  _ geometry: GeometryConfiguration, _ session: EgoSession.Configuration, model: (any ChunkModel)?,
  on device: VulkanDevice
) throws(Failure) -> SessionEngines {
  do {
    return try open(geometry, session, model, on: device, fallback: nil)
  } catch {
    guard session.mayFallBack(after: error) else { throw error }
    return try open(geometry, session, model, on: nil, fallback: error.message)
  }
}

/// - Parameter device: `nil` for the processor.
private func open(
  _ configuration: GeometryConfiguration, _ session: EgoSession.Configuration, _ given: (any ChunkModel)?,
  on device: VulkanDevice?, fallback: String?
) throws(Failure) -> SessionEngines {
  let geometry = try openGeometry(configuration, on: device)
  var model = given
  if model == nil, !session.model.isEmpty { model = try openModel(session, on: device) }
  return SessionEngines(
    configuration, session, geometry: geometry, model: model, modelIsGiven: given != nil,
    backend: device == nil ? .cpu : .vulkan, fallback: fallback)
}

private func openGeometry(
  _ configuration: GeometryConfiguration, on device: VulkanDevice?
) throws(Failure) -> any GeometryEngine {
  if let device { return try VulkanGeometry(configuration, device: device) }
  try CPUGeometry.checkMemory(configuration)
  return CPUGeometry(configuration)
}

private func openModel(
  _ session: EgoSession.Configuration, on device: VulkanDevice?
) throws(Failure) -> any ChunkModel {
  try openModel(session.model, on: device, steps: session.steps, session.precision)
}

extension EgoSession.Configuration {
  /// Whether nobody asked for the device, and it was the device that failed.
  fileprivate func mayFallBack(after failure: Failure) -> Bool {
    backend == .auto && device.isEmpty && (failure.kind == .library || failure.kind == .outOfMemory)
  }
}
