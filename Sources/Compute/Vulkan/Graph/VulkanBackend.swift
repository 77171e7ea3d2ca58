/// Runs graphs on a Vulkan device: each compiled graph is one command buffer, recorded once and submitted every run.
public struct VulkanBackend: Backend {
  /// How graphs are prepared.
  public struct Options: Sendable {
    /// Keeps `float16` tensors as halves, packed two to a word, which any device can do; else as floats. Sums are always
    /// taken in 32 bits.
    public var storesHalves = true
    /// Copies inputs, outputs and weights through buffers of their own; `nil` where host and device share no memory.
    public var stagesTransfers: Bool?
    /// How matrices of halves are multiplied; `nil` asks the variable `EGOSTREAM_VULKAN_MATRICES`.
    public var matrices: MatrixPath?
    /// Places a timestamp after every operation, for `VulkanCompiledGraph.timings()`.
    public var timesOperations = false

    public init() {}
  }

  public let device: VulkanDevice
  public let options: Options

  public init(_ device: VulkanDevice, _ options: Options = Options()) {
    self.device = device
    self.options = options
  }

  public func compile(_ graph: Graph) throws(Failure) -> any CompiledGraph { try prepare(graph) }

  /// `compile`, with what only this backend can tell.
  public func prepare(_ graph: Graph) throws(Failure) -> VulkanCompiledGraph {
    try graph.validate()
    return try VulkanCompiledGraph(graph, device, options)
  }
}
