/// Where computation will run, after asking what there is.
public enum BackendSelection {
  case vulkan(VulkanDevice)
  /// The CPU, and why no Vulkan device was taken: a failure where there is one that does not open.
  case cpu(because: String, isFailure: Bool)
}

extension VulkanDevice {
  /// Chooses and opens a device.
  ///
  /// `auto` takes the first usable hardware device, discrete before integrated before virtual, and the CPU where there is
  /// none or it does not open; it never takes a software device unless `device` names it. `vulkan` prefers hardware and
  /// takes software where there is nothing else.
  /// - Parameter device: An index of `reports`, or part of a name in any case; empty for the best.
  /// - Throws: `.deviceNotFound` listing every device and why it is not used; `.library` when a driver fails.
  public static func select(
    choice: BackendChoice, device: String = "", options: VulkanOptions = VulkanOptions()
  ) throws(Failure) -> BackendSelection {
    if choice == .cpu { return .cpu(because: "the CPU was asked for", isFailure: false) }
    let mayFallBack = choice == .auto && device.isEmpty
    var isFound = false
    do {
      let instance = try VulkanInstance(options)
      let devices = try physicalDevices(instance)
      let reports = devices.map(\.report)
      guard let picked = try DevicePolicy.pick(reports, choice: choice, device: device) else {
        return .cpu(because: "no usable hardware Vulkan device; " + DevicePolicy.listing(reports), isFailure: false)
      }
      isFound = true
      return .vulkan(try VulkanDevice(instance, devices[picked.index], options))
    } catch {
      guard mayFallBack else { throw error }
      return .cpu(because: error.message, isFailure: isFound)
    }
  }

  /// Every device of every driver, usable or not.
  /// - Throws: `.deviceNotFound` without a Vulkan loader or driver, `.library` when no driver starts.
  public static func reports(options: VulkanOptions = VulkanOptions()) throws(Failure) -> [VulkanDeviceReport] {
    try physicalDevices(try VulkanInstance(options)).map(\.report)
  }

  /// Whether the Khronos validation layer is installed, so that `VulkanOptions.validation` can be asked for.
  public static func hasValidationLayer(options: VulkanOptions = VulkanOptions()) -> Bool {
    guard let library = try? VulkanLibrary(name: options.libraryName) else { return false }
    return VulkanInstance.layerIsInstalled(library)
  }

  private static func physicalDevices(_ instance: VulkanInstance) throws(Failure) -> [PhysicalDevice] {
    try instance.physicalDevices().enumerated().map { PhysicalDevice($1, index: $0, instance.functions) }
  }
}
