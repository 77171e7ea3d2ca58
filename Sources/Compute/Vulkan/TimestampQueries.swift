import CVulkan

/// How long a marked stretch of a recording took on the device.
public struct StretchTiming: Sendable, Equatable {
  public let name: String
  public let nanoseconds: Double
}

/// The device's clock, read at the start of a recording and at every mark.
struct TimestampQueries: ~Copyable {
  let pool: VkQueryPool
  private let device: VulkanDevice
  private let names: [String]

  /// - Parameter names: One for each stretch; empty needs no queries.
  /// - Returns: `nil` when there is nothing to time or the device has no clock.
  static func make(_ device: VulkanDevice, names: [String]) throws(Failure) -> TimestampQueries? {
    guard !names.isEmpty, device.report.capabilities.timestamps else { return nil }
    var info = VkQueryPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
    info.queryType = VK_QUERY_TYPE_TIMESTAMP
    info.queryCount = UInt32(names.count + 1)
    var pool: VkQueryPool?
    try check(device.vk.createQueryPool(device.handle, &info, nil, &pool), "vkCreateQueryPool")
    guard let pool else { throw Failure(.library, "vkCreateQueryPool gave no pool") }
    return TimestampQueries(pool: pool, device: device, names: names)
  }

  deinit {
    // A device that was given up may still write them.
    if !device.isAbandoned { device.vk.destroyQueryPool(device.handle, pool, nil) }
  }

  func recordStart(_ commands: VkCommandBuffer) {
    device.vk.resetQueryPool(commands, pool, 0, UInt32(names.count + 1))
    record(commands, 0)
  }

  /// Query 0 is the start, query `n` the end of stretch `n - 1`.
  func record(_ commands: VkCommandBuffer, _ query: Int) {
    device.vk.writeTimestamp(commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool, UInt32(query))
  }

  /// After the recording ran.
  func read() throws(Failure) -> [StretchTiming] {
    var ticks = [UInt64](repeating: 0, count: names.count + 1)
    let result = ticks.withUnsafeMutableBytes {
      device.vk.getQueryResults(
        device.handle, pool, 0, UInt32(names.count + 1), $0.count, $0.baseAddress, 8,
        VK_QUERY_RESULT_64_BIT.rawValue)
    }
    try check(result, "vkGetQueryPoolResults")
    // Only the low bits count; differences are right across a wrap.
    let bits = device.physical.timestampBits
    let mask = bits >= 64 ? UInt64.max : (1 << UInt64(bits)) - 1
    return names.indices.map {
      let elapsed = (ticks[$0 + 1] &- ticks[$0]) & mask
      return StretchTiming(name: names[$0], nanoseconds: Double(elapsed) * device.physical.timestampNanoseconds)
    }
  }
}
