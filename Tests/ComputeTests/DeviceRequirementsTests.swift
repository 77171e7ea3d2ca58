import Compute
import Testing

/// What our shaders take of a device, and what is said of one that has less.
@Suite struct DeviceRequirementsTests {
  @Test func theShadersTakeWhatIsAskedFor() throws {
    var shared = 0
    for shader in DeviceRequirements.shaders where !shader.name.description.hasPrefix("cooperative_") {
      let interface = try ShaderInterface(shader)
      let size = interface.workgroupSize()
      #expect(interface.bindings.count <= DeviceRequirements.storageBuffers, "\(shader.name)")
      #expect(Int(size.x * size.y * size.z) <= DeviceRequirements.workgroupInvocations, "\(shader.name)")
      shared = max(shared, interface.sharedMemoryBytes())
    }
    #expect(shared == DeviceRequirements.sharedMemoryBytes)
  }

  @Test func aDeviceThatHasLessIsToldWhy() {
    #expect(DeviceRequirements.unmet(limits()) == nil)
    var small = limits()
    small.storageBuffersPerPipeline = 8
    #expect(DeviceRequirements.unmet(small)?.contains("12 storage buffers a shader are needed, it has 8") == true)
    small = limits()
    small.workgroupSize = [128, 128, 64]
    #expect(DeviceRequirements.unmet(small)?.contains("256 invocations") == true)
    small = limits()
    small.sharedMemoryBytes = 16_384
    #expect(DeviceRequirements.unmet(small)?.contains("it has 16384") == true)
  }

  @Test func sharedMemoryIsCheckedBeforeTheDriverSeesTheShader() throws {
    let scan = try ShaderInterface(Shaders.scanBlocks)
    #expect(scan.sharedMemoryBytes([0: .uint(64)]) == 256)
    #expect(scan.sharedMemoryBytes([0: .uint(512)]) == 2048)
    let attention = try #require(DeviceRequirements.shaders.first { $0.name.description == "attention" })
    var small = limits()
    small.sharedMemoryBytes = 16_384
    let failure = #expect(throws: Failure.self) {
      try ShaderInterface(attention).checkLimits(of: report(small), [:], shader: attention.name)
    }
    #expect(failure?.message.contains("attention on some GPU: 29696 bytes of shared memory; at most 16384") == true)
    // Lengths that are computed from several constants: tiles of a product.
    let product = try #require(DeviceRequirements.shaders.first { $0.name.description == "matmul" })
    let tile: [UInt32: SpecialisationConstant] = [1: .uint(128), 2: .uint(64), 3: .uint(16)]
    #expect(try ShaderInterface(product).sharedMemoryBytes(tile) == 16 * (128 + 64 + 8) * 4)
  }

  private func limits() -> VulkanDeviceReport.Limits {
    var limits = VulkanDeviceReport.Limits()
    limits.storageBuffersPerPipeline = 16
    limits.pushConstantBytes = 128
    limits.sharedMemoryBytes = 32_768
    limits.workgroupInvocations = 256
    limits.workgroupSize = [256, 256, 64]
    return limits
  }

  private func report(_ limits: VulkanDeviceReport.Limits) -> VulkanDeviceReport {
    VulkanDeviceReport(
      index: 0, name: "some GPU", kind: .discrete, driver: "", apiVersion: "1.3.0", memoryBytes: 1 << 30,
      capabilities: .init(), limits: limits, usable: true, reason: "usable")
  }
}
