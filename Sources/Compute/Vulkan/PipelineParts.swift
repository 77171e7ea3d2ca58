import CVulkan

/// The Vulkan objects of a pipeline under construction; those made so far go when a later step fails.
struct PipelineParts: ~Copyable {
  private let device: VulkanDevice
  private var setLayout: VkDescriptorSetLayout?
  private var layout: VkPipelineLayout?
  private var pipeline: VkPipeline?

  init(_ device: VulkanDevice) { self.device = device }

  deinit {
    device.vk.destroyPipeline(device.handle, pipeline, nil)
    device.vk.destroyPipelineLayout(device.handle, layout, nil)
    device.vk.destroySetLayout(device.handle, setLayout, nil)
  }

  /// Hands the finished objects over; `nil` when one is missing.
  consuming func take() -> (VkPipeline, VkPipelineLayout, VkDescriptorSetLayout)? {
    guard let pipeline, let layout, let setLayout else { return nil }
    self.pipeline = nil
    self.layout = nil
    self.setLayout = nil
    return (pipeline, layout, setLayout)
  }

  mutating func createLayouts(_ interface: ShaderInterface, _ name: StaticString) throws(Failure) {
    let bindings = interface.bindings.map { binding in
      var out = VkDescriptorSetLayoutBinding()
      out.binding = UInt32(binding.number)
      out.descriptorType = binding.descriptorType
      out.descriptorCount = 1
      out.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
      return out
    }
    let made = bindings.withUnsafeBufferPointer { bindings in
      var info = VkDescriptorSetLayoutCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO
      info.bindingCount = UInt32(bindings.count)
      info.pBindings = bindings.baseAddress
      return device.vk.createSetLayout(device.handle, &info, nil, &setLayout)
    }
    try check(made, "shader \(name): vkCreateDescriptorSetLayout")

    var push = VkPushConstantRange()
    push.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
    push.size = UInt32((interface.pushConstantByteCount + 3) & ~3)
    let laidOut = withUnsafePointer(to: push) { push in
      withUnsafePointer(to: setLayout) { setLayout in
        var info = VkPipelineLayoutCreateInfo()
        info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO
        info.setLayoutCount = 1
        info.pSetLayouts = setLayout
        info.pushConstantRangeCount = push.pointee.size > 0 ? 1 : 0
        info.pPushConstantRanges = push
        return device.vk.createPipelineLayout(device.handle, &info, nil, &layout)
      }
    }
    try check(laidOut, "shader \(name): vkCreatePipelineLayout")
  }

  /// - Parameter fullSubgroups: The size that every subgroup is to have, without idle threads; `nil` leaves it to the
  ///   driver.
  mutating func createPipeline(
    _ words: [UInt32], _ constants: [(id: UInt32, bits: UInt32)], _ name: StaticString, fullSubgroups: Int?
  ) throws(Failure) {
    var module: VkShaderModule?
    let loaded = words.withUnsafeBufferPointer { words in
      var info = VkShaderModuleCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO
      info.codeSize = words.count * 4
      info.pCode = words.baseAddress
      return device.vk.createShaderModule(device.handle, &info, nil, &module)
    }
    try check(loaded, "shader \(name): vkCreateShaderModule")
    defer { device.vk.destroyShaderModule(device.handle, module, nil) }

    var stage = FeatureChain()
    if let fullSubgroups {
      var size = VkPipelineShaderStageRequiredSubgroupSizeCreateInfo()
      size.requiredSubgroupSize = UInt32(fullSubgroups)
      stage.add(size, VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO)
    }
    let cache = PipelineCache(device, words, constants, name)
    let entries = constants.enumerated().map { index, constant in
      VkSpecializationMapEntry(constantID: constant.id, offset: UInt32(index * 4), size: 4)
    }
    let result = entries.withUnsafeBufferPointer { entries in
      constants.map(\.bits).withUnsafeBytes { bits in
        var specialisation = VkSpecializationInfo()
        specialisation.mapEntryCount = UInt32(entries.count)
        specialisation.pMapEntries = entries.baseAddress
        specialisation.dataSize = bits.count
        specialisation.pData = bits.baseAddress
        return withUnsafePointer(to: specialisation) { specialisation in
          withCStrings(["main"]) { main in
            stage.with { next in
              var info = VkComputePipelineCreateInfo()
              info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO
              info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO
              info.stage.pNext = UnsafeRawPointer(next)
              info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT
              info.stage.module = module
              info.stage.pName = main[0]
              info.stage.pSpecializationInfo = specialisation
              if fullSubgroups != nil {
                info.stage.flags = VK_PIPELINE_SHADER_STAGE_CREATE_REQUIRE_FULL_SUBGROUPS_BIT.rawValue
              }
              info.layout = layout
              return device.vk.createComputePipelines(device.handle, cache.handle, 1, &info, nil, &pipeline)
            }
          }
        }
      }
    }
    try check(result, "shader \(name): vkCreateComputePipelines")
    cache.save()
  }
}

extension ShaderInterface.Binding {
  var descriptorType: VkDescriptorType {
    isUniform ? VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
  }
}
