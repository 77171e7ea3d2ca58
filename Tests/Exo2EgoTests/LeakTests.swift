import Foundation
import Testing

extension Exo2EgoTests {
  @Suite struct Leaks {
    /// GStreamer's own tracer names what is still alive at the end of a process.
    @Test func nothingIsLeft() throws {
      let run = try launch("videotestsrc num-buffers=5")
      #expect(run.status == 0, "\(run.output.suffix(2000))")
      expectNoLeaks(run.output)
    }

    /// A camera that is unplugged ends its stream with an error: that is all that ends, and nothing is left behind.
    @Test func aSourceThatFailsEndsOnlyThePipeline() throws {
      let run = try launch("videotestsrc ! identity error-after=5")
      #expect(run.status == 1, "\(run.output.suffix(2000))")
      #expect(run.output.contains("Failed after iterations as requested"))
      expectNoLeaks(run.output)
    }

    private func expectNoLeaks(_ output: String) {
      #expect(output.contains("leaks"))
      let leaks = output.split(separator: "\n").filter { $0.contains("object-alive") && !$0.contains("format") }
      #expect(leaks.isEmpty, "\(leaks.joined(separator: "\n"))")
    }

    /// Runs a source into the element in a process of its own, under the leak tracer.
    private func launch(_ source: String) throws -> (status: Int32, output: String) {
      let id = UUID().uuidString
      let plugins = Setup.once.folder.appendingPathComponent("leak-plugins-\(id)")
      try FileManager.default.createDirectory(at: plugins, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: plugins.appendingPathComponent("libgstexo2ego.so"), withDestinationURL: Setup.once.plugin)
      let system = "/usr/lib/x86_64-linux-gnu/gstreamer-1.0"
      for name in ["libgstcoreelements.so", "libgstvideotestsrc.so", "libgstcoretracers.so"] {
        try FileManager.default.createSymbolicLink(
          atPath: plugins.appendingPathComponent(name).path, withDestinationPath: "\(system)/\(name)")
      }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/gst-launch-1.0")
      let scene = Scene(assumedMetres: 2)
      process.arguments =
        "-q \(source) ! video/x-raw,width=64,height=48 ! exo2ego name=e backend=cpu on-lag=repeat "
        .appending("calibration=\(scene.calibration) ! fakesink async=false e.mask ! queue ! fakesink async=false")
        .split(separator: " ").map(String.init)
      process.environment = ProcessInfo.processInfo.environment.merging([
        "GST_PLUGIN_PATH": plugins.path, "GST_PLUGIN_SYSTEM_PATH": plugins.path, "GST_TRACERS": "leaks",
        "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1",
        "GST_REGISTRY": Setup.once.folder.appendingPathComponent("leak-registry-\(id)").path,
      ]) { _, own in own }
      let pipe = Pipe()
      process.standardError = pipe
      process.standardOutput = pipe
      try process.run()
      // By its number, so that nothing else is ever stopped.
      let guardian = DispatchWorkItem { [process] in if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
      DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: guardian)
      let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      guardian.cancel()
      return (process.terminationStatus, output)
    }
  }
}
