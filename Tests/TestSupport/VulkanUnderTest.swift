import Compute

/// The Vulkan device that tests run on, software ones included.
public enum VulkanUnderTest {
  public static let isThere = (try? VulkanDevice.reports())?.contains(where: \.usable) ?? false

  public static func device(_ options: VulkanOptions) throws -> VulkanDevice {
    guard case .vulkan(let device) = try VulkanDevice.select(choice: .vulkan, options: options) else {
      throw Failure(.deviceNotFound, "the CPU was chosen where Vulkan was asked for")
    }
    return device
  }
}
