import CGStreamerCheck
import Foundation
import Testing

extension Exo2EgoTests {
  /// The model that runs where nobody names one, and models by name.
  @Suite struct DefaultModel {
    /// Puts the toy where the default is looked for, for as long as `body` runs.
    private func withDefault(
      change: (inout [String: Any]) -> Void = { _ in }, _ body: () throws -> Void
    ) throws {
      let folder = try ToyModel.folder("models/ego-tiny", change: change)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try body()
    }

    @Test(arguments: ["auto", "ego-tiny"]) func isFoundThroughTheEnvironment(_ name: String) throws {
      try withDefault {
        let bench = Bench(["model": name], depth: true)
        for index in 0..<5 {
          bench.pushDepth(index)
          bench.push(index)
        }
        bench.endOfStream()
        #expect(bench.pullAll().count == 5)
        #expect(bench.statistic("chunk-frames") == 4)
        #expect(bench.message(GST_MESSAGE_WARNING, waiting: 0) == nil)
      }
    }

    @Test func worksWithoutDepthOverAFlatBackdrop() throws {
      try withDefault {
        let bench = Bench(["model": "auto"], scene: Scene(assumedMetres: 2))
        for index in 0..<4 { bench.push(index) }
        bench.endOfStream()
        #expect(bench.pullAll().count == 4)
        #expect(bench.statistic("chunk-frames") == 4)
      }
    }

    @Test func canBeTurnedOff() throws {
      try withDefault {
        for name in ["none", ""] {
          let bench = Bench(["model": name], scene: Scene(assumedMetres: 2))
          bench.push(0)
          #expect(bench.pull() != nil)
          #expect(bench.statistic("chunk-frames") == 1)
          #expect(bench.message(GST_MESSAGE_WARNING, waiting: 0) == nil)
        }
      }
    }

    @Test func isRefusedWhereItIsBroken() throws {
      try withDefault(change: { $0["format"] = "something" }) {
        let error = Bench.startError(["calibration": Scene().calibration, "model": "auto"])
        #expect(error?.text.contains("egostream-model") == true && error?.text.contains("ego-tiny") == true)
      }
    }

    @Test func aNameThatIsNotThereIsAnErrorWithThePlaces() {
      let error = Bench.startError(["calibration": Scene().calibration, "model": "ego-nowhere"])
      #expect(error?.domain == "gst-resource-error-quark")
      #expect(error?.code == Int32(GST_RESOURCE_ERROR_NOT_FOUND.rawValue))
      for part in ["model ego-nowhere is not installed", Setup.once.models.path, "EGOSTREAM_MODELS"] {
        #expect(error?.text.contains(part) == true, "\(error?.text ?? "no message")")
      }
    }

    /// In a process of its own, with the plugin where no models lie: this checkout may have the default.
    @Test func whereItIsMissingThePriorIsShownWithAWarning() throws {
      let models = Setup.once.models.path
      let run = try GStreamerProcess.launch(
        "videotestsrc num-buffers=5 ! video/x-raw,width=64,height=48 ! exo2ego backend=cpu "
          + "calibration=\(Scene(assumedMetres: 2).calibration) ! fakesink",
        copiesPlugin: true, environment: ["EGOSTREAM_MODELS": models])
      #expect(run.status == 0, "\(run.output)")
      for part in ["WARNING", "model ego-tiny is not installed: looked in \(models), and", "the filled prior"] {
        #expect(run.output.contains(part), "\(run.output)")
      }
    }
  }
}
