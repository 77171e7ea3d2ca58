import CVulkan

/// Structures linked by their `pNext`, as Vulkan takes and fills them: for what a device can do, and for what it is
/// opened with.
struct FeatureChain: ~Copyable {
  private var links: [UnsafeMutableRawPointer] = []

  deinit { for link in links { link.deallocate() } }

  /// Calls `body` with the structure added last, which leads to the others; with `nil` where there is none.
  func with<Result>(_ body: (UnsafeMutableRawPointer?) throws -> Result) rethrows -> Result { try body(links.last) }

  /// Adds a structure of Vulkan's, whose first members are its type and `pNext`.
  /// - Returns: Where it lies: to be read in `with` alone, which keeps the chain alive.
  @discardableResult
  mutating func add<Structure: BitwiseCopyable>(
    _ structure: Structure, _ type: VkStructureType
  ) -> UnsafeMutablePointer<Structure> {
    let link = UnsafeMutablePointer<Structure>.allocate(capacity: 1)
    link.initialize(to: structure)
    // Every structure of a chain begins as this one does.
    let base = UnsafeMutableRawPointer(link).assumingMemoryBound(to: VkBaseOutStructure.self)
    base.pointee.sType = type
    base.pointee.pNext = links.last?.assumingMemoryBound(to: VkBaseOutStructure.self)
    links.append(UnsafeMutableRawPointer(link))
    return link
  }
}
