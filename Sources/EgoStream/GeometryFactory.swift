import Compute
import Geometry

/// The geometry of a session, and the Vulkan device that it runs on; `nil` for the processor.
struct ChosenGeometry {
  let engine: any GeometryEngine
  let device: VulkanDevice?

  var backend: BackendChoice { device == nil ? .cpu : .vulkan }
}

/// Builds the geometry for a backend setting: `auto` takes a hardware Vulkan device where there is one, else the CPU.
func makeGeometry(
  _ configuration: GeometryConfiguration, backend: BackendChoice, device: String
) throws(Failure) -> ChosenGeometry {
  try configuration.check()
  switch try VulkanDevice.select(choice: backend, device: device) {
  case .vulkan(let device):
    return ChosenGeometry(engine: try VulkanGeometry(configuration, device: device), device: device)
  case .cpu:
    try CPUGeometry.checkMemory(configuration)
    return ChosenGeometry(engine: CPUGeometry(configuration), device: nil)
  }
}
