import Glibc

/// Sends datagrams to a live pose source as a tracker would.
public final class PoseSender {
  private let descriptor: Int32

  /// To a UDP port on loopback.
  public init(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    connectTo(&address, MemoryLayout<sockaddr_in>.size)
  }

  /// To a socket in the file system.
  public init(path: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
    connectTo(&address, MemoryLayout<sockaddr_un>.size)
  }

  deinit { close(descriptor) }

  private func connectTo<Address>(_ address: inout Address, _ size: Int) {
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(size)) }
    }
  }

  /// - Returns: whether the kernel took it.
  @discardableResult public func send(_ bytes: [UInt8]) -> Bool {
    Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count
  }

  @discardableResult public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// A pose that stands `x` metres to the right of the world's origin, unturned.
  public static func line(t: Double? = nil, x: Double) -> String {
    let time = t.map { "\"t\": \($0), " } ?? ""
    return "{\(time)\"position\": [\(x), 0, 0], \"quaternion\": [0, 0, 0, 1]}"
  }
}
