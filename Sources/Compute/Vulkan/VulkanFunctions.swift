import CVulkan

/// Functions that need no device, resolved once.
struct InstanceFunctions {
  let destroyInstance: PFN_vkDestroyInstance
  let enumeratePhysicalDevices: PFN_vkEnumeratePhysicalDevices
  let enumerateDeviceExtensions: PFN_vkEnumerateDeviceExtensionProperties
  let getProperties: PFN_vkGetPhysicalDeviceProperties2
  let getFeatures: PFN_vkGetPhysicalDeviceFeatures2
  let getMemoryProperties: PFN_vkGetPhysicalDeviceMemoryProperties2
  let getQueueFamilies: PFN_vkGetPhysicalDeviceQueueFamilyProperties
  let createDevice: PFN_vkCreateDevice
  let getDeviceProcAddr: PFN_vkGetDeviceProcAddr
  /// `nil` where no driver has cooperative matrices.
  let getCooperativeMatrices: PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR?

  init(_ library: VulkanLibrary, _ instance: VkInstance) throws(Failure) {
    destroyInstance = try library.load("vkDestroyInstance", instance)
    enumeratePhysicalDevices = try library.load("vkEnumeratePhysicalDevices", instance)
    enumerateDeviceExtensions = try library.load("vkEnumerateDeviceExtensionProperties", instance)
    getProperties = try library.load("vkGetPhysicalDeviceProperties2", instance)
    getFeatures = try library.load("vkGetPhysicalDeviceFeatures2", instance)
    getMemoryProperties = try library.load("vkGetPhysicalDeviceMemoryProperties2", instance)
    getQueueFamilies = try library.load("vkGetPhysicalDeviceQueueFamilyProperties", instance)
    createDevice = try library.load("vkCreateDevice", instance)
    getDeviceProcAddr = try library.load("vkGetDeviceProcAddr", instance)
    getCooperativeMatrices = try? library.load("vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR", instance)
  }
}

/// Functions of one device, resolved once and without the loader's dispatch.
struct DeviceFunctions {
  let destroyDevice: PFN_vkDestroyDevice
  let getQueue: PFN_vkGetDeviceQueue

  let createBuffer: PFN_vkCreateBuffer
  let destroyBuffer: PFN_vkDestroyBuffer
  let getBufferRequirements: PFN_vkGetBufferMemoryRequirements
  let bindBufferMemory: PFN_vkBindBufferMemory
  let allocateMemory: PFN_vkAllocateMemory
  let freeMemory: PFN_vkFreeMemory
  let mapMemory: PFN_vkMapMemory

  let createShaderModule: PFN_vkCreateShaderModule
  let destroyShaderModule: PFN_vkDestroyShaderModule
  let createSetLayout: PFN_vkCreateDescriptorSetLayout
  let destroySetLayout: PFN_vkDestroyDescriptorSetLayout
  let createPipelineLayout: PFN_vkCreatePipelineLayout
  let destroyPipelineLayout: PFN_vkDestroyPipelineLayout
  let createComputePipelines: PFN_vkCreateComputePipelines
  let destroyPipeline: PFN_vkDestroyPipeline
  let createPipelineCache: PFN_vkCreatePipelineCache
  let destroyPipelineCache: PFN_vkDestroyPipelineCache
  let getPipelineCacheData: PFN_vkGetPipelineCacheData

  let createDescriptorPool: PFN_vkCreateDescriptorPool
  let destroyDescriptorPool: PFN_vkDestroyDescriptorPool
  let allocateDescriptorSets: PFN_vkAllocateDescriptorSets
  let updateDescriptorSets: PFN_vkUpdateDescriptorSets
  let createQueryPool: PFN_vkCreateQueryPool
  let destroyQueryPool: PFN_vkDestroyQueryPool
  let getQueryResults: PFN_vkGetQueryPoolResults

  let createFence: PFN_vkCreateFence
  let destroyFence: PFN_vkDestroyFence
  let resetFences: PFN_vkResetFences
  let waitForFences: PFN_vkWaitForFences
  let queueSubmit: PFN_vkQueueSubmit

  let createCommandPool: PFN_vkCreateCommandPool
  let destroyCommandPool: PFN_vkDestroyCommandPool
  let allocateCommandBuffers: PFN_vkAllocateCommandBuffers
  let begin: PFN_vkBeginCommandBuffer
  let end: PFN_vkEndCommandBuffer
  let bindPipeline: PFN_vkCmdBindPipeline
  let bindDescriptorSets: PFN_vkCmdBindDescriptorSets
  let pushConstants: PFN_vkCmdPushConstants
  let dispatch: PFN_vkCmdDispatch
  let dispatchIndirect: PFN_vkCmdDispatchIndirect
  let copyBuffer: PFN_vkCmdCopyBuffer
  let fillBuffer: PFN_vkCmdFillBuffer
  let pipelineBarrier: PFN_vkCmdPipelineBarrier
  let resetQueryPool: PFN_vkCmdResetQueryPool
  let writeTimestamp: PFN_vkCmdWriteTimestamp

  /// - Throws: `.library` when one is missing; the device is then destroyed.
  init(orDestroying device: VkDevice, _ getProcAddr: PFN_vkGetDeviceProcAddr) throws(Failure) {
    do {
      try self.init(getProcAddr, device)
    } catch {
      if let address = getProcAddr(device, "vkDestroyDevice") {
        unsafeBitCast(address, to: PFN_vkDestroyDevice.self)(device, nil)
      }
      throw error
    }
  }

  private init(_ getProcAddr: PFN_vkGetDeviceProcAddr, _ device: VkDevice) throws(Failure) {
    func load<Function>(_ name: String) throws(Failure) -> Function {
      guard let address = getProcAddr(device, name) else {
        throw Failure(.library, "the Vulkan driver has no \(name): update the driver")
      }
      return unsafeBitCast(address, to: Function.self)
    }
    destroyDevice = try load("vkDestroyDevice")
    getQueue = try load("vkGetDeviceQueue")

    createBuffer = try load("vkCreateBuffer")
    destroyBuffer = try load("vkDestroyBuffer")
    getBufferRequirements = try load("vkGetBufferMemoryRequirements")
    bindBufferMemory = try load("vkBindBufferMemory")
    allocateMemory = try load("vkAllocateMemory")
    freeMemory = try load("vkFreeMemory")
    mapMemory = try load("vkMapMemory")

    createShaderModule = try load("vkCreateShaderModule")
    destroyShaderModule = try load("vkDestroyShaderModule")
    createSetLayout = try load("vkCreateDescriptorSetLayout")
    destroySetLayout = try load("vkDestroyDescriptorSetLayout")
    createPipelineLayout = try load("vkCreatePipelineLayout")
    destroyPipelineLayout = try load("vkDestroyPipelineLayout")
    createComputePipelines = try load("vkCreateComputePipelines")
    destroyPipeline = try load("vkDestroyPipeline")
    createPipelineCache = try load("vkCreatePipelineCache")
    destroyPipelineCache = try load("vkDestroyPipelineCache")
    getPipelineCacheData = try load("vkGetPipelineCacheData")

    createDescriptorPool = try load("vkCreateDescriptorPool")
    destroyDescriptorPool = try load("vkDestroyDescriptorPool")
    allocateDescriptorSets = try load("vkAllocateDescriptorSets")
    updateDescriptorSets = try load("vkUpdateDescriptorSets")
    createQueryPool = try load("vkCreateQueryPool")
    destroyQueryPool = try load("vkDestroyQueryPool")
    getQueryResults = try load("vkGetQueryPoolResults")

    createFence = try load("vkCreateFence")
    destroyFence = try load("vkDestroyFence")
    resetFences = try load("vkResetFences")
    waitForFences = try load("vkWaitForFences")
    queueSubmit = try load("vkQueueSubmit")

    createCommandPool = try load("vkCreateCommandPool")
    destroyCommandPool = try load("vkDestroyCommandPool")
    allocateCommandBuffers = try load("vkAllocateCommandBuffers")
    begin = try load("vkBeginCommandBuffer")
    end = try load("vkEndCommandBuffer")
    bindPipeline = try load("vkCmdBindPipeline")
    bindDescriptorSets = try load("vkCmdBindDescriptorSets")
    pushConstants = try load("vkCmdPushConstants")
    dispatch = try load("vkCmdDispatch")
    dispatchIndirect = try load("vkCmdDispatchIndirect")
    copyBuffer = try load("vkCmdCopyBuffer")
    fillBuffer = try load("vkCmdFillBuffer")
    pipelineBarrier = try load("vkCmdPipelineBarrier")
    resetQueryPool = try load("vkCmdResetQueryPool")
    writeTimestamp = try load("vkCmdWriteTimestamp")
  }
}
