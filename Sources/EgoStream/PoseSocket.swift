import Compute
import Glibc

/// A bound, non-blocking datagram socket; closed, and its file removed, when it goes.
final class PoseSocket: @unchecked Sendable {
  // Sendable: set once at init; the receiving thread alone reads from the descriptor until it has been joined.
  let descriptor: Int32
  /// The file made for a socket in the file system, by name and identity.
  private let file: (path: String, device: dev_t, inode: ino_t)?

  /// Binds to an address.
  /// - Throws: `Failure` of kind `.pose` naming the address, the system's reason and what to do.
  init(_ address: PoseAddress) throws(Failure) {
    switch address {
    case .udp(let host, let port):
      descriptor = try Self.bindUDP(host, port, address.text)
      file = nil
    case .unix(let path):
      descriptor = try Self.bindUnix(path, address.text)
      var made = stat()
      file = lstat(path, &made) == 0 ? (path, made.st_dev, made.st_ino) : nil
    }
  }

  deinit {
    close(descriptor)
    // Only the file made here: another program may have put its own in the place since.
    var found = stat()
    if let file, lstat(file.path, &found) == 0, found.st_dev == file.device, found.st_ino == file.inode {
      unlink(file.path)
    }
  }

  /// The UDP port in use, 0 for a socket in the file system.
  var localPort: UInt16 {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard getsockname(descriptor, address, &length) == 0 else { return 0 }
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
          return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { UInt16(bigEndian: $0.pointee.sin_port) }
        case AF_INET6:
          return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
            UInt16(bigEndian: $0.pointee.sin6_port)
          }
        default: return 0
        }
      }
    }
  }

  private static func open(_ family: Int32, _ name: String) throws(Failure) -> Int32 {
    let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    let made = socket(family, kind, 0)
    guard made >= 0 else { throw Failure(.pose, "pose \(name): cannot make a socket: \(systemError())") }
    return made
  }

  private static func bindUDP(_ host: String, _ port: UInt16, _ name: String) throws(Failure) -> Int32 {
    var four = sockaddr_in()
    var six = sockaddr_in6()
    let isFour = inet_pton(AF_INET, host, &four.sin_addr) == 1
    four.sin_family = sa_family_t(AF_INET)
    four.sin_port = port.bigEndian
    if !isFour, inet_pton(AF_INET6, host, &six.sin6_addr) != 1 {
      throw Failure(.pose, "pose \(name): host \"\(host)\" is not an address in digits")
    }
    six.sin6_family = sa_family_t(AF_INET6)
    six.sin6_port = port.bigEndian
    let made = try open(isFour ? AF_INET : AF_INET6, name)
    let status =
      isFour
      ? bind(made, to: &four, size: MemoryLayout<sockaddr_in>.size)
      : bind(made, to: &six, size: MemoryLayout<sockaddr_in6>.size)
    guard status == 0 else {
      let code = errno
      close(made)
      let advice =
        switch code {
        case EADDRINUSE: "another program listens there: stop it or take another port"
        case EADDRNOTAVAIL: "no network device here has that address: 'ip address' lists those there are"
        case EACCES: "ports below 1024 are for the system: take a higher one"
        default: "check the address"
        }
      throw Failure(.pose, "pose \(name): cannot listen: \(systemError(code)); \(advice)")
    }
    // Tells with each datagram how many the kernel has thrown away; without it those just go uncounted.
    var on: Int32 = 1
    setsockopt(made, SOL_SOCKET, SO_RXQ_OVFL, &on, socklen_t(MemoryLayout<Int32>.size))
    return made
  }

  private static func bindUnix(_ path: String, _ name: String) throws(Failure) -> Int32 {
    let made = try open(AF_UNIX, name)
    // On Linux the mode of an unbound socket becomes its file's: nobody else can send, not even for a moment.
    fchmod(made, 0o600)
    var address = unixAddress(path)
    if bind(made, to: &address, size: MemoryLayout<sockaddr_un>.size) == 0 { return made }
    var code = errno
    var reason = systemError(code)
    if code == EADDRINUSE {
      if let kept = whyKept(path, &address) {
        reason = kept
      } else {
        unlink(path)
        if bind(made, to: &address, size: MemoryLayout<sockaddr_un>.size) == 0 { return made }
        code = errno
        reason = systemError(code)
      }
    }
    close(made)
    let advice =
      switch code {
      case ENOENT: "make its folder first"
      case EACCES, EROFS, EPERM: "choose a folder that you may write to"
      default: "remove it or choose another path"
      }
    throw Failure(.pose, "pose \(name): cannot listen: \(reason); \(advice)")
  }

  /// Why the file in the way must stay; `nil` for a socket of ours that nobody listens on.
  private static func whyKept(_ path: String, _ address: inout sockaddr_un) -> String? {
    var found = stat()
    guard lstat(path, &found) == 0 else { return nil }
    guard found.st_mode & S_IFMT == S_IFSOCK else { return "a file that is no socket is in the way" }
    guard found.st_uid == geteuid() else { return "a socket of another user is in the way" }
    let probe = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { return systemError() }
    defer { close(probe) }
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(probe, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return status != 0 && errno == ECONNREFUSED ? nil : "another program listens there"
  }

  /// The address of a path of at most 107 bytes.
  static func unixAddress(_ path: String) -> sockaddr_un {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    return address
  }

  private static func bind<Address>(_ descriptor: Int32, to address: inout Address, size: Int) -> Int32 {
    withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, socklen_t(size)) }
    }
  }
}

/// The system's words for an error code.
func systemError(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
