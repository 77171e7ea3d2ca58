import Compute
import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// A Vulkan device that fails as a session is opened.
@Suite(.enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device"))
struct FallbackTests {
  private let geometry = GeometryConfiguration(
    exo: SampleScene.camera, ego: SampleScene.camera, depth: DepthFormat(kind: .z), mapCapacity: 50_000,
    voxelSizeMetres: 0)

  @Test func theProcessorTakesTheDevicesPlaceWhereNobodyAskedForIt() throws {
    let device = try failingDevice()
    let engines = try makeEngines(geometry, EgoSession.Configuration(), model: nil, on: device)
    #expect(engines.backend == .cpu && engines.geometry is CPUGeometry)
    #expect(engines.fallback?.contains("map-capacity") == true)
    // What was made by then is gone, and nothing is left to fail.
    #expect(device.counters.allocatedBytes == 0 && device.allocationsBeforeFailure == nil)
    let vulkan = try makeEngines(geometry, EgoSession.Configuration(), model: nil, on: device)
    #expect(vulkan.backend == .vulkan && vulkan.fallback == nil)
  }

  @Test func aDeviceThatWasAskedForIsNotReplaced() throws {
    var named = EgoSession.Configuration()
    named.device = "0"
    var asked = EgoSession.Configuration()
    asked.backend = .vulkan
    for session in [named, asked] {
      let device = try failingDevice()
      let failure = #expect(throws: Failure.self) { try makeEngines(geometry, session, model: nil, on: device) }
      #expect(failure?.kind == .outOfMemory)
    }
    // A mistake of the user's stays one.
    var wrong = EgoSession.Configuration()
    wrong.model = "/no/such/model"
    let device = try failingDevice()
    device.allocationsBeforeFailure = nil
    let failure = #expect(throws: Failure.self) { try makeEngines(geometry, wrong, model: nil, on: device) }
    #expect(failure?.kind == .model)
  }

  private func failingDevice() throws -> VulkanDevice {
    var options = VulkanOptions()
    options.cacheFolder = nil
    let device = try VulkanUnderTest.device(options)
    device.allocationsBeforeFailure = 4
    return device
  }
}
