import Compute
import TestSupport
import Testing

/// Where networks are tested: the processor, and a Vulkan device, software ones included, where there is one.
enum TestBackend: String, CaseIterable, CustomTestStringConvertible {
  case cpu
  case vulkan
  /// Vulkan, storing halves.
  case vulkanHalf

  static let available: [TestBackend] = VulkanUnderTest.isThere ? allCases : [.cpu]

  var testDescription: String { rawValue }

  var elementType: ElementType { self == .vulkanHalf ? .float16 : .float32 }

  func backend() throws -> any Backend {
    if self == .cpu { return try CPUBackend() }
    return VulkanBackend(try VulkanUnderTest.device(VulkanOptions()))
  }
}
