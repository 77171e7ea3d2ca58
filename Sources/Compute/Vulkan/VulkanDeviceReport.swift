/// One device of one Vulkan driver, what it can do, and whether it may be used: a row of `egostream devices`.
public struct VulkanDeviceReport: Sendable, Equatable {
  public enum Kind: String, Sendable {
    case discrete, integrated, virtual, software, other
  }

  /// What later kernels choose their variants by. False or 0 never stops a device from being used.
  public struct Capabilities: Sendable, Equatable {
    /// Arithmetic on 16-bit floats in shaders.
    public var float16 = false
    /// Storage buffers holding 16-bit elements.
    public var storage16Bit = false
    /// What `VK_KHR_cooperative_matrix` multiplies at once; empty where it or what it needs is missing.
    public var matrixShapes: [MatrixShape] = []
    /// A workgroup can be divided into whole subgroups of `subgroupSize`, none of them partly idle.
    public var fullSubgroups = false
    /// `VK_EXT_memory_budget` is offered, so that free memory is known.
    public var memoryBudget = false
    /// Ticks of the device's clock can be read around commands.
    public var timestamps = false
    /// Invocations that run in lockstep. Never assume one: it may differ between pipelines.
    public var subgroupSize = 0

    /// Matrix products can run on units of their own.
    public var cooperativeMatrix: Bool { !matrixShapes.isEmpty }

    public init() {}
  }

  /// The limits that sizes are checked against.
  public struct Limits: Sendable, Equatable {
    public var storageBufferBytes = 0
    public var uniformBufferBytes = 0
    public var bufferOffsetAlignment = 1
    public var allocationBytes = Int.max
    public var storageBuffersPerPipeline = 0
    public var pushConstantBytes = 0
    public var sharedMemoryBytes = 0
    public var workgroupInvocations = 0
    public var workgroupSize: SIMD3<UInt32> = .zero
    public var workgroupCount: SIMD3<UInt32> = .zero

    public init() {}
  }

  /// Position in the loader's list: the number that `device=` takes.
  public let index: Int
  public let name: String
  public let kind: Kind
  /// The driver's name and version, in the driver's own words where it has any.
  public let driver: String
  public let apiVersion: String
  /// Size of the largest heap of device-local memory.
  public let memoryBytes: UInt64
  public let capabilities: Capabilities
  public let limits: Limits
  /// Whether the device can be used at all; a software device can, but only when it is asked for.
  public let usable: Bool
  /// Why it can or cannot.
  public let reason: String

  public var isSoftware: Bool { kind == .software }

  public init(
    index: Int, name: String, kind: Kind, driver: String, apiVersion: String, memoryBytes: UInt64,
    capabilities: Capabilities, limits: Limits, usable: Bool, reason: String
  ) {
    self.index = index
    self.name = name
    self.kind = kind
    self.driver = driver
    self.apiVersion = apiVersion
    self.memoryBytes = memoryBytes
    self.capabilities = capabilities
    self.limits = limits
    self.usable = usable
    self.reason = reason
  }
}

extension VulkanDeviceReport: CustomStringConvertible {
  public var description: String {
    "\(index): \(name) (\(kind.rawValue), \(driver), Vulkan \(apiVersion), \(inWords(bytes: memoryBytes))): \(reason)"
  }
}
