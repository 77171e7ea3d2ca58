import CVulkan

/// An open Vulkan device with one compute queue. Made by `select(choice:device:options:)`.
///
/// Buffers, pipelines and recordings keep their device alive; it closes when the last of them goes. Not thread-safe: one
/// thread at a time may use a device and what belongs to it.
public final class VulkanDevice {
  public let report: VulkanDeviceReport
  /// Whether host and device share all memory, so that staging copies can be left out.
  public let hasUnifiedMemory: Bool
  public internal(set) var counters = VulkanCounters()
  /// What the validation layer complained of; `nil` when it is off.
  public var validationMessages: ValidationMessages? { instance.messages }

  /// Test hook: that many more allocations succeed, the next one fails as if memory had run out. Then `nil` again.
  package var allocationsBeforeFailure: Int?

  /// Test hook: the next run waited for ends as if the device had been lost. Then `false` again.
  package var losesDeviceAtNextWait = false

  /// Test hook: no run ever ends.
  package var hangs = false

  /// Whether it was given up because its work did not end.
  package private(set) var isAbandoned = false

  /// How long it may take for a frame, or to come to an end: far beyond any, short enough that a hung device is reported rather
  /// than waited for. A software device does not hang, but shares its processor.
  var patienceNanoseconds: UInt64 { (report.isSoftware ? 120 : 10) * 1_000_000_000 }
  /// The same for a stage of a model.
  var stagePatienceNanoseconds: UInt64 { (report.isSoftware ? 300 : 20) * 1_000_000_000 }

  let handle: VkDevice
  let vk: DeviceFunctions
  let queue: VkQueue
  let physical: PhysicalDevice
  let pipelineCache: PipelineCacheFolder?
  private let instance: VulkanInstance

  init(_ instance: VulkanInstance, _ physical: PhysicalDevice, _ options: VulkanOptions) throws(Failure) {
    guard let family = physical.queueFamily else {
      throw Failure(.deviceNotFound, "\(physical.report)")
    }
    self.instance = instance
    self.physical = physical
    report = physical.report
    hasUnifiedMemory = MemoryHeaps(physical.handle, instance.functions, withBudget: false).isUnified
    let opened = try Self.open(instance, physical, family)
    handle = opened
    vk = try DeviceFunctions(orDestroying: opened, instance.functions.getDeviceProcAddr)
    var queue: VkQueue?
    vk.getQueue(handle, family, 0, &queue)
    guard let queue else {
      vk.destroyDevice(handle, nil)
      throw Failure(.library, "\(report.name): vkGetDeviceQueue gave no queue")
    }
    self.queue = queue
    pipelineCache = options.cacheFolder.map { PipelineCacheFolder($0, physical) }
  }

  deinit {
    // Every recording waited for its own work as it was destroyed, so the device is idle.
    vk.destroyDevice(handle, nil)
  }

  /// Gives up on work that does not end. What it uses is kept for ever, and so is the device, which could not be closed:
  /// better memory lost than memory written into after it was freed.
  func abandon(_ list: CommandList) {
    isAbandoned = true
    _ = Unmanaged.passRetained(Abandoned(list: list))
  }

  /// Heaps as they are now; asks the driver.
  func memoryHeaps() -> MemoryHeaps {
    MemoryHeaps(physical.handle, instance.functions, withBudget: report.capabilities.memoryBudget)
  }

  private static func open(
    _ instance: VulkanInstance, _ physical: PhysicalDevice, _ family: UInt32
  ) throws(Failure) -> VkDevice {
    let capabilities = physical.report.capabilities
    let features = DeviceFeatures.enabling(capabilities)
    var handle: VkDevice?
    var priority: Float = 1
    let result = withCStrings(physical.extensions) { extensions in
      withUnsafePointer(to: &priority) { priority in
        var queue = VkDeviceQueueCreateInfo()
        queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO
        queue.queueFamilyIndex = family
        queue.queueCount = 1
        queue.pQueuePriorities = priority
        return withUnsafePointer(to: &queue) { queue in
          features.with { next in
            var info = VkDeviceCreateInfo()
            info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO
            info.pNext = UnsafeRawPointer(next)
            info.queueCreateInfoCount = 1
            info.pQueueCreateInfos = queue
            info.enabledExtensionCount = UInt32(extensions.count)
            info.ppEnabledExtensionNames = extensions.baseAddress
            return instance.functions.createDevice(physical.handle, &info, nil, &handle)
          }
        }
      }
    }
    try check(result, "\(physical.report.name): vkCreateDevice")
    guard let handle else { throw Failure(.library, "\(physical.report.name): vkCreateDevice gave no device") }
    return handle
  }
}

/// What the work of a device that was given up may still read and write; holds the device as well.
private final class Abandoned {
  let list: CommandList

  init(list: CommandList) { self.list = list }
}
