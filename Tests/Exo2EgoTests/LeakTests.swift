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

    /// Runs a source into the element, under the leak tracer.
    private func launch(_ source: String) throws -> (status: Int32, output: String) {
      try GStreamerProcess.launch(
        "-q \(source) ! video/x-raw,width=64,height=48 ! exo2ego name=e backend=cpu model=none on-lag=repeat "
          + "calibration=\(Scene(assumedMetres: 2).calibration) ! fakesink async=false "
          + "e.mask ! queue ! fakesink async=false",
        environment: ["GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1"])
    }
  }
}
