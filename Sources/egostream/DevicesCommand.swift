import ArgumentParser
import Compute

/// What there is to capture with and to compute on.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "Lists cameras with their formats, and compute devices with why each is or is not used.")

  func run() throws {
    printCameras()
    print()
    printComputeDevices()
  }

  private func printCameras() {
    let (cameras, refused) = VideoDevice.all()
    print("Cameras (Video4Linux)")
    if cameras.isEmpty {
      print("  none found: no capture device under /dev/video*")
    }
    for camera in cameras {
      print("  \(camera.path)  \(camera.card) (\(camera.driver))")
      for (formats, sizes) in grouped(camera.formats) {
        print("    \(formats.map(name).joined(separator: ", "))")
        for size in sizes { print("      \(describe(size))") }
      }
    }
    for device in refused { print("  \(device.path)  not used: \(device.reason)") }
  }

  /// Formats that come in the same sizes, together: some cameras have dozens.
  private func grouped(_ formats: [VideoDevice.Format]) -> [([VideoDevice.Format], [VideoDevice.Size])] {
    var groups: [([VideoDevice.Format], [VideoDevice.Size])] = []
    for format in formats {
      if let index = groups.firstIndex(where: { $0.1 == format.sizes }) {
        groups[index].0.append(format)
      } else {
        groups.append(([format], format.sizes))
      }
    }
    return groups
  }

  private func name(_ format: VideoDevice.Format) -> String {
    format.fourCharacterCode == "Z16 " ? "Z16 (depth, for pipelines/depth-camera-serve.sh)" : format.fourCharacterCode
  }

  private func describe(_ size: VideoDevice.Size) -> String {
    let rates = size.rates.map { rate in
      rate == rate.rounded() ? String(Int(rate)) : String((rate * 100).rounded() / 100)
    }
    return "\(size.width)x\(size.height)" + (rates.isEmpty ? "" : "  " + rates.joined(separator: ", ") + " fps")
  }

  private func printComputeDevices() {
    print("Compute devices (Vulkan)")
    let reports: [VulkanDeviceReport]
    do {
      reports = try VulkanDevice.reports()
    } catch {
      print("  none: \(error.message)")
      reports = []
    }
    for device in reports {
      print(
        "  \(device.index)  \(device.name) (\(device.kind.rawValue)), \(device.driver), Vulkan \(device.apiVersion)")
      print("     \(device.memoryBytes >> 20) MiB, \(abilities(device.capabilities))")
      print("     \(device.reason)")
    }
    print("backend=auto takes \(automaticChoice)")
  }

  private var automaticChoice: String {
    do {
      switch try VulkanDevice.select(choice: .auto) {
      case .vulkan(let device): return device.report.name
      case .cpu(let reason, _): return "the CPU: \(reason.prefix { $0 != ";" && $0 != "\n" })"
      }
    } catch {
      return "the CPU: \(error.message)"
    }
  }

  private func abilities(_ capabilities: VulkanDeviceReport.Capabilities) -> String {
    var words = ["subgroups of \(capabilities.subgroupSize)"]
    if capabilities.float16 { words.append("16-bit floats") }
    if capabilities.cooperativeMatrix { words.append("cooperative matrices") }
    return words.joined(separator: ", ")
  }
}
