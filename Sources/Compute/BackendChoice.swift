/// Where computation runs.
public enum BackendChoice: String, Sendable, CaseIterable {
  /// A hardware Vulkan device where there is one, else the CPU; never a software Vulkan device.
  case auto
  /// The Vulkan device named by the `device` setting, software ones included when named or when they are the only ones.
  case vulkan
  /// The host processor.
  case cpu
}
