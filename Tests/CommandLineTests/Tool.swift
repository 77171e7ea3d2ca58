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

  init(process: pid_t, files: (output: String, errors: String)) {
    self.process = process
    self.files = files
  }

  /// What it has printed so far.
  var output: String { TemporaryFile.read(files.output) }
  var errors: String { TemporaryFile.read(files.errors) }

  /// Where a server says that it serves; `nil` where it does not within half a minute.
  func servedLocation() -> String? {
    for _ in 0..<1500 {
      if let line = output.split(separator: "\n").first(where: { $0.hasPrefix("serving ") }) {
        return String(line.dropFirst("serving ".count))
      }
      usleep(20_000)
    }
    return nil
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

  /// Sends a signal so many times, apart enough for each to be taken.
  func send(_ signal: Int32, times: Int) {
    for _ in 0..<times {
      send(signal)
      usleep(200_000)
    }
  }

  /// Waits for its end, and ends it itself after a minute: no test may hang.
  func wait() -> Tool.Result {
    var status: Int32 = 0
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
