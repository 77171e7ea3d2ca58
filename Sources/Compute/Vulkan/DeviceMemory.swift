import CVulkan

/// A block of device memory, owned by whoever asked for it.
struct DeviceMemory {
  let handle: VkDeviceMemory
  let isMappable: Bool

  /// Takes memory from the best type that has room.
  static func allocate(
    _ device: VulkanDevice, _ needs: VkMemoryRequirements, _ placement: VulkanBuffer.Placement, _ label: String
  ) throws(Failure) -> DeviceMemory {
    let heaps = device.memoryHeaps()
    let candidates = types(heaps, needs.memoryTypeBits, placement)
    guard let first = candidates.first else {
      throw Failure(.library, "\(label): \(device.report.name) has no memory for \(placement.rawValue) buffers")
    }
    let asked = "\(label): \(inWords(bytes: needs.size)) of \(placement.rawValue) memory asked of \(device.report.name)"
    var result = VK_ERROR_OUT_OF_DEVICE_MEMORY
    if device.takesAllocationFault() {
      throw Failure(.outOfMemory, "\(asked), but \(heaps.state(ofHeap: heaps.types[first].heap))")
    }
    for type in candidates {
      var info = VkMemoryAllocateInfo()
      info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
      info.allocationSize = needs.size
      info.memoryTypeIndex = UInt32(type)
      var memory: VkDeviceMemory?
      result = device.vk.allocateMemory(device.handle, &info, nil, &memory)
      if result == VK_SUCCESS, let memory {
        return DeviceMemory(handle: memory, isMappable: heaps.types[type].flags & mappable == mappable)
      }
      // A small window of mapped device memory fills first; the next type may lie in another heap.
      guard result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY else { break }
    }
    guard result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY else {
      throw Failure(.library, "\(asked): vkAllocateMemory: \(result.words)")
    }
    throw Failure(.outOfMemory, "\(asked), but \(heaps.state(ofHeap: heaps.types[first].heap))")
  }

  private static let local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT.rawValue
  private static let visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT.rawValue
  private static let cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT.rawValue
  /// Only coherent memory is ever mapped: every driver has some, and flushing is then nobody's job.
  private static let mappable = visible | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT.rawValue

  /// Memory types fit for a placement, best first.
  private static func types(_ heaps: MemoryHeaps, _ allowed: UInt32, _ placement: VulkanBuffer.Placement) -> [Int] {
    // What a type must have, and what it had better not have because something scarcer or slower comes with it.
    let wishes: [(need: VkMemoryPropertyFlags, avoid: VkMemoryPropertyFlags)] =
      switch placement {
      case .device where heaps.isUnified: [(local | mappable | cached, 0), (local | mappable, 0), (local, 0)]
      case .device: [(local, visible), (local, 0)]
      case .upload: [(mappable, cached | local), (mappable, cached), (mappable, 0)]
      case .download: [(mappable | cached, local), (mappable | cached, 0), (mappable, 0)]
      case .parameters: [(local | mappable, 0), (mappable, 0)]
      }
    var found: [Int] = []
    for wish in wishes {
      for (index, type) in heaps.types.enumerated()
      where allowed >> UInt32(index) & 1 == 1 && type.flags & wish.need == wish.need && type.flags & wish.avoid == 0 {
        if !found.contains(index) { found.append(index) }
      }
    }
    return found
  }
}

extension VulkanDevice {
  /// Whether the test hook makes this allocation fail.
  func takesAllocationFault() -> Bool {
    guard let left = allocationsBeforeFailure else { return false }
    allocationsBeforeFailure = left > 0 ? left - 1 : nil
    return left <= 0
  }
}
