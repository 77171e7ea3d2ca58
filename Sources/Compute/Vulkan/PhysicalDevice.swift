import CVulkan

/// A device as its driver describes it, before it is opened.
struct PhysicalDevice {
  let handle: VkPhysicalDevice
  let report: VulkanDeviceReport
  /// The first family of queues that can compute; `nil` when there is none.
  let queueFamily: UInt32?
  /// How many bits of a timestamp count, 0 for no timestamps.
  let timestampBits: UInt32
  let timestampNanoseconds: Double
  let properties: VkPhysicalDeviceProperties
  let identity: VkPhysicalDeviceIDProperties
  /// To open it with.
  let extensions: [StaticString]

  init(_ handle: VkPhysicalDevice, index: Int, _ functions: InstanceFunctions) {
    self.handle = handle
    let offered = Set(
      list(empty: VkExtensionProperties()) { functions.enumerateDeviceExtensions(handle, nil, $0, $1) }
        .map { string($0.extensionName) })

    var identity = VkPhysicalDeviceIDProperties()
    identity.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_ID_PROPERTIES
    var subgroup = VkPhysicalDeviceSubgroupProperties()
    subgroup.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_PROPERTIES
    var maintenance = VkPhysicalDeviceMaintenance3Properties()
    maintenance.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MAINTENANCE_3_PROPERTIES
    var driver = VkPhysicalDeviceDriverProperties()
    driver.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_DRIVER_PROPERTIES
    var all = VkPhysicalDeviceProperties2()
    all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
    let hasDriverProperties = offered.contains("VK_KHR_driver_properties")
    withUnsafeMutablePointer(to: &driver) { driver in
      withUnsafeMutablePointer(to: &maintenance) { maintenance in
        maintenance.pointee.pNext = hasDriverProperties ? UnsafeMutableRawPointer(driver) : nil
        withUnsafeMutablePointer(to: &subgroup) { subgroup in
          subgroup.pointee.pNext = UnsafeMutableRawPointer(maintenance)
          withUnsafeMutablePointer(to: &identity) { identity in
            identity.pointee.pNext = UnsafeMutableRawPointer(subgroup)
            all.pNext = UnsafeMutableRawPointer(identity)
            functions.getProperties(handle, &all)
          }
        }
      }
    }
    // The chain's pointers end with their scopes; what is kept holds values only.
    identity.pNext = nil
    self.identity = identity
    properties = all.properties

    var familyCount: UInt32 = 0
    functions.getQueueFamilies(handle, &familyCount, nil)
    var families = [VkQueueFamilyProperties](repeating: VkQueueFamilyProperties(), count: Int(familyCount))
    functions.getQueueFamilies(handle, &familyCount, &families)
    let family = families.firstIndex { $0.queueFlags & VK_QUEUE_COMPUTE_BIT.rawValue != 0 }
    queueFamily = family.map { UInt32($0) }
    timestampBits = family.map { families[$0].timestampValidBits } ?? 0
    timestampNanoseconds = Double(properties.limits.timestampPeriod)

    var limits = VulkanDeviceReport.Limits(properties.limits)
    limits.allocationBytes = Int(clamping: maintenance.maxMemoryAllocationSize)
    var capabilities = DeviceFeatures.query(
      handle, functions, offered: offered, apiVersion: properties.apiVersion)
    capabilities.timestamps = timestampBits > 0
    capabilities.subgroupSize = Int(subgroup.subgroupSize)
    extensions = DeviceFeatures.extensions(capabilities).filter { offered.contains($0.description) }

    let kind = VulkanDeviceReport.Kind(properties.deviceType)
    let (usable, reason) = Self.judge(kind, apiVersion: properties.apiVersion, canCompute: family != nil, limits)
    report = VulkanDeviceReport(
      index: index, name: string(properties.deviceName), kind: kind,
      driver: hasDriverProperties
        ? "\(string(driver.driverName)) \(string(driver.driverInfo))" : "driver \(properties.driverVersion)",
      apiVersion: Self.version(properties.apiVersion), memoryBytes: Self.memory(handle, functions),
      capabilities: capabilities, limits: limits, usable: usable, reason: reason)
  }

  private static func judge(
    _ kind: VulkanDeviceReport.Kind, apiVersion: UInt32, canCompute: Bool, _ limits: VulkanDeviceReport.Limits
  ) -> (usable: Bool, reason: String) {
    if apiVersion < vulkan1_1 { return (false, "not usable: Vulkan 1.1 is needed, it has \(version(apiVersion))") }
    if !canCompute { return (false, "not usable: none of its queues can compute") }
    if let unmet = DeviceRequirements.unmet(limits) { return (false, "not usable: \(unmet)") }
    if kind == .software { return (true, "usable when asked for: it emulates a GPU on the CPU") }
    return (true, "usable")
  }

  private static func memory(_ handle: VkPhysicalDevice, _ functions: InstanceFunctions) -> UInt64 {
    MemoryHeaps(handle, functions, withBudget: false).heaps.filter(\.isDeviceLocal).map(\.bytes).max() ?? 0
  }

  private static func version(_ version: UInt32) -> String {
    "\(version >> 22 & 0x7f).\(version >> 12 & 0x3ff).\(version & 0xfff)"
  }
}

extension VulkanDeviceReport.Kind {
  init(_ type: VkPhysicalDeviceType) {
    switch type {
    case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: self = .discrete
    case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: self = .integrated
    case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: self = .virtual
    case VK_PHYSICAL_DEVICE_TYPE_CPU: self = .software
    default: self = .other
    }
  }
}

extension VulkanDeviceReport.Limits {
  init(_ limits: VkPhysicalDeviceLimits) {
    let count = limits.maxComputeWorkGroupCount
    let size = limits.maxComputeWorkGroupSize
    storageBufferBytes = Int(limits.maxStorageBufferRange)
    uniformBufferBytes = Int(limits.maxUniformBufferRange)
    bufferOffsetAlignment = Int(
      clamping: max(limits.minStorageBufferOffsetAlignment, limits.minUniformBufferOffsetAlignment, 4))
    storageBuffersPerPipeline = Int(limits.maxPerStageDescriptorStorageBuffers)
    pushConstantBytes = Int(limits.maxPushConstantsSize)
    sharedMemoryBytes = Int(limits.maxComputeSharedMemorySize)
    workgroupInvocations = Int(limits.maxComputeWorkGroupInvocations)
    workgroupSize = [size.0, size.1, size.2]
    workgroupCount = [count.0, count.1, count.2]
  }
}
