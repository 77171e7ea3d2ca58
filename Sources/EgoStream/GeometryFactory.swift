import Compute
import Geometry

/// Builds the geometry for a backend setting: `auto` takes a hardware Vulkan device where there is one, else the CPU.
func makeGeometry(
  _ configuration: GeometryConfiguration, backend: BackendChoice, device: String
) throws(Failure) -> (engine: any GeometryEngine, backend: BackendChoice) {
  switch try VulkanDevice.select(choice: backend, device: device) {
  case .vulkan(let device): (try VulkanGeometry(configuration, device: device), .vulkan)
  case .cpu: (CPUGeometry(configuration), .cpu)
  }
}
