import Compute
import Testing

/// Where networks are tested: the processor, and a Vulkan device, software ones included, where there is one.
enum TestBackend: String, CaseIterable, CustomTestStringConvertible {
  case cpu
  case vulkan
  /// Vulkan, storing halves.
  case vulkanHalf

  static let available: [TestBackend] = hasVulkan ? allCases : [.cpu]

  private static var hasVulkan: Bool {
    guard let reports = try? VulkanDevice.reports() else { return false }
    return reports.contains(where: \.usable)
  }

  var testDescription: String { rawValue }

  var elementType: ElementType { self == .vulkanHalf ? .float16 : .float32 }

  func backend() throws -> any Backend {
    if self == .cpu { return try CPUBackend() }
    guard case .vulkan(let device) = try VulkanDevice.select(choice: .vulkan, options: VulkanOptions()) else {
      throw Failure(.deviceNotFound, "the CPU was chosen where Vulkan was asked for")
    }
    return VulkanBackend(device)
  }
}
