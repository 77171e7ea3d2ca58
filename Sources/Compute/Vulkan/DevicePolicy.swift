/// Which device a choice and a name mean: a rule over reports, so that it is tested without any GPU.
package enum DevicePolicy {
  /// - Returns: The report of the device to use, or `nil` for the CPU, which only `auto` without a name falls back to.
  /// - Throws: `.deviceNotFound` listing every device and why it was not taken.
  package static func pick(
    _ reports: [VulkanDeviceReport], choice: BackendChoice, device: String
  ) throws(Failure) -> VulkanDeviceReport? {
    if choice == .cpu { return nil }
    let ranked = reports.filter(\.usable).sorted { (rank($0), $0.index) < (rank($1), $1.index) }
    if !device.isEmpty {
      // A number is an index where there is such a device, usable or not; else part of a name, as that of an RTX 4090 is.
      let index = Int(device).flatMap { index in reports.contains { $0.index == index } ? index : nil }
      let named = ranked.first { report in
        index.map { $0 == report.index } ?? report.name.lowercased().contains(device.lowercased())
      }
      if let named { return named }
      throw Failure(.deviceNotFound, "no usable Vulkan device is called '\(device)'; " + listing(reports))
    }
    if let hardware = ranked.first(where: isHardware) { return hardware }
    if choice == .auto { return nil }
    if let any = ranked.first { return any }
    throw Failure(.deviceNotFound, "no usable Vulkan device; " + listing(reports))
  }

  /// Every device and why it can or cannot be used, one a line.
  static func listing(_ reports: [VulkanDeviceReport]) -> String {
    if reports.isEmpty { return "the installed Vulkan drivers offer no device" }
    return "the devices are:" + reports.map { "\n  \($0)" }.joined()
  }

  /// A device that says it is no processor, software or unknown thing is a GPU, passed through to a virtual machine or not.
  static func isHardware(_ report: VulkanDeviceReport) -> Bool { rank(report) < 3 }

  private static func rank(_ report: VulkanDeviceReport) -> Int {
    switch report.kind {
    case .discrete: 0
    case .integrated: 1
    case .virtual: 2
    case .other: 3
    case .software: 4
    }
  }
}
