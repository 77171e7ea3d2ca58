import Compute
import FoundationEssentials
import Glibc
import Synchronization

/// What the receiving thread and whoever asks for poses share.
final class PoseInbox: Sendable {
  struct Content {
    var history = PoseHistory()
    var counters = PoseCounters()
  }

  let content = Mutex(Content())

  func refuse(_ reason: String) {
    // The reason may quote the sender: kept short, whatever was sent.
    let short = String(reason.prefix(200))
    content.withLock {
      $0.counters.refused += 1
      if $0.counters.firstRefusal == nil { $0.counters.firstRefusal = short }
      $0.counters.lastRefusal = short
    }
  }

  func take(_ message: PoseMessage, arrivalNanoseconds: Int64) {
    content.withLock {
      switch $0.history.take(message, arrivalNanoseconds: arrivalNanoseconds) {
      case .accepted: $0.counters.accepted += 1
      case .dropped: $0.counters.dropped += 1
      }
      $0.counters.clockResets = $0.history.resets
    }
  }
}

/// Reads datagrams on a thread of its own into a `PoseInbox`, until it is stopped.
///
/// Work is bounded however fast datagrams come: after `linesPerTurn` lines the thread rests for `restNanoseconds`, and
/// what does not fit the socket's own queue meanwhile is thrown away by the kernel. Memory is one datagram's buffer.
final class PoseReceiver {
  /// Larger datagrams are refused.
  static let largestDatagram = 16 * 1024
  /// Lines of a datagram beyond these are refused.
  static let linesPerDatagram = 64
  static let linesPerTurn = 128
  static let restNanoseconds = 2_000_000

  /// Two connected sockets: closing the first wakes the thread, which waits on the second too.
  private var stopPair: [Int32] = [-1, -1]
  private var thread = pthread_t()

  /// Starts the thread.
  /// - Throws: `Failure` of kind `.library` when the system gives no thread or socket.
  init(socket: PoseSocket, inbox: PoseInbox) throws(Failure) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &stopPair) == 0 else {
      throw Failure(.library, "pose: cannot make a socket: \(systemError())")
    }
    let loop = Unmanaged.passRetained(PoseReceivingLoop(socket: socket, inbox: inbox, stopSocket: stopPair[1]))
    // Signals are for the program's own threads: the new thread inherits a mask with all of them blocked.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    let status = pthread_create(
      &thread, nil,
      { pointer in
        if let pointer { Unmanaged<PoseReceivingLoop>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      }, loop.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard status == 0 else {
      loop.release()
      for end in stopPair { close(end) }
      throw Failure(.library, "pose: cannot start the receiving thread: \(systemError(status))")
    }
  }

  /// Stops the thread and waits until it has ended.
  deinit {
    close(stopPair[0])
    pthread_join(thread, nil)
    close(stopPair[1])
  }
}

/// The receiving thread's own state.
private final class PoseReceivingLoop {
  private let socket: PoseSocket
  private let inbox: PoseInbox
  private let stopSocket: Int32
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: PoseReceiver.largestDatagram, alignment: 16)
  private let control = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)
  /// The kernel's count of datagrams thrown away, as last told.
  private var overflow: UInt32 = 0

  init(socket: PoseSocket, inbox: PoseInbox, stopSocket: Int32) {
    self.socket = socket
    self.inbox = inbox
    self.stopSocket = stopSocket
  }

  deinit {
    buffer.deallocate()
    control.deallocate()
  }

  func run() {
    while waitForDatagram() {
      var lines = 0
      while lines < PoseReceiver.linesPerTurn, let count = receive() { lines += max(count, 1) }
      // The queue was not emptied: rest, so that a flood takes a bounded share of a core.
      if lines >= PoseReceiver.linesPerTurn { usleep(UInt32(PoseReceiver.restNanoseconds / 1000)) }
    }
  }

  /// - Returns: `false` once the thread is to stop.
  private func waitForDatagram() -> Bool {
    var polled = [
      pollfd(fd: stopSocket, events: Int16(POLLIN), revents: 0),
      pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while poll(&polled, 2, -1) < 0 {
      // Anything but an interruption would repeat at once and for ever.
      if errno != EINTR { return false }
    }
    return polled[0].revents == 0
  }

  /// Reads one datagram into the inbox.
  /// - Returns: how many lines it held; `nil` when none waits.
  private func receive() -> Int? {
    var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
    var (length, isCut) = (0, false)
    withUnsafeMutablePointer(to: &part) { part in
      var message = msghdr()
      message.msg_iov = part
      message.msg_iovlen = 1
      message.msg_control = control.baseAddress
      message.msg_controllen = control.count
      length = recvmsg(socket.descriptor, &message, 0)
      guard length >= 0 else { return }
      isCut = message.msg_flags & Int32(MSG_TRUNC) != 0
      noteOverflow(message.msg_controllen)
    }
    if length < 0 {
      let code = errno
      if code == EAGAIN || code == EWOULDBLOCK { return nil }
      if code == EINTR { return 1 }
      inbox.refuse("the socket cannot be read: \(systemError(code))")
      return PoseReceiver.linesPerTurn
    }
    let arrival = monotonicNanoseconds()
    inbox.content.withLock { $0.counters.datagrams += 1 }
    guard !isCut else {
      inbox.refuse("a datagram of more than \(PoseReceiver.largestDatagram) bytes; send a few lines at a time")
      return 1
    }
    return read(UnsafeRawBufferPointer(buffer)[..<length], arrival)
  }

  private func read(_ datagram: Slice<UnsafeRawBufferPointer>, _ arrivalNanoseconds: Int64) -> Int {
    var count = 0
    for line in datagram.split(separator: UInt8(ascii: "\n")) {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      count += 1
      guard count <= PoseReceiver.linesPerDatagram else {
        inbox.refuse("a datagram of more than \(PoseReceiver.linesPerDatagram) lines; the rest was not read")
        break
      }
      do {
        inbox.take(try PoseMessage(json: Data(line)), arrivalNanoseconds: arrivalNanoseconds)
      } catch {
        inbox.refuse(error.message)
      }
    }
    if count == 0 { inbox.refuse("an empty datagram") }
    return count
  }

  /// Reads the one control message asked for: SO_RXQ_OVFL, a 32-bit count after a 16-byte header.
  private func noteOverflow(_ length: Int) {
    guard length >= 20 else { return }
    let header = control.load(as: cmsghdr.self)
    guard header.cmsg_level == SOL_SOCKET, header.cmsg_type == SO_RXQ_OVFL else { return }
    let told = control.load(fromByteOffset: MemoryLayout<cmsghdr>.stride, as: UInt32.self)
    let more = Int(told &- overflow)
    overflow = told
    if more > 0 { inbox.content.withLock { $0.counters.dropped += more } }
  }
}

/// The host's monotonic clock, which frames' capture times are told by.
func monotonicNanoseconds() -> Int64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
}
