import FoundationEssentials

/// How much memory this process has resident, as the kernel counts it.
enum ProcessMemory {
  static var residentMegabytes: Double { field("VmRSS:") }
  static var peakMegabytes: Double { field("VmHWM:") }

  private static func field(_ name: String) -> Double {
    guard let data = try? Data(contentsOf: URL(filePath: "/proc/self/status")) else { return 0 }
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix(name) {
      let kibibytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
      return rounded((kibibytes.flatMap { Double($0) } ?? 0) / 1024)
    }
    return 0
  }
}
