import Compute
import Geometry

/// What a session computes with: its geometry, its model if it has one, and the Vulkan device that both run on.
struct SessionEngines {
  let geometry: any GeometryEngine
  let model: (any ChunkModel)?
  /// `nil` for the processor.
  let device: VulkanDevice?
  /// Why the processor does what a Vulkan device should have done; `nil` where nothing went wrong.
  let fallback: String?

  var backend: BackendChoice { device == nil ? .cpu : .vulkan }
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

/// The same for a device that was chosen. Where nobody asked for it and it fails, the processor takes its place: a slow picture
/// is better than none.
func makeEngines(
  _ geometry: GeometryConfiguration, _ session: EgoSession.Configuration, model: (any ChunkModel)?,
  on device: VulkanDevice
) throws(Failure) -> SessionEngines {
  let mayFallBack = session.backend == .auto && session.device.isEmpty
  do {
    return try open(geometry, session, model, on: device, fallback: nil)
  } catch {
    guard mayFallBack, error.kind == .library || error.kind == .outOfMemory else { throw error }
    return try open(geometry, session, model, on: nil, fallback: error.message)
  }
}

private func open(
  _ geometry: GeometryConfiguration, _ session: EgoSession.Configuration, _ given: (any ChunkModel)?,
  on device: VulkanDevice?, fallback: String?
) throws(Failure) -> SessionEngines {
  let engine: any GeometryEngine
  if let device {
    engine = try VulkanGeometry(geometry, device: device)
  } else {
    try CPUGeometry.checkMemory(geometry)
    engine = CPUGeometry(geometry)
  }
  var model = given
  if model == nil, !session.model.isEmpty {
    model = try openModel(session.model, on: device, steps: session.steps, session.precision)
  }
  return SessionEngines(geometry: engine, model: model, device: device, fallback: fallback)
}
