import Compute
import TestSupport
import Testing

/// The devices this machine has, and why the tests that need one cannot run where they cannot.
enum TestMachine {
  static let reports: Result<[VulkanDeviceReport], Failure> = Result { () throws(Failure) in
    try VulkanDevice.reports()
  }

  static var hasDevice: Bool {
    guard case .success(let reports) = reports else { return false }
    return reports.contains(where: \.usable)
  }

  /// Whether the device that `testDevice` opens has cooperative matrices.
  static var hasMatrixUnits: Bool {
    guard case .success(let reports) = reports else { return false }
    return (try? DevicePolicy.pick(reports, choice: .vulkan, device: ""))?.capabilities.cooperativeMatrix == true
  }

  /// Shown beside every skipped test.
  static var whyNoDevice: Comment {
    switch reports {
    case .success(let reports): "no usable Vulkan device: \(reports.map(\.description))"
    case .failure(let failure): "no Vulkan: \(failure)"
    }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips, with the reason, where there is no Vulkan device of any kind.
  static var needsVulkan: Self { .enabled(if: TestMachine.hasDevice, TestMachine.whyNoDevice) }
}

extension Trait where Self == ConditionTrait {
  /// Skips where the device under test has no cooperative matrices.
  static var needsMatrixUnits: Self { .enabled(if: TestMachine.hasMatrixUnits, "no device with cooperative matrices") }
}

/// A device for one test, software ones included, under the validation layer where it is installed.
func testDevice(cacheFolder: String? = nil) throws -> VulkanDevice {
  var options = VulkanOptions()
  options.cacheFolder = cacheFolder
  options.validation = VulkanDevice.hasValidationLayer(options: options)
  return try VulkanUnderTest.device(options)
}

/// The validation layer had nothing to say about what the device did so far.
func expectValid(_ device: VulkanDevice, _ location: SourceLocation = #_sourceLocation) {
  #expect(device.validationMessages?.all ?? [] == [], sourceLocation: location)
}

/// SplitMix64: seeded, so that a failure happens again.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
