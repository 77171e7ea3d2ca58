import Compute
import Glibc

/// Where live poses arrive, from a specification such as `udp://127.0.0.1:5005`, `udp://[::1]:5005` or `unix:/run/user/1000/ego`.
enum PoseAddress: Equatable, Sendable {
  /// An IPv4 or IPv6 address in digits to bind to, and a port.
  case udp(host: String, port: UInt16)
  /// A datagram socket in the file system.
  case unix(path: String)

  /// `nil` where the specification names no socket.
  ///
  /// No name is looked up, and a host left out is loopback: whoever wants poses from other machines writes the address
  /// to listen on, `udp://0.0.0.0:PORT` for all.
  /// - Throws: `Failure` of kind `.pose` for a socket's address that cannot be used.
  init?(_ specification: String) throws(Failure) {
    if specification.hasPrefix("udp:") {
      self = try Self.udp(specification)
    } else if specification.hasPrefix("unix:") {
      let path = String(specification.dropFirst("unix:".count))
      // sun_path holds 108 bytes with its closing zero.
      guard !path.isEmpty, path.utf8.count < 108, !path.utf8.contains(0) else {
        throw Failure(
          .pose,
          "pose \(specification): the path is \(path.utf8.count) bytes long; expected 1 to 107, such as unix:/tmp/ego-pose"
        )
      }
      self = .unix(path: path)
    } else if let end = specification.firstRange(of: "://")?.lowerBound {
      throw Failure(
        .pose,
        "pose \(specification): \(specification[..<end]):// is not known; expected udp://HOST:PORT, unix:PATH or a file"
      )
    } else {
      return nil
    }
  }

  private static func udp(_ specification: String) throws(Failure) -> PoseAddress {
    func refuse(_ reason: String) -> Failure {
      Failure(.pose, "pose \(specification): \(reason); expected udp://HOST:PORT, such as udp://127.0.0.1:5005")
    }
    guard specification.hasPrefix("udp://") else { throw refuse("'//' is missing after 'udp:'") }
    var rest = specification.dropFirst("udp://".count)
    while rest.last == "/" { rest.removeLast() }
    guard let colon = rest.lastIndex(of: ":") else { throw refuse("the port is missing") }
    let portText = rest[rest.index(after: colon)...]
    guard portText.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(portText), port > 0 else {
      throw refuse("port \"\(portText)\" is not 1 to 65535")
    }
    var host = String(rest[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
    if host.isEmpty || host == "localhost" { host = "127.0.0.1" }
    guard isInDigits(host) else {
      throw refuse("host \"\(host)\" is not an address in digits (0.0.0.0 listens to every machine)")
    }
    return .udp(host: host, port: port)
  }

  private static func isInDigits(_ host: String) -> Bool {
    var buffer = in6_addr()
    return inet_pton(AF_INET, host, &buffer) == 1 || inet_pton(AF_INET6, host, &buffer) == 1
  }

  /// The address as a user writes it.
  var text: String {
    switch self {
    case .udp(let host, let port): host.contains(":") ? "udp://[\(host)]:\(port)" : "udp://\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}
