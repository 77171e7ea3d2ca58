import Glibc

@testable import EgoStream

/// Sends datagrams to a live pose source as a tracker would.
final class PoseSender {
  private let descriptor: Int32

  /// To a UDP port on loopback.
  init(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    connectTo(&address, MemoryLayout<sockaddr_in>.size)
  }

  /// To a socket in the file system.
  init(path: String) {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = PoseSocket.unixAddress(path)
    connectTo(&address, MemoryLayout<sockaddr_un>.size)
  }

  deinit { close(descriptor) }

  private func connectTo<Address>(_ address: inout Address, _ size: Int) {
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(size)) }
    }
  }

  /// - Returns: whether the kernel took it.
  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    Glibc.send(descriptor, bytes, bytes.count, 0) == bytes.count
  }

  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// A pose that stands `x` metres to the right of the world's origin, unturned.
  static func line(t: Double? = nil, x: Double) -> String {
    let time = t.map { "\"t\": \($0), " } ?? ""
    return "{\(time)\"position\": [\(x), 0, 0], \"quaternion\": [0, 0, 0, 1]}"
  }
}

extension LivePoses {
  /// Waits until the counters satisfy a condition, for at most ten seconds.
  func waitUntil(_ isReached: (PoseCounters) -> Bool) -> Bool {
    let deadline = monotonicNanoseconds() + 10_000_000_000
    while monotonicNanoseconds() < deadline {
      if let counters, isReached(counters) { return true }
      usleep(500)
    }
    return false
  }

  /// Where the camera stands at a host time.
  func place(at hostNanoseconds: Int64) -> (x: Float, isStale: Bool) {
    let sample = pose(mediaNanoseconds: 0, hostNanoseconds: hostNanoseconds)
    return (sample.worldToCamera.centre.x, sample.isStale)
  }
}
