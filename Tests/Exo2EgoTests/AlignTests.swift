import CGStreamerCheck
import TestSupport
import Testing

extension Exo2EgoTests {
  /// Somebody walks by, and the calibration's focal length is 1.3 times what it should be.
  @Suite struct Align {
    @Test func aWrongCalibrationIsWarnedOfOnceAndCorrected() throws {
      let bench = play()
      let factor = try #require(bench.realStatistic("focal-factor"))
      #expect(abs(factor * 1.3 - 1) < 0.1, "\(factor)")
      #expect(bench.realStatistic("depth-factor") == 1)
      let warning = try #require(bench.message(GST_MESSAGE_WARNING))
      #expect(warning.domain == "gst-resource-error-quark")
      #expect(warning.code == Int32(GST_RESOURCE_ERROR_SETTINGS.rawValue))
      #expect(warning.text.contains("focal length × 0.") && warning.text.contains("align=none"), "\(warning.text)")
      #expect(bench.message(GST_MESSAGE_WARNING, waiting: 0) == nil)
    }

    @Test func withoutAlignmentItIsTakenAsItIs() {
      let bench = play(["align": "none"])
      #expect(bench.realStatistic("focal-factor") == 1)
      #expect(bench.message(GST_MESSAGE_WARNING, waiting: 0) == nil)
    }

    private func play(_ properties: [String: String] = [:]) -> Bench {
      let (width, height, count) = (320, 180, 16)
      let heads = (0..<count).map { SIMD3(0.5 + 0.03 * Double($0), -0.35, 1.8) }
      let poses = heads.map { "[[1,0,0,\(-$0.x)],[0,1,0,\(-$0.y)],[0,0,1,\(-$0.z - 0.09)]]" }
      let document = """
        {"name": "walk", "fps": 30, "exo": {"model": "pinhole", "width": \(width), "height": \(height), "fx": 208,
        "cx": 159.5, "cy": 89.5}, "ego": {"model": "pinhole", "width": 64, "height": 64, "fx": 64, "cx": 31.5, "cy": 31.5,
        "world_to_camera": [\(poses.joined(separator: ","))]}}
        """
      let given = ["calibration": Setup.write(document, to: "walk.json")].merging(properties) { _, own in own }
      let bench = Bench(given, scene: Scene(width: width, height: height), depth: true)
      var picture = WearerPicture(width: width, height: height, focal: 160)
      for (index, head) in heads.enumerated() {
        picture.head = head
        bench.pushDepth(index, Picture.depth(width, height, samples: picture.depth()))
        bench.push(index)
      }
      bench.endOfStream()
      #expect(bench.pullAll().count == count)
      return bench
    }
  }
}
