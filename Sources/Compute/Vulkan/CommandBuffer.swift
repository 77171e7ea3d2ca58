import CVulkan

/// A command buffer, the pool it lies in, and the fence of its last submission.
struct CommandBuffer: ~Copyable {
  let handle: VkCommandBuffer
  private let device: VulkanDevice
  private let pool: VkCommandPool
  private let fence: VkFence

  init(_ device: VulkanDevice, _ label: String) throws(Failure) {
    var poolInfo = VkCommandPoolCreateInfo()
    poolInfo.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO
    poolInfo.queueFamilyIndex = device.physical.queueFamily ?? 0
    var pool: VkCommandPool?
    try check(device.vk.createCommandPool(device.handle, &poolInfo, nil, &pool), "\(label): vkCreateCommandPool")

    var info = VkCommandBufferAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO
    info.commandPool = pool
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY
    info.commandBufferCount = 1
    var handle: VkCommandBuffer?
    let allocated = device.vk.allocateCommandBuffers(device.handle, &info, &handle)

    var fenceInfo = VkFenceCreateInfo()
    fenceInfo.sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO
    var fence: VkFence?
    let fenced = device.vk.createFence(device.handle, &fenceInfo, nil, &fence)

    guard allocated == VK_SUCCESS, fenced == VK_SUCCESS, let pool, let handle, let fence else {
      device.vk.destroyFence(device.handle, fence, nil)
      device.vk.destroyCommandPool(device.handle, pool, nil)
      try check(allocated, "\(label): vkAllocateCommandBuffers")
      try check(fenced, "\(label): vkCreateFence")
      throw Failure(.library, "\(label): the driver gave no command buffer")
    }
    self.device = device
    self.pool = pool
    self.handle = handle
    self.fence = fence
  }

  deinit {
    // Given up, it may still be running.
    if device.isAbandoned { return }
    device.vk.destroyFence(device.handle, fence, nil)
    device.vk.destroyCommandPool(device.handle, pool, nil)
  }

  /// Starts the commands, which must not be running.
  func submit() -> VkResult {
    let reset = withUnsafePointer(to: Optional(fence)) { device.vk.resetFences(device.handle, 1, $0) }
    guard reset == VK_SUCCESS else { return reset }
    return withUnsafePointer(to: Optional(handle)) { commands in
      var info = VkSubmitInfo()
      info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO
      info.commandBufferCount = 1
      info.pCommandBuffers = commands
      return device.vk.queueSubmit(device.queue, 1, &info, fence)
    }
  }

  /// `VK_SUCCESS`, `VK_TIMEOUT` or an error.
  func wait(timeoutNanoseconds: UInt64) -> VkResult {
    withUnsafePointer(to: Optional(fence)) {
      device.vk.waitForFences(device.handle, 1, $0, VkBool32(VK_TRUE), timeoutNanoseconds)
    }
  }
}
