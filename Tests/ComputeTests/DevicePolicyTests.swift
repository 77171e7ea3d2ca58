import Compute
import Testing

@Suite struct DevicePolicyTests {
  private let software = report(0, "llvmpipe (LLVM 15)", .software)
  private let integrated = report(1, "Intel(R) Graphics", .integrated)
  private let discrete = report(2, "NVIDIA RTX 4070", .discrete)
  private let old = report(3, "Ancient GPU", .discrete, usable: false, reason: "not usable: Vulkan 1.1 is needed")

  @Test func autoPrefersDiscreteThenIntegratedAndNeverSoftware() throws {
    #expect(try pick([software, integrated, discrete, old], .auto)?.index == 2)
    #expect(try pick([software, integrated], .auto)?.index == 1)
    #expect(try pick([software, old], .auto) == nil)
    #expect(try pick([], .auto) == nil)
  }

  @Test func vulkanTakesSoftwareWhenThereIsNothingElse() throws {
    #expect(try pick([software, integrated], .vulkan)?.index == 1)
    #expect(try pick([old, software], .vulkan)?.index == 0)
  }

  @Test func aNameTakesAnyUsableDevice() throws {
    for choice in [BackendChoice.auto, .vulkan] {
      #expect(try pick([software, discrete], choice, "LLVMPIPE")?.index == 0)
      #expect(try pick([software, integrated, discrete], choice, "1")?.index == 1)
    }
    #expect(try pick([software, discrete], .cpu, "llvmpipe") == nil)
    // A number that is no index is part of a name.
    #expect(try pick([software, integrated, discrete], .auto, "4070")?.index == 2)
    #expect(try pick([software, integrated, discrete], .auto, "15")?.index == 0)
  }

  @Test func aNameThatFitsNothingListsEveryDeviceAndWhy() {
    for name in ["voodoo", "9", "3", "ancient"] {
      let failure = #expect(throws: Failure.self) { try pick([software, discrete, old], .auto, name) }
      #expect(failure?.kind == .deviceNotFound)
      for part in [name, "llvmpipe", "RTX 4070", "Ancient GPU", "Vulkan 1.1 is needed"] {
        #expect(failure?.message.contains(part) == true, "\(part)")
      }
    }
  }

  @Test func aMissingLoaderIsAnOrdinaryOutcome() throws {
    var options = VulkanOptions()
    options.libraryName = "libnosuchvulkan.so.1"
    guard case .cpu(let reason, isFailure: false) = try VulkanDevice.select(choice: .auto, options: options) else {
      Issue.record("a device was found without a loader")
      return
    }
    #expect(reason.contains("libnosuchvulkan.so.1"))
    for (choice, name) in [(BackendChoice.vulkan, ""), (.auto, "llvmpipe")] {
      let failure = #expect(throws: Failure.self) {
        try VulkanDevice.select(choice: choice, device: name, options: options)
      }
      #expect(failure?.kind == .deviceNotFound)
    }
    // A library that is there but is no Vulkan loader.
    options.libraryName = "libc.so.6"
    #expect(throws: Failure.self) { try VulkanDevice.reports(options: options) }
    #expect(!VulkanDevice.hasValidationLayer(options: options))
  }

  @Test(.needsVulkan) func thisMachinesDevicesAreDescribed() throws {
    let reports = try VulkanDevice.reports()
    #expect(reports.map(\.index) == Array(reports.indices))
    for report in reports {
      #expect(!report.name.isEmpty && !report.driver.isEmpty && !report.reason.isEmpty)
      #expect(report.memoryBytes > 0 && report.limits.workgroupInvocations >= 128)
    }
    let failure = #expect(throws: Failure.self) { try VulkanDevice.select(choice: .vulkan, device: "no such GPU") }
    #expect(failure?.message.contains(reports[0].name) == true)
  }

  @Test(.needsVulkan) func autoNeverOpensASoftwareDevice() throws {
    if case .vulkan(let device) = try VulkanDevice.select(choice: .auto) {
      #expect(!device.report.isSoftware)
    }
  }

  private func pick(
    _ reports: [VulkanDeviceReport], _ choice: BackendChoice, _ name: String = ""
  ) throws -> VulkanDeviceReport? {
    try DevicePolicy.pick(reports, choice: choice, device: name)
  }
}

private func report(
  _ index: Int, _ name: String, _ kind: VulkanDeviceReport.Kind, usable: Bool = true, reason: String = "usable"
) -> VulkanDeviceReport {
  VulkanDeviceReport(
    index: index, name: name, kind: kind, driver: "test", apiVersion: "1.3.0", memoryBytes: 1 << 30,
    capabilities: .init(), limits: .init(), usable: usable, reason: reason)
}
