import Compute
import Testing
import TestSupport

@testable import Geometry

/// What a device is too small for is said in the user's terms.
@Suite struct VulkanLimitsTests {
  @Test func theShadersTakeWhatIsAskedForOfADevice() throws {
    var most = 0
    for shader in Shaders.all {
      let interface = try ShaderInterface(shader)
      let size = interface.workgroupSize()
      most = max(most, interface.bindings.count)
      #expect(Int(size.x * size.y * size.z) <= DeviceRequirements.workgroupInvocations, "\(shader.name)")
      #expect(interface.sharedMemoryBytes() <= DeviceRequirements.sharedMemoryBytes, "\(shader.name)")
    }
    #expect(most == DeviceRequirements.storageBuffers)
  }

  @Test func theSettingAndTheMostAreNamed() throws {
    try check(capacity: 60_000, report(groups: 65_535, bytes: 1 << 27))
    let limits: [(VulkanDeviceReport, [String])] = [
      (report(groups: 100, bytes: 1 << 27), ["map-capacity is 60000", "at most 25600", "some GPU", "backend=cpu"]),
      (report(groups: 65_535, bytes: 1 << 20), ["map-capacity is 60000", "at most 32768"]),
    ]
    for (report, parts) in limits {
      let failure = #expect(throws: Failure.self) { try check(capacity: 60_000, report) }
      for part in parts { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
    }
    let failure = #expect(throws: Failure.self) { try check(capacity: 10_000, report(groups: 40, bytes: 1 << 27)) }
    #expect(failure?.message.contains("the ego picture is 121×93; some GPU takes at most 10240 pixels") == true)
  }

  @Test(.enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device"))
  func memoryThatRunsOutNamesWhatTakesIt() throws {
    let device = try VulkanUnderTest.device(BackendAgreementTests.options)
    for index in [0, 9, 20] {
      device.allocationsBeforeFailure = index
      let failure = #expect(throws: Failure.self) {
        try VulkanGeometry(Self.configuration(capacity: 60_000), device: device)
      }
      #expect(failure?.kind == .outOfMemory)
      for part in ["map-capacity (it is 60000)", "121×93", "backend=cpu"] {
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
      }
    }
    #expect(device.counters.allocatedBytes == 0)
    #expect(device.validationMessages?.all ?? [] == [])
  }

  private static func configuration(capacity: Int) -> GeometryConfiguration {
    GeometryConfiguration(
      exo: MovingBoxScene(kind: .z).camera, ego: BackendAgreementTests.pinhole, depth: DepthFormat(kind: .z),
      mapCapacity: capacity, voxelSizeMetres: 0)
  }

  private func check(capacity: Int, _ report: VulkanDeviceReport) throws {
    let configuration = Self.configuration(capacity: capacity)
    try GeometryLimits.check(
      configuration, ExoView(camera: configuration.exo, depthFormat: configuration.depth, mapCapacity: capacity), report
    )
  }

  private func report(groups: UInt32, bytes: Int) -> VulkanDeviceReport {
    var limits = VulkanDeviceReport.Limits()
    limits.workgroupCount = [groups, groups, groups]
    limits.storageBufferBytes = bytes
    return VulkanDeviceReport(
      index: 0, name: "some GPU", kind: .discrete, driver: "", apiVersion: "1.3.0", memoryBytes: 1 << 30,
      capabilities: .init(), limits: limits, usable: true, reason: "usable")
  }
}
