import CVulkan

/// Writes a list of commands into a command buffer, with the barriers it needs.
enum CommandEncoder {
  private static let work =
    VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue
  private static let writes = VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue
  private static let readsAndWrites =
    writes | VK_ACCESS_SHADER_READ_BIT.rawValue | VK_ACCESS_UNIFORM_READ_BIT.rawValue
    | VK_ACCESS_TRANSFER_READ_BIT.rawValue | VK_ACCESS_INDIRECT_COMMAND_READ_BIT.rawValue

  /// - Returns: How many barriers were placed between commands.
  static func encode(
    _ list: CommandList, _ sets: borrowing DescriptorSets, _ timestamps: borrowing TimestampQueries?,
    into buffer: borrowing CommandBuffer
  ) throws(Failure) -> Int {
    let vk = list.device.vk
    let commands = buffer.handle
    var info = VkCommandBufferBeginInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
    try check(vk.begin(commands, &info), "vkBeginCommandBuffer")
    timestamps?.recordStart(commands)
    // Work submitted before may still run and may have written what this reads.
    barrier(vk, commands)

    var hazards = HazardTracker()
    var barrierCount = 0
    var dispatchIndex = 0
    var markIndex = 0
    for command in list.commands {
      if hazards.needsBarrier(before: command.accesses) {
        barrier(vk, commands)
        barrierCount += 1
      }
      switch command {
      case .dispatch(let dispatch):
        encode(dispatch, sets.sets[dispatchIndex], vk, commands)
        dispatchIndex += 1
      case .copy(let source, let target):
        var region = VkBufferCopy(
          srcOffset: VkDeviceSize(source.offset), dstOffset: VkDeviceSize(target.offset),
          size: VkDeviceSize(source.byteCount))
        vk.copyBuffer(commands, source.buffer.handle, target.buffer.handle, 1, &region)
      case .fill(let region, let word):
        // A ragged end is rounded up into the words the buffer was padded to.
        vk.fillBuffer(
          commands, region.buffer.handle, VkDeviceSize(region.offset), VkDeviceSize((region.byteCount + 3) & ~3), word)
      case .mark:
        markIndex += 1
        timestamps?.record(commands, markIndex)
      }
    }
    hostBarrier(vk, commands)
    try check(vk.end(commands), "vkEndCommandBuffer")
    return barrierCount
  }

  private static func encode(
    _ dispatch: CommandList.Dispatch, _ set: VkDescriptorSet?, _ vk: DeviceFunctions, _ commands: VkCommandBuffer
  ) {
    vk.bindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.handle)
    if set != nil {
      withUnsafePointer(to: set) {
        vk.bindDescriptorSets(
          commands, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.layout, 0, 1, $0, 0, nil)
      }
    }
    if !dispatch.push.isEmpty {
      // Rounded up to whole words, as the pipeline's layout is.
      let push = dispatch.push + [UInt8](repeating: 0, count: -dispatch.push.count & 3)
      push.withUnsafeBytes {
        vk.pushConstants(
          commands, dispatch.pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT.rawValue, 0, UInt32($0.count),
          $0.baseAddress)
      }
    }
    switch dispatch.size {
    case .groups(let count): vk.dispatch(commands, count.x, count.y, count.z)
    case .indirect(let region):
      vk.dispatchIndirect(commands, region.buffer.handle, VkDeviceSize(region.offset))
    }
  }

  /// All work before it, with its writes, comes before all work after it.
  private static func barrier(_ vk: DeviceFunctions, _ commands: VkCommandBuffer) {
    var memory = VkMemoryBarrier()
    memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER
    memory.srcAccessMask = writes
    memory.dstAccessMask = readsAndWrites
    vk.pipelineBarrier(
      commands, work, work | VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT.rawValue, 0, 1, &memory, 0, nil, 0, nil)
  }

  /// Makes the device's writes visible to the host, which a fence alone does not.
  private static func hostBarrier(_ vk: DeviceFunctions, _ commands: VkCommandBuffer) {
    var memory = VkMemoryBarrier()
    memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER
    memory.srcAccessMask = writes
    memory.dstAccessMask = VK_ACCESS_HOST_READ_BIT.rawValue
    vk.pipelineBarrier(commands, work, VK_PIPELINE_STAGE_HOST_BIT.rawValue, 0, 1, &memory, 0, nil, 0, nil)
  }
}

extension CommandList.Command {
  /// What a command reads and writes, as its shader declares it.
  fileprivate var accesses: [HazardTracker.Access] {
    switch self {
    case .mark: return []
    case .fill(let region, _): return [HazardTracker.Access(region, writes: true)]
    case .copy(let source, let target):
      return [HazardTracker.Access(source, writes: false), HazardTracker.Access(target, writes: true)]
    case .dispatch(let dispatch):
      var accesses = zip(dispatch.regions, dispatch.pipeline.interface.bindings).map {
        HazardTracker.Access($0, writes: $1.isWritten)
      }
      if case .indirect(let region) = dispatch.size { accesses.append(HazardTracker.Access(region, writes: false)) }
      return accesses
    }
  }
}
