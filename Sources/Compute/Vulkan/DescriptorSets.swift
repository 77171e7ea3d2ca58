import CVulkan

/// One descriptor set a dispatch, written once when a recording is made.
struct DescriptorSets: ~Copyable {
  private let device: VulkanDevice
  private var pool: VkDescriptorPool?
  /// In the order of the dispatches; `nil` for a shader without buffers.
  private(set) var sets: [VkDescriptorSet?] = []

  init(_ device: VulkanDevice, _ dispatches: [CommandList.Dispatch]) throws(Failure) {
    self.device = device
    let bindings = dispatches.flatMap(\.pipeline.interface.bindings)
    guard !bindings.isEmpty else {
      sets = dispatches.map { _ in nil }
      return
    }
    let sizes = [
      VkDescriptorPoolSize(
        type: VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, descriptorCount: UInt32(bindings.count { !$0.isUniform })),
      VkDescriptorPoolSize(
        type: VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, descriptorCount: UInt32(bindings.count { $0.isUniform })),
    ].filter { $0.descriptorCount > 0 }
    let made = sizes.withUnsafeBufferPointer { sizes in
      var info = VkDescriptorPoolCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO
      info.maxSets = UInt32(dispatches.count)
      info.poolSizeCount = UInt32(sizes.count)
      info.pPoolSizes = sizes.baseAddress
      return device.vk.createDescriptorPool(device.handle, &info, nil, &pool)
    }
    try check(made, "vkCreateDescriptorPool for \(dispatches.count) dispatches")
    for dispatch in dispatches { sets.append(try makeSet(dispatch)) }
  }

  deinit {
    // A device that was given up may still use them.
    if !device.isAbandoned { device.vk.destroyDescriptorPool(device.handle, pool, nil) }
  }

  private func makeSet(_ dispatch: CommandList.Dispatch) throws(Failure) -> VkDescriptorSet? {
    let bindings = dispatch.pipeline.interface.bindings
    guard !bindings.isEmpty else { return nil }
    var set: VkDescriptorSet?
    let made = withUnsafePointer(to: Optional(dispatch.pipeline.setLayout)) { layout in
      var info = VkDescriptorSetAllocateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO
      info.descriptorPool = pool
      info.descriptorSetCount = 1
      info.pSetLayouts = layout
      return device.vk.allocateDescriptorSets(device.handle, &info, &set)
    }
    try check(made, "\(dispatch.pipeline.name): vkAllocateDescriptorSets")

    let infos = dispatch.regions.map {
      VkDescriptorBufferInfo(
        buffer: $0.buffer.handle, offset: VkDeviceSize($0.offset), range: VkDeviceSize($0.byteCount))
    }
    infos.withUnsafeBufferPointer { infos in
      var writes: [VkWriteDescriptorSet] = []
      for (index, binding) in bindings.enumerated() {
        var write = VkWriteDescriptorSet()
        write.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET
        write.dstSet = set
        write.dstBinding = UInt32(binding.number)
        write.descriptorCount = 1
        write.descriptorType = binding.descriptorType
        write.pBufferInfo = infos.baseAddress.map { $0 + index }
        writes.append(write)
      }
      device.vk.updateDescriptorSets(device.handle, UInt32(writes.count), writes, 0, nil)
    }
    device.counters.descriptorUpdates += 1
    return set
  }
}
