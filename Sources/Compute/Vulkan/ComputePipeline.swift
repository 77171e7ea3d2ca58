import CVulkan

/// A shader made ready for one device: specialised, compiled by the driver, with its layout.
///
/// Bindings, push constants and workgroup size are read from the shader itself; see `interface`.
public final class ComputePipeline {
  /// The shader's name, for errors and timings.
  public let name: String
  public let interface: ShaderInterface
  /// Invocations of one workgroup in x, y and z, after specialisation.
  public let workgroupSize: SIMD3<UInt32>

  let handle: VkPipeline
  let layout: VkPipelineLayout
  let setLayout: VkDescriptorSetLayout
  let device: VulkanDevice

  /// - Parameter constants: Values for `constant_id`s, workgroup sizes included; the rest keep the shader's defaults.
  /// - Throws: `.library` when a constant is not the shader's, the shader needs what the device has not, a limit is
  ///   exceeded or the driver refuses it; `.outOfMemory`.
  public init(
    _ device: VulkanDevice, _ shader: Shader, constants: [UInt32: SpecialisationConstant] = [:]
  ) throws(Failure) {
    let words = try shader.words()
    let interface = try ShaderInterface(words: words, name: shader.name)
    try interface.checkConstants(constants, shader: shader.name)
    workgroupSize = try interface.checkLimits(of: device.report, constants, shader: shader.name)

    var owned = PipelineParts(device)
    try owned.createLayouts(interface, shader.name)
    // All threads of a subgroup hold a part of such a matrix, so there has to be one behind each part.
    let capabilities = device.report.capabilities
    let isWhole = capabilities.fullSubgroups && interface.capabilities.contains(ShaderInterface.cooperativeMatrices)
    try owned.createPipeline(
      words, constants.sorted { $0.key < $1.key }.map { ($0.key, $0.value.bits) }, shader.name,
      fullSubgroups: isWhole ? capabilities.subgroupSize : nil)
    guard let parts = owned.take() else {
      throw Failure(.library, "shader \(shader.name): the driver gave no pipeline")
    }

    name = shader.name.description
    self.interface = interface
    self.device = device
    (handle, layout, setLayout) = parts
    device.counters.pipelinesCreated += 1
  }

  deinit {
    device.vk.destroyPipeline(device.handle, handle, nil)
    device.vk.destroyPipelineLayout(device.handle, layout, nil)
    device.vk.destroySetLayout(device.handle, setLayout, nil)
  }
}
