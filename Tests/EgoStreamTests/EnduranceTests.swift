import Geometry
import TestSupport
import Testing

/// Thousands of frames cost what the first ones did.
struct EnduranceTests {
  /// In a process of its own, so that no other test's memory or time is counted.
  @Test func memoryAndTimeStayFlat() async {
    await #expect(processExitsWith: .success) {
      var random = SeededRandom(seed: 21)
      let rig = try SessionRig(SampleScene.calibration(ego: SampleScene.pose(at: [0.2, 0, 0.3])))
      // A box that goes round in eight places, with noise: points come and go in every frame.
      let frames = (0..<8).map { n in
        var scene = AnalyticScene()
        let x = 0.1 * Float(n) - 0.4
        scene.boxes = [.init(low: [x, -0.2, 1.4], high: [x + 0.3, 0.2, 1.6], colour: AnalyticScene.red)]
        return AnalyticFrame(
          scene, camera: SampleScene.camera, worldToCamera: .identity, colourNoise: 8, depthNoise: 15, random: &random)
      }
      /// - Returns: The least processor time that 40 frames took: who shares a core or its cache makes some slower.
      func run(_ count: Int) throws -> Double {
        var least = Double.infinity
        for _ in 0..<count / 40 {
          let start = ProcessUse.processorSeconds
          for n in 0..<40 {
            try rig.push(frames[n % 8], withDepth: n % 16 != 15)
            _ = try rig.pull()
          }
          least = min(least, ProcessUse.processorSeconds - start)
        }
        return least
      }
      _ = try run(200)
      let memory = ProcessUse.residentBytes
      let points = rig.session.mapPoints
      let early = try run(400)
      _ = try run(1200)
      let late = try run(400)
      #expect(ProcessUse.residentBytes - memory < 2 << 20)
      #expect(late < 1.5 * early, "40 frames took \(early) s, then \(late) s")
      #expect(rig.session.mapPoints < points * 11 / 10, "\(points) points grew to \(rig.session.mapPoints)")
    }
  }
}
