import CVulkan

/// A device's memory: its heaps, how full they are, and the types that allocations come from.
struct MemoryHeaps {
  struct Heap {
    let bytes: UInt64
    let isDeviceLocal: Bool
    /// What this process may still take, where the driver says; others may take it first.
    let freeBytes: UInt64?
  }

  let heaps: [Heap]
  /// Properties and heap of each memory type, in the driver's order of preference.
  let types: [(flags: VkMemoryPropertyFlags, heap: Int)]

  init(_ device: VkPhysicalDevice, _ functions: InstanceFunctions, withBudget: Bool) {
    var budget = VkPhysicalDeviceMemoryBudgetPropertiesEXT()
    budget.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT
    var all = VkPhysicalDeviceMemoryProperties2()
    all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2
    withUnsafeMutablePointer(to: &budget) { budget in
      all.pNext = withBudget ? UnsafeMutableRawPointer(budget) : nil
      functions.getMemoryProperties(device, &all)
    }
    let properties = all.memoryProperties
    let budgets = elements(budget.heapBudget, of: VkDeviceSize.self)
    let usages = elements(budget.heapUsage, of: VkDeviceSize.self)
    let allHeaps = elements(properties.memoryHeaps, of: VkMemoryHeap.self)
    heaps = (0..<min(Int(properties.memoryHeapCount), allHeaps.count)).map { index in
      Heap(
        bytes: allHeaps[index].size,
        isDeviceLocal: allHeaps[index].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT.rawValue != 0,
        freeBytes: withBudget ? budgets[index] - min(budgets[index], usages[index]) : nil)
    }
    types = elements(properties.memoryTypes, of: VkMemoryType.self).prefix(Int(properties.memoryTypeCount))
      .map { ($0.propertyFlags, Int($0.heapIndex)) }
  }

  /// Whether host and device share all memory, as on integrated GPUs: copying between them would gain nothing.
  var isUnified: Bool { heaps.allSatisfy(\.isDeviceLocal) }

  /// How full a heap is, for messages.
  func state(ofHeap index: Int) -> String {
    guard heaps.indices.contains(index) else { return "of an unknown heap" }
    let kind = heaps[index].isDeviceLocal ? "device memory" : "host memory"
    let size = inWords(bytes: heaps[index].bytes)
    guard let free = heaps[index].freeBytes else { return "there are \(size) of \(kind) in all" }
    return "\(inWords(bytes: free)) of \(size) of \(kind) are free"
  }
}

/// A C array inside an imported struct, which Swift sees as a tuple of equal elements.
private func elements<Tuple, Element>(_ tuple: Tuple, of: Element.Type) -> [Element] {
  withUnsafeBytes(of: tuple) { Array($0.bindMemory(to: Element.self)) }
}
