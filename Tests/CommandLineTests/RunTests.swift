import FoundationEssentials
import Glibc
import Testing

/// Pipelines with the element in them, run by the tools.
struct RunTests {
  private let clip = Tool.root + "/samples/workbench"

  @Test func rendersFilesIntoAFileWithEveryFrame() throws {
    let file = TemporaryFile.name("ego", suffix: ".mp4")
    defer { unlink(file) }
    let result = try Tool("egostream").run(
      "run", "--input", clip + "/exo.mp4", "--depth", clip + "/depth.mkv", "--calibration", clip + "/clip.json",
      "--backend", "cpu", "--model", "none", "--output", file)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errors.contains("120 frames"))
    #expect(result.errors.contains("cpu, no model"))
    #expect(try decodedFrames(file) == 120)
  }

  /// A run of moving test pictures, which goes on until it is stopped.
  private func startLiveRun(to output: String) throws -> RunningTool {
    try Tool("egostream").start([
      "run", "--input", "test", "--calibration", Tool.root + "/pipelines/webcam.json", "--backend", "cpu", "--model",
      "none", "--output", output,
    ])
  }

  /// Whether it has told of frames.
  private static func isUnderWay(_ run: RunningTool) -> Bool {
    run.errors.split(separator: "\n").contains { $0.contains(" frames, ") && !$0.hasPrefix("0 frames") }
  }

  @Test func aSignalEndsALiveRunProperly() throws {
    let file = TemporaryFile.name("live", suffix: ".mp4")
    defer { unlink(file) }
    let running = try startLiveRun(to: file)
    #expect(running.waitUntil(Self.isUnderWay))
    running.requestStop(times: 1)
    let result = running.wait()
    #expect(result.status == 0, "\(result.errors)")
    // Only a file that was ended properly has its index, and can be read.
    #expect(try decodedFrames(file) > 0)
  }

  @Test func aSecondRequestLeavesTheFileAndSaysSo() throws {
    let file = TemporaryFile.name("live", suffix: ".mp4")
    defer { unlink(file) }
    let running = try startLiveRun(to: file)
    #expect(running.waitUntil(Self.isUnderWay))
    running.requestStop(times: 2)
    let result = running.wait()
    #expect(result.status == 130, "\(result.errors)")
    #expect(result.errors.contains("\(file) is not finished"), "\(result.errors)")
  }

  @Test(arguments: [1, 2]) func aServerThatNeverAnswersIsLeft(_ requests: Int) throws {
    try expectToLeave(requests: requests, with: [130]) {
      let server = try SilentServer()
      let running = try startLiveRun(to: "rtsp://127.0.0.1:\(server.port)/ego")
      #expect(server.waitForConnection())
      return (running, server)
    }
  }

  @Test func aWrongCalibrationIsNamed() throws {
    let result = try Tool("egostream").run(
      "run", "--input", clip + "/ego_truth.mp4", "--depth", clip + "/depth.mkv", "--calibration", clip + "/clip.json",
      "--model", "none", "--output", "none")
    #expect(result.status == 1)
    #expect(result.errors.contains("448"))
  }

  private struct LatencyReport: Decodable {
    struct Times: Decodable {
      let p50: Double
      let p95: Double
      let p99: Double
      let max: Double
    }
    let frames_in: Int
    let frames_out: Int
    let dropped: Int
    let latency_ms: Times
    let declared_latency_ms: Double
    let peak_rss_mb: Double
    let backend: String
    let model: String
  }

  @Test func latencyCountsEveryFrame() throws {
    let result = try Tool("egobench").run("latency", "--clip", clip, "--backend", "cpu", "--model", "none")
    #expect(result.status == 0, "\(result.errors)")
    let report = try JSONDecoder().decode(LatencyReport.self, from: Data(result.output.utf8))
    #expect(report.frames_in == 120)
    #expect(report.frames_out == 120)
    #expect(report.dropped == 0)
    #expect(report.latency_ms.p50 <= report.latency_ms.max)
    #expect(report.declared_latency_ms > 0)
    #expect(report.peak_rss_mb > 0)
    #expect(report.backend == "cpu")
    #expect(report.model == "none")
  }

  @Test func latencyEndsAfterAsManyFramesAsAskedFor() throws {
    let result = try Tool("egobench").run(
      "latency", "--clip", clip, "--backend", "cpu", "--model", "none", "--frames", "7")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try JSONDecoder().decode(LatencyReport.self, from: Data(result.output.utf8)).frames_in == 7)
  }
}
