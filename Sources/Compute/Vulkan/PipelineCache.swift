import CVulkan

/// The driver's cache object for one pipeline, filled from disk where it was compiled before.
///
/// Without a cache folder, or when the driver refuses, `handle` is `nil` and the pipeline is simply compiled.
struct PipelineCache: ~Copyable {
  private(set) var handle: VkPipelineCache?
  private let device: VulkanDevice
  private let name: String
  private let wasFound: Bool

  init(
    _ device: VulkanDevice, _ words: [UInt32], _ constants: [(id: UInt32, bits: UInt32)], _ shader: StaticString
  ) {
    self.device = device
    let key = (words + constants.flatMap { [$0.id, $0.bits] }).withUnsafeBytes { fingerprint($0) }
    name = "\(shader)-\(String(key, radix: 16))"
    let data = device.pipelineCache?.load(name)
    wasFound = data != nil
    guard device.pipelineCache != nil else { return }
    let result = (data ?? []).withUnsafeBytes { data in
      var info = VkPipelineCacheCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO
      info.initialDataSize = data.count
      info.pInitialData = data.baseAddress
      return device.vk.createPipelineCache(device.handle, &info, nil, &handle)
    }
    if result != VK_SUCCESS { handle = nil }
    if wasFound && handle != nil { device.counters.pipelineCacheHits += 1 }
  }

  deinit { device.vk.destroyPipelineCache(device.handle, handle, nil) }

  /// Keeps what the driver compiled, unless it came from disk.
  func save() {
    guard let folder = device.pipelineCache, let handle, !wasFound else { return }
    var count = 0
    guard device.vk.getPipelineCacheData(device.handle, handle, &count, nil) == VK_SUCCESS, count > 0 else { return }
    var data = [UInt8](repeating: 0, count: count)
    guard device.vk.getPipelineCacheData(device.handle, handle, &count, &data) == VK_SUCCESS else { return }
    folder.save(name, Array(data.prefix(count)))
  }
}
