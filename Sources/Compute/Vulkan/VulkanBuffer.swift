import CVulkan

/// A buffer and the memory behind it, both freed with the last reference.
///
/// Contents start undefined. Any buffer can be bound, copied from and to, filled, and give the size of an indirect
/// dispatch.
public final class VulkanBuffer {
  /// Who reads and writes a buffer, which decides the memory it lives in.
  public enum Placement: String, Sendable {
    /// Device only, the fastest for it. Mapped too when memory is unified.
    case device
    /// Written by the host in order, read by the device once: the source of a copy.
    case upload
    /// Written by the device, read by the host through its cache: the target of a copy.
    case download
    /// A few bytes the host writes before each run and the device reads in place: parameters.
    case parameters
  }

  public let byteCount: Int
  public let placement: Placement
  /// Names the buffer in errors.
  public let label: String
  /// The buffer's bytes where the host can reach them. Coherent: what is written before `submit` is seen by the device,
  /// and after `wait` returns what the device wrote is seen here. Valid as long as the buffer; do not touch it while a
  /// recording that uses the buffer runs.
  public let mapped: UnsafeMutableRawBufferPointer?

  let handle: VkBuffer
  let device: VulkanDevice
  private let memory: VkDeviceMemory
  private let allocatedBytes: Int

  /// - Parameter label: Names the buffer in errors, e.g. `"point map"`.
  /// - Throws: `.outOfMemory` saying what was asked and what is free; `.library` for an impossible size.
  public init(
    _ device: VulkanDevice, byteCount: Int, _ placement: Placement, label: String
  ) throws(Failure) {
    guard byteCount > 0 else { throw Failure(.library, "\(label): a buffer of \(byteCount) bytes was asked for") }
    let most = device.report.limits.allocationBytes
    guard byteCount <= most else {
      throw Failure(
        .outOfMemory,
        "\(label): \(inWords(bytes: UInt64(byteCount))) of \(placement.rawValue) memory asked of "
          + "\(device.report.name), which allocates at most \(inWords(bytes: UInt64(most))) at once")
    }
    var info = VkBufferCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO
    // Rounded so that fills, which count in words, reach the end.
    info.size = (VkDeviceSize(byteCount) + 3) & ~3
    info.usage =
      VK_BUFFER_USAGE_STORAGE_BUFFER_BIT.rawValue | VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT.rawValue
      | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT.rawValue | VK_BUFFER_USAGE_TRANSFER_SRC_BIT.rawValue
      | VK_BUFFER_USAGE_TRANSFER_DST_BIT.rawValue
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE
    var created: VkBuffer?
    try check(device.vk.createBuffer(device.handle, &info, nil, &created), "\(label): vkCreateBuffer")
    guard let buffer = created else { throw Failure(.library, "\(label): vkCreateBuffer gave no buffer") }

    var needs = VkMemoryRequirements()
    device.vk.getBufferRequirements(device.handle, buffer, &needs)
    let block: DeviceMemory
    do {
      block = try DeviceMemory.allocate(device, needs, placement, label)
    } catch {
      device.vk.destroyBuffer(device.handle, buffer, nil)
      throw error
    }
    let bound = device.vk.bindBufferMemory(device.handle, buffer, block.handle, 0)
    var address: UnsafeMutableRawPointer?
    let map =
      bound == VK_SUCCESS && block.isMappable
      ? device.vk.mapMemory(device.handle, block.handle, 0, VkDeviceSize(byteCount), 0, &address) : bound
    if map != VK_SUCCESS {
      device.vk.destroyBuffer(device.handle, buffer, nil)
      device.vk.freeMemory(device.handle, block.handle, nil)
      try check(map, "\(label): binding or mapping \(inWords(bytes: needs.size))")
    }

    self.device = device
    self.byteCount = byteCount
    self.placement = placement
    self.label = label
    handle = buffer
    memory = block.handle
    allocatedBytes = Int(clamping: needs.size)
    mapped = address.map { UnsafeMutableRawBufferPointer(start: $0, count: byteCount) }
    device.counters.allocations += 1
    device.counters.allocatedBytes += allocatedBytes
  }

  deinit {
    device.vk.destroyBuffer(device.handle, handle, nil)
    device.vk.freeMemory(device.handle, memory, nil)
    device.counters.allocatedBytes -= allocatedBytes
  }
}
