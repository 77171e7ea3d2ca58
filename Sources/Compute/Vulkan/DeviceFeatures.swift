import CVulkan

/// What a device can do beyond Vulkan 1.1: asked of its driver, and asked for when it is opened.
enum DeviceFeatures {
  /// Extensions that multiply matrices on units of their own, with all that such a shader needs. Taken together or not.
  private static let matrixExtensions: [StaticString] = ["VK_KHR_cooperative_matrix", "VK_KHR_vulkan_memory_model"]
  private static let subgroupExtension: StaticString = "VK_EXT_subgroup_size_control"

  /// Those to open a device with that can do `capabilities`, as far as it offers them: what a later version of Vulkan took
  /// into its core need not be offered besides.
  static func extensions(_ capabilities: VulkanDeviceReport.Capabilities) -> [StaticString] {
    var names: [StaticString] = []
    if capabilities.memoryBudget { names.append("VK_EXT_memory_budget") }
    if capabilities.float16 { names.append("VK_KHR_shader_float16_int8") }
    if capabilities.cooperativeMatrix { names += matrixExtensions }
    if capabilities.fullSubgroups { names.append(subgroupExtension) }
    return names
  }

  static func query(
    _ handle: VkPhysicalDevice, _ functions: InstanceFunctions, offered: Set<String>, apiVersion: UInt32
  ) -> VulkanDeviceReport.Capabilities {
    func offers(_ names: StaticString...) -> Bool { names.allSatisfy { offered.contains($0.description) } }
    let offersMatrices = offers(matrixExtensions[0], matrixExtensions[1], "VK_KHR_shader_float16_int8")
    var chain = FeatureChain()
    let storage = chain.add(
      VkPhysicalDevice16BitStorageFeatures(), VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES)
    let float16 =
      offers("VK_KHR_shader_float16_int8")
      ? chain.add(
        VkPhysicalDeviceShaderFloat16Int8Features(),
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES) : nil
    let matrices =
      offersMatrices
      ? chain.add(
        VkPhysicalDeviceCooperativeMatrixFeaturesKHR(),
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR) : nil
    let memoryModel =
      offersMatrices
      ? chain.add(
        VkPhysicalDeviceVulkanMemoryModelFeatures(),
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES) : nil
    let hasSubgroupSizes = offers(subgroupExtension) || apiVersion >= vulkan1_3
    let subgroups =
      hasSubgroupSizes
      ? chain.add(
        VkPhysicalDeviceSubgroupSizeControlFeatures(),
        VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES) : nil
    let choosesSubgroups = hasSubgroupSizes && canRequireSubgroupSize(handle, functions)
    return chain.with { next in
      var all = VkPhysicalDeviceFeatures2()
      all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
      all.pNext = next
      functions.getFeatures(handle, &all)

      var capabilities = VulkanDeviceReport.Capabilities()
      capabilities.memoryBudget = offers("VK_EXT_memory_budget")
      capabilities.float16 = float16?.pointee.shaderFloat16 == 1
      capabilities.storage16Bit = storage.pointee.storageBuffer16BitAccess == 1
      capabilities.fullSubgroups =
        choosesSubgroups && subgroups?.pointee.computeFullSubgroups == 1 && subgroups?.pointee.subgroupSizeControl == 1
      // Where the memory model is on, the atomics of every shader need its device scope.
      let hasMemoryModel =
        memoryModel?.pointee.vulkanMemoryModel == 1 && memoryModel?.pointee.vulkanMemoryModelDeviceScope == 1
      // Each thread of a subgroup holds a part of a matrix: only where all are there is it known how many.
      if capabilities.float16, capabilities.fullSubgroups, hasMemoryModel, matrices?.pointee.cooperativeMatrix == 1 {
        capabilities.matrixShapes = MatrixShape.offered(handle, functions)
      }
      return capabilities
    }
  }

  /// Whether compute shaders may be given a size of subgroup at all.
  private static func canRequireSubgroupSize(_ handle: VkPhysicalDevice, _ functions: InstanceFunctions) -> Bool {
    var chain = FeatureChain()
    let sizes = chain.add(
      VkPhysicalDeviceSubgroupSizeControlProperties(),
      VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES)
    return chain.with { next in
      var all = VkPhysicalDeviceProperties2()
      all.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
      all.pNext = next
      functions.getProperties(handle, &all)
      return sizes.pointee.requiredSubgroupSizeStages & VK_SHADER_STAGE_COMPUTE_BIT.rawValue != 0
    }
  }

  /// The structures that ask for all of `capabilities`.
  static func enabling(_ capabilities: VulkanDeviceReport.Capabilities) -> FeatureChain {
    var chain = FeatureChain()
    var storage = VkPhysicalDevice16BitStorageFeatures()
    storage.storageBuffer16BitAccess = capabilities.storage16Bit ? 1 : 0
    chain.add(storage, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES)
    if capabilities.float16 {
      var float16 = VkPhysicalDeviceShaderFloat16Int8Features()
      float16.shaderFloat16 = 1
      chain.add(float16, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES)
    }
    if capabilities.cooperativeMatrix {
      var matrices = VkPhysicalDeviceCooperativeMatrixFeaturesKHR()
      matrices.cooperativeMatrix = 1
      chain.add(matrices, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR)
      var memoryModel = VkPhysicalDeviceVulkanMemoryModelFeatures()
      memoryModel.vulkanMemoryModel = 1
      memoryModel.vulkanMemoryModelDeviceScope = 1
      chain.add(memoryModel, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_MEMORY_MODEL_FEATURES)
    }
    if capabilities.fullSubgroups {
      var subgroups = VkPhysicalDeviceSubgroupSizeControlFeatures()
      subgroups.subgroupSizeControl = 1
      subgroups.computeFullSubgroups = 1
      chain.add(subgroups, VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES)
    }
    return chain
  }
}
