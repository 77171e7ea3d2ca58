import Compute
import FoundationEssentials
import Geometry
import Testing

/// Calibration documents that are right.
struct CalibrationTests {
  @Test func readsEveryField() throws {
    let text = """
      {"name": "bench", "source": "made by hand", "fps": 20, "frames": 2, "prompt": "a bench",
       "exo": {"model": "kannala_brandt4", "width": 784, "height": 448, "fx": 259.5, "fy": 259.75, "cx": 392, "cy": 224.5,
               "coefficients": [0.01, -0.02, 0.003, -0.0004], "world_to_camera": [[0, -1, 0, 0.1], [1, 0, 0, 0.2], [0, 0, 1, 0.3]]},
       "ego": {"model": "fisheye624", "width": 448, "height": 440, "f": 194, "cx": 223.5, "cy": 219.5,
               "radial": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "tangential": [0.01, 0.02], "thin_prism": [1e-3, 2e-3, 3e-3, 4e-3],
               "rotate_clockwise_degrees": 90, "image_circle_radius": 230,
               "photometric": {"vignette": [[0, 1], [230, 0.4]], "gain_rgb": [0.8, 0.9, 1]},
               "world_to_camera": [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
                                   [[1, 0, 0, -1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]]},
       "depth": {"file": "depth.mkv", "unit": "centimetre", "kind": "range", "invalid": 65000, "assumed_metres": 2.5}}
      """
    let read = try Calibration(json: Data(text.utf8), name: "bench.json")
    #expect(read.name == "bench")
    #expect(read.framesPerSecond == 20)
    #expect(read.frames == 2)
    #expect(
      read.exo.lens
        == .fisheye(
          .init(focal: SIMD2(259.5, 259.75), principal: SIMD2(392, 224.5), radial: [0.01, -0.02, 0.003, -0.0004])))
    #expect(read.exo.width == 784 && read.exo.height == 448)
    #expect(read.exoTrajectory.poses.count == 1)
    let forward = read.exoTrajectory.poses[0].rotate([0, 1, 0]) - [-1, 0, 0]
    #expect((forward * forward).sum() < 1e-12)
    #expect(read.exoTrajectory.poses[0].translation == [0.1, 0.2, 0.3])
    #expect(
      read.ego.lens
        == .fisheye(
          .init(
            focal: SIMD2(194, 194), principal: SIMD2(223.5, 219.5), radial: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
            tangential: SIMD2(0.01, 0.02), thinPrism: SIMD4(1e-3, 2e-3, 3e-3, 4e-3))))
    // Turned by a quarter: the picture stands 440 wide.
    #expect(read.ego.width == 440 && read.ego.height == 448)
    #expect(read.ego.imageCircleRadius == 230)
    #expect(read.ego.photometric?.gain == SIMD3(0.8, 0.9, 1))
    #expect(read.ego.photometric?.brightness(atRadius: 115) == 0.7)
    let ego = try #require(read.egoTrajectory)
    #expect(ego.times == [0, 50_000_000])
    #expect(ego.poses[1].centre == [1, 0, 0])
    #expect(
      read.depth
        == DepthFormat(metresPerUnit: 0.01, kind: .range, invalid: 65000, file: "depth.mkv", assumedMetres: 2.5))
  }

  @Test func fillsInWhatIsLeftOut() throws {
    let text = """
      {"exo": {"model": "pinhole", "width": 640, "height": 480, "f": 500, "cx": 319.5, "cy": 239.5},
       "ego": {"model": "pinhole", "width": 640, "height": 480, "fx": 500, "cx": 319.5, "cy": 239.5}}
      """
    let read = try Calibration(json: Data(text.utf8), name: "short.json")
    #expect(read.framesPerSecond == 30)
    #expect(read.frames == nil && read.name == nil && read.egoTrajectory == nil)
    #expect(read.exoTrajectory.poses == [.identity])
    #expect(read.ego.lens.focal == SIMD2(500, 500))
    #expect(read.ego.rotateClockwiseDegrees == 0 && read.ego.imageCircleRadius == nil && read.ego.photometric == nil)
    #expect(read.depth == DepthFormat(metresPerUnit: 0.001, kind: .z, invalid: 0))
  }

  @Test(arguments: ["samples/workbench/clip.json"]) func readsTheBundledSample(path: String) throws {
    let root = String(#filePath.dropLast("Tests/GeometryTests/CalibrationTests.swift".count))
    let read = try Calibration(contentsOfFile: root + path)
    #expect(try #require(read.egoTrajectory).poses.count == read.frames)
  }
}
