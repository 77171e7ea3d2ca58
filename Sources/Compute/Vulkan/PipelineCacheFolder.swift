import CVulkan
import Glibc

/// The folder of compiled pipelines of one device under one version of its driver.
///
/// One small file a specialised shader: saved as it is compiled, so that a killed process loses nothing and two processes
/// never overwrite more than each other's identical file. Nothing that goes wrong here is an error: the pipeline is
/// compiled afresh.
struct PipelineCacheFolder {
  private let path: String
  private let properties: VkPhysicalDeviceProperties

  init(_ root: String, _ device: PhysicalDevice) {
    properties = device.properties
    path = "\(root)/pipelines/\(hexadecimal(device.identity.deviceUUID))-\(hexadecimal(device.identity.driverUUID))"
  }

  func file(named name: String) -> String { "\(path)/\(name).bin" }

  /// The driver's data in a file; `nil` when there is none, it is damaged or another device's.
  ///
  /// Drivers check their own header but trust what follows it, so a checksum guards that.
  func load(_ name: String) -> [UInt8]? {
    guard let bytes = readFile(file(named: name)), bytes.count > Self.headerBytes,
      bytes.starts(with: Self.magic.utf8)
    else { return nil }
    let data = Array(bytes[Self.headerBytes...])
    guard word64(bytes, at: 8) == fingerprint(data), isForThisDevice(data) else { return nil }
    return data
  }

  /// Writes beside the file and renames, so that no reader ever sees half of it.
  func save(_ name: String, _ data: [UInt8]) {
    makeFolders(path)
    let checksum = withUnsafeBytes(of: fingerprint(data).littleEndian) { Array($0) }
    let temporary = "\(path)/\(name).\(getpid()).tmp"
    if !writeFile(temporary, Array(Self.magic.utf8) + checksum + data)
      || rename(temporary, file(named: name)) != 0
    {
      unlink(temporary)
    }
  }

  private static let magic = "EGOPIPE1"
  private static let headerBytes = 16

  /// The header every Vulkan cache starts with: its length, version, vendor, device and the driver's own UUID.
  private func isForThisDevice(_ data: [UInt8]) -> Bool {
    guard data.count >= 32 else { return false }
    let uuid = withUnsafeBytes(of: properties.pipelineCacheUUID) { Array($0) }
    return word32(data, at: 0) >= 32 && word32(data, at: 4) == VK_PIPELINE_CACHE_HEADER_VERSION_ONE.rawValue
      && word32(data, at: 8) == properties.vendorID && word32(data, at: 12) == properties.deviceID
      && Array(data[16..<32]) == uuid
  }
}

/// FNV-1a over bytes: tells damage and versions apart, no defence against forgery.
func fingerprint(_ bytes: some Sequence<UInt8>, from start: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
  bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

private func word32(_ bytes: [UInt8], at start: Int) -> UInt32 {
  bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
}

private func word64(_ bytes: [UInt8], at start: Int) -> UInt64 {
  bytes[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
}

private func hexadecimal<Bytes>(_ bytes: Bytes) -> String {
  withUnsafeBytes(of: bytes) { $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }
}
