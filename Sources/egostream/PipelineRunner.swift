import ArgumentParser
import CGStreamerApp
import ClipIO
import Compute
import Glibc

/// Runs a pipeline with the element in it to its end, telling how it goes.
final class PipelineRunner {
  private let pipeline: Pipeline
  private let showsProgress: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init(_ launchLine: String, showsProgress: Bool) throws(Failure) {
    pipeline = try Pipeline(launchLine)
    self.showsProgress = showsProgress
  }

  /// Runs until the end of the stream, an error, or a request to stop; a stop ends files properly.
  /// - Parameter file: what is written, where it is a file.
  /// - Throws: `ExitCode` 130 at a second request to stop.
  func run(file: String? = nil) throws {
    // A server that never answers holds the start up for ever, and nothing is lost where nothing runs yet.
    StopRequest.watch(patienceSeconds: Self.patienceSeconds)
    try pipeline.play()
    let begin = monotonicSeconds()
    var shown = begin
    var hasStarted = false
    var endIsAsked = false
    var isRunning = true
    while isRunning {
      if !hasStarted, isUnderWay(writing: file) {
        hasStarted = true
        // A file is always finished; elsewhere a server may go silent, and asking for the end would wait for it.
        StopRequest.watch(patienceSeconds: file == nil ? Self.endPatienceSeconds : 0)
      }
      if StopRequest.isInsistent { try leaveUnfinished(file) }
      if StopRequest.isMade, !endIsAsked {
        endIsAsked = true
        gst_element_send_event(pipeline.element, gst_event_new_eos())
      }
      isRunning = try handleMessage()
      let now = monotonicSeconds()
      // A terminal's line is rewritten; a log gets a line now and then.
      if showsProgress, now - shown >= (isTerminal ? 0.5 : 5) {
        shown = now
        showProgress(seconds: now - begin, isLast: false)
      }
    }
    if showsProgress { showProgress(seconds: monotonicSeconds() - begin, isLast: true) }
  }

  /// How long the start may go on after a request to stop, and an end that is not orderly may take.
  private static let patienceSeconds: UInt32 = 2
  /// How long an orderly end may take where no file is written: a model may still have a chunk to make.
  private static let endPatienceSeconds: UInt32 = 8

  /// Whether there is something to bring to an orderly end.
  private func isUnderWay(writing file: String?) -> Bool {
    var state = GST_STATE_NULL
    gst_element_get_state(pipeline.element, &state, nil, 0)
    if state == GST_STATE_PLAYING { return true }
    // A live pipeline plays only once its output has the first frame; of a file's, frames in the encoder count too.
    guard file != nil else { return false }
    return pipeline.named("view").map { ElementStatistics(of: $0).numbers["frames-out"] ?? 0 > 0 } ?? false
  }

  private func leaveUnfinished(_ file: String?) throws -> Never {
    // What does not let itself be stopped is not waited for either.
    StopRequest.watch(patienceSeconds: Self.patienceSeconds)
    if showsProgress, isTerminal { write("\n") }
    writeLine(
      file.map { "stopped at once: \($0) is not finished, and may not play; one request to stop finishes it" }
        ?? "stopped at once")
    throw ExitCode(StopRequest.leftAtOnce)
  }

  /// - Returns: `false` at the end of the stream.
  private func handleMessage() throws(Failure) -> Bool {
    let kinds = [GST_MESSAGE_ERROR, GST_MESSAGE_EOS, GST_MESSAGE_WARNING, GST_MESSAGE_LATENCY]
    guard let message = pipeline.pop(kinds, timeout: 100_000_000) else { return true }
    defer { gst_message_unref(message) }
    switch message.pointee.type {
    case GST_MESSAGE_ERROR:
      throw failure(from: message)
    case GST_MESSAGE_EOS:
      return false
    case GST_MESSAGE_LATENCY:
      pipeline.recalculateLatency()
    default:
      writeLine("warning: " + warning(from: message))
    }
    return true
  }

  private func showProgress(seconds: Double, isLast: Bool) {
    guard let view = pipeline.named("view") else { return }
    let stats = ElementStatistics(of: view)
    let frames = stats.numbers["frames-out"] ?? 0
    func tenths(_ value: Double) -> String { String((value * 10).rounded() / 10) }
    var line = "\(Int(frames)) frames, \(tenths(frames / max(seconds, 1e-3))) fps"
    if let time = stats.numbers["processing-time-mean"] { line += ", \(tenths(time / 1e6)) ms a frame" }
    if let latency = stats.numbers["declared-latency"] { line += ", latency \(tenths(latency / 1e6)) ms" }
    if let dropped = stats.numbers["frames-dropped"], dropped > 0 { line += ", \(Int(dropped)) dropped" }
    if let coverage = stats.numbers["coverage"] { line += ", \(Int((coverage * 100).rounded()))% seen" }
    if let backend = stats.words["backend"], !backend.isEmpty { line += ", \(backend)" }
    if let model = stats.modelInWords { line += ", \(model)" }
    if isTerminal {
      write("\r\u{1b}[K" + line + (isLast ? "\n" : ""))
    } else {
      write(line + "\n")
    }
  }
}

private func write(_ text: String) {
  _ = Array(text.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

/// A line on standard error: standard output is for results.
func writeLine(_ text: String) { write(text + "\n") }
