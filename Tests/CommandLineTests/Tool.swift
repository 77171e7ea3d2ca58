import FoundationEssentials
import Glibc
import Testing

/// One of the command line tools, run as its own process.
struct Tool {
  /// What a run of it gave.
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  let path: String

  /// The tool of that name beside the test program.
  init(_ name: String) throws {
    let folder = try #require(Self.programPath.lastIndex(of: "/").map { Self.programPath[..<$0] })
    path = folder + "/" + name
    try #require(access(path, X_OK) == 0, "\(path) is not built")
  }

  /// A program of the system's.
  init(path: String) throws {
    self.path = path
    try #require(access(path, X_OK) == 0, "\(path) is not installed")
  }

  /// The repository's root, for its samples and pipelines.
  static var root: String {
    // Tests/CommandLineTests/Tool.swift
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }

  /// This process's, with the plugin that was built beside it. What other tests in this process tell GStreamer about
  /// plugins is left out: the tools need all of the system's.
  private static var environment: [String] {
    var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("GST_") }
    variables["GST_PLUGIN_PATH"] = programPath.lastIndex(of: "/").map { String(programPath[..<$0]) }
    return variables.map { "\($0.key)=\($0.value)" }
  }

  private static var programPath: String {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs to the end.
  func run(_ arguments: String...) throws -> Result {
    let running = try start(arguments)
    return running.wait()
  }

  /// Starts and returns at once.
  func start(_ arguments: [String]) throws -> RunningTool {
    let name = TemporaryFile.name("tool")
    let files = (output: name + ".out", errors: name + ".err")
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, files.output, flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files.errors, flags, 0o600)
    // Tests run on threads that block signals, which a child would inherit, deaf to any request to stop.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let variables = Self.environment.map { strdup($0) } + [nil]
    defer { for variable in variables { free(variable) } }
    let failure = posix_spawn(&process, path, &actions, &attributes, words, variables)
    try #require(failure == 0, "\(path) cannot be started")
    return RunningTool(process: process, files: files)
  }
}

/// A tool that runs; it is stopped, by its process id, when it is no longer needed.
final class RunningTool {
  private let process: pid_t
  private let files: (output: String, errors: String)
  private var hasEnded = false
  private var status: Int32 = 0

  init(process: pid_t, files: (output: String, errors: String)) {
    self.process = process
    self.files = files
  }

  /// What it has printed so far.
  var output: String { TemporaryFile.read(files.output) }
  var errors: String { TemporaryFile.read(files.errors) }

  /// Waits until it has come to a point, or has ended; a minute at most.
  /// - Returns: whether it has come there.
  func waitUntil(_ isReached: (RunningTool) -> Bool) -> Bool {
    for _ in 0..<3000 {
      if isReached(self) { return true }
      if !hasEnded { hasEnded = waitpid(process, &status, WNOHANG) == process }
      if hasEnded { return isReached(self) }
      usleep(20_000)
    }
    return false
  }

  /// Where a server says that it serves; `nil` where it does not.
  func servedLocation() -> String? {
    func line() -> Substring? { output.split(separator: "\n").first { $0.hasPrefix("serving ") } }
    return waitUntil { _ in line() != nil } ? line().map { String($0.dropFirst("serving ".count)) } : nil
  }

  /// Whether one of its threads has a name that begins so.
  func hasThread(named prefix: String) -> Bool {
    let threads = "/proc/\(process)/task"
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []
    return numbers.contains { TemporaryFile.read("\(threads)/\($0)/comm").hasPrefix(prefix) }
  }

  /// The local addresses of its UDP sockets, as the kernel writes them: in hexadecimal, bytes in the machine's order.
  var datagramAddresses: [String] {
    let descriptors = "/proc/\(process)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
    let sockets = Set(
      names.compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: descriptors + "/" + $0) })
    return ["udp", "udp6"].flatMap { table in
      TemporaryFile.read("/proc/\(process)/net/\(table)").split(separator: "\n").dropFirst().compactMap { line in
        // slot, local address:port, remote one, state, queues, timer, retransmissions, user, timeout, inode
        let columns = line.split(separator: " ")
        guard columns.count > 9, sockets.contains("socket:[\(columns[9])]") else { return nil }
        return columns[1].split(separator: ":").first.map(String.init)
      }
    }
  }

  func send(_ signal: Int32) { if !hasEnded { kill(process, signal) } }

  /// Asks it to stop, once or twice; it meets both requests together, however late it gets to run.
  func requestStop(times: Int) {
    send(SIGSTOP)
    // Two kinds: of one kind the kernel keeps a single request.
    for signal in [SIGINT, SIGTERM].prefix(times) { send(signal) }
    send(SIGCONT)
  }

  /// Waits for its end, and ends it itself after a minute: no test may hang.
  func wait() -> Tool.Result {
    for _ in 0..<6000 where !hasEnded {
      hasEnded = waitpid(process, &status, WNOHANG) == process
      if !hasEnded { usleep(10_000) }
    }
    if !hasEnded {
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
      hasEnded = true
    }
    // What WIFEXITED and WEXITSTATUS do, which are macros.
    let code = status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    return Tool.Result(status: code, output: output, errors: errors)
  }

  deinit {
    if !hasEnded {
      kill(process, SIGKILL)
      _ = wait()
    }
    unlink(files.output)
    unlink(files.errors)
  }
}

/// Expects a tool that is held up to leave: in time after one request to stop, at once after two.
///
/// A busy machine may delay any one end; one that waits where it should not is late in every attempt.
/// - Parameter start: Starts it, and whatever holds it up.
func expectToLeave(
  requests: Int, with statuses: Set<Int32>, _ start: () throws -> (tool: RunningTool, obstacle: AnyObject)
) throws {
  var shortest = Duration.seconds(60)
  for _ in 0..<3 {
    let (tool, obstacle) = try start()
    let begin = ContinuousClock.now
    tool.requestStop(times: requests)
    #expect(statuses.contains(tool.wait().status))
    shortest = min(shortest, begin.duration(to: .now))
    withExtendedLifetime(obstacle) {}
    if shortest < .seconds(requests == 1 ? 10 : 1) { return }
  }
  Issue.record("it left \(shortest) after \(requests) requests to stop at the soonest")
}

/// Files that tests write.
enum TemporaryFile {
  static func name(_ what: String, suffix: String = "") -> String {
    FileManager.default.temporaryDirectory.path + "/egostream-\(what)-\(UInt64.random(in: 0...UInt64.max))\(suffix)"
  }

  static func read(_ path: String) -> String {
    (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// A file with that text, gone afterwards.
  static func with<Result>(_ text: String, suffix: String, _ body: (String) throws -> Result) throws -> Result {
    let path = name("file", suffix: suffix)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    defer { unlink(path) }
    return try body(path)
  }
}

/// How many frames a video file decodes to; 0 where it cannot be read.
///
/// Asked of a process, because this one's GStreamer may know no plugin but the one under test.
func decodedFrames(_ file: String) throws -> Int {
  let result = try Tool(path: "/usr/bin/gst-launch-1.0").run(
    "-v", "filesrc", "location=\(file)", "!", "decodebin", "!", "fakesink", "silent=false", "sync=false")
  return result.output.split(separator: "\n").filter { $0.contains("last-message = chain") }.count
}
