/// What a device was asked for since it was opened. Running recorded work again must raise `submissions` alone.
public struct VulkanCounters: Sendable, Equatable {
  /// Memory allocations made, whether freed since or not.
  public internal(set) var allocations = 0
  /// Bytes allocated now.
  public internal(set) var allocatedBytes = 0
  public internal(set) var pipelinesCreated = 0
  /// Pipelines whose compiled form was found on disk and accepted.
  public internal(set) var pipelineCacheHits = 0
  /// Descriptor sets written.
  public internal(set) var descriptorUpdates = 0
  public internal(set) var recordings = 0
  public internal(set) var submissions = 0

  /// The same counters with `submissions` at 0, to compare before and after running again.
  public var withoutSubmissions: VulkanCounters {
    var copy = self
    copy.submissions = 0
    return copy
  }
}
