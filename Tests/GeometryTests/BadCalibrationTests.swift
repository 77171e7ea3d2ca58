import Compute
import FoundationEssentials
import Geometry
import Testing

/// Calibration documents that are wrong: every message names the file, the field and the value.
struct BadCalibrationTests {
  /// A document that reads well; each case changes one place of it.
  private static let good = """
    {"fps": 30, "frames": 2,
     "exo": {"model": "pinhole", "width": 640, "height": 480, "fx": 500, "fy": 501, "cx": 319.5, "cy": 239.5,
             "world_to_camera": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]},
     "ego": {"model": "fisheye624", "width": 448, "height": 440, "f": 194, "cx": 223.5, "cy": 219.5,
             "radial": [0, 0, 0, 0, 0, 0], "tangential": [0, 0], "thin_prism": [0, 0, 0, 0],
             "rotate_clockwise_degrees": 90, "image_circle_radius": 230,
             "photometric": {"vignette": [[0, 1], [230, 0.4]], "gain_rgb": [1, 1, 1]},
             "world_to_camera": [[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], [[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 2]]]},
     "depth": {"unit": "millimetre", "kind": "z", "invalid": 0, "assumed_metres": 3}}
    """

  struct Case: CustomTestStringConvertible, Sendable {
    let old: String
    let new: String
    let message: [String]
    init(_ old: String, _ new: String, _ message: String...) {
      self.old = old
      self.new = new
      self.message = message
    }
    var testDescription: String { "\(old) → \(new)" }
  }

  private static let cases = [
    Case("\"fps\": 30", "fps = 30", "not a JSON document"),
    Case("\"fps\": 30", "\"fps\": 0", "fps is 0"),
    Case("\"fps\": 30", "\"fps\": -25", "fps is -25"),
    Case("\"fps\": 30", "\"fps\": 5000", "fps is 5000"),
    Case("\"fps\": 30", "\"fps\": 1e-300", "fps is 1e-300"),
    Case("\"fps\": 30", "\"fps\": \"30\"", "fps is a string", "number"),
    Case("\"frames\": 2", "\"frames\": 0", "frames is 0"),
    Case("\"exo\"", "\"exocentric\"", "exo is missing"),
    Case("\"width\": 640, ", "", "exo.width is missing"),
    Case("\"width\": 640", "\"width\": \"640\"", "exo.width is a string", "number"),
    Case("\"width\": 640", "\"width\": 640.5", "exo.width", "640.5"),
    Case("\"width\": 640", "\"width\": 8", "exo.width is 8", "16...16384"),
    Case("\"width\": 640", "\"width\": 99999999", "exo.width is 99999999"),
    Case("\"width\": 640", "\"width\": 1e300", "exo.width", "1e+300"),
    Case(
      "\"width\": 640, \"height\": 480", "\"width\": 16384, \"height\": 16384", "exo is 16384×16384", "16777216",
      "smaller picture"),
    Case(
      "\"width\": 448, \"height\": 440", "\"width\": 4096, \"height\": 4097", "ego is 4096×4097", "16777216"),
    Case("\"height\": 440", "\"height\": -440", "ego.height is -440"),
    Case("\"height\": 440", "\"height\": null", "ego.height", "null", "number"),
    Case("\"model\": \"pinhole\"", "\"model\": \"brown\"", "exo.model is \"brown\"", "fisheye624"),
    Case("\"fx\": 500", "\"f\": 500", "exo.f is 500", "not both"),
    Case("\"f\": 194, ", "", "ego.fx is missing"),
    Case("\"fx\": 500", "\"fx\": 0", "exo.fx is 0"),
    Case("\"fy\": 501", "\"fy\": -501", "exo.fy is -501"),
    Case("\"cx\": 319.5", "\"cx\": 5000", "exo.cx is 5000", "640"),
    Case("\"rotate_clockwise_degrees\": 90", "\"rotate_clockwise_degrees\": 45", "ego.rotate_clockwise_degrees is 45"),
    Case("\"image_circle_radius\": 230", "\"image_circle_radius\": -1", "ego.image_circle_radius is -1"),
    Case("\"radial\": [0, 0, 0, 0, 0, 0]", "\"radial\": [0, 0, 0, 0]", "ego.radial is 4 numbers", "6"),
    Case("\"radial\": [0, 0, 0, 0, 0, 0], ", "", "ego.radial is missing", "6"),
    Case("\"radial\": [0, 0, 0, 0, 0, 0]", "\"radial\": [-900, 0, 0, 0, 0, 0]", "ego.radial", "-900"),
    Case("\"tangential\": [0, 0]", "\"tangential\": [0]", "ego.tangential is 1 numbers", "2"),
    Case("\"thin_prism\": [0, 0, 0, 0]", "\"thin_prism\": [0, 0, 0, 0, 0]", "ego.thin_prism is 5 numbers", "4"),
    Case("\"model\": \"fisheye624\"", "\"model\": \"kannala_brandt4\"", "ego.coefficients is 6 numbers", "4"),
    Case("\"model\": \"fisheye624\"", "\"model\": \"pinhole\"", "ego.model is pinhole", "distortion"),
    Case("\"thin_prism\": [0, 0, 0, 0]", "\"thin_prism\": [1e300, 0, 0, 0]", "ego sees along", "thin_prism"),
    Case("\"thin_prism\": [0, 0, 0, 0]", "\"thin_prism\": [50, -50, 50, 1]", "ego sees along", "thin_prism"),
    Case("\"tangential\": [0, 0]", "\"tangential\": [1e300, -1e300]", "ego sees along", "tangential"),
    Case("\"image_circle_radius\": 230", "\"image_circle_radius\": 1.0001", "ego sees along", "image_circle_radius"),
    Case(
      "\"model\": \"pinhole\"", "\"model\": \"pinhole\", \"thin_prism\": [0.1, 0, 0, 0]", "exo.model is pinhole",
      "thin_prism"),
    Case(
      "\"model\": \"pinhole\"",
      "\"model\": \"kannala_brandt4\", \"coefficients\": [0, 0, 0, 0], \"tangential\": [0.1, 0]",
      "exo.model is kannala_brandt4", "tangential"),
    Case(
      "\"model\": \"pinhole\"",
      "\"model\": \"kannala_brandt4\", \"coefficients\": [0, 0, 0, 0], \"thin_prism\": [0.1, 0, 0, 0]",
      "exo.model is kannala_brandt4", "thin_prism"),
    Case(
      "\"model\": \"pinhole\"",
      "\"model\": \"kannala_brandt4\", \"coefficients\": [0, 0, 0, 0], \"radial\": [0.1, 0, 0, 0]",
      "exo.model is kannala_brandt4", "radial"),
    Case(
      "\"radial\": [0", "\"coefficients\": [0.1, 0, 0, 0], \"radial\": [0", "ego.model is fisheye624", "coefficients"),
    Case("[[0, 1], [230, 0.4]]", "[[0, 1], [0, 0.4]]", "ego.photometric.vignette", "ascending"),
    Case("[[0, 1], [230, 0.4]]", "[[0, 1], [230, 9]]", "ego.photometric.vignette", "9.0"),
    Case("[[0, 1], [230, 0.4]]", "[[0, 1, 2]]", "ego.photometric.vignette", "2.0"),
    Case(
      "[[0, 1], [230, 0.4]]", "[\((0..<1025).map { "[\($0), 1]" }.joined(separator: ","))]", "1025 points",
      "at most 1024"),
    Case("\"gain_rgb\": [1, 1, 1]", "\"gain_rgb\": [1, 1]", "ego.photometric.gain_rgb is [1.0, 1.0]"),
    Case("[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]}", "[]}", "exo.world_to_camera is empty"),
    Case(
      "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]}", "[[1, 0, 0, 0], [0, 1, 0, 0]]}", "exo.world_to_camera", "3 rows"),
    Case("[0, 0, 1, 0]]}", "[0, 0, 1]]}", "exo.world_to_camera", "4 finite numbers"),
    Case("[0, 0, 1, 0]]}", "[0, 0, 1.1, 0]]}", "exo.world_to_camera", "no rotation"),
    Case("[0, 0, 1, 0]]}", "[0, 0, -1, 0]]}", "exo.world_to_camera", "no rotation", "-1.0"),
    Case("[0, 0, 1, 0]]}", "[0, 0, 1, 1e30]]}", "exo.world_to_camera", "1e+30", "metres"),
    Case("[0, 0, 1, 0]]}", "[0, 0, 1, -412345]]}", "exo.world_to_camera", "-412345", "10000 metres", "local origin"),
    Case("[0, 0, 1, 0]]}", "[0, 0, 1, \"0\"]]}", "exo.world_to_camera[2][3] is a string", "number"),
    Case("[0, 0, 1, 2]]]", "[0, 0, \"1\", 2]]]", "ego.world_to_camera[1][2][2] is a string", "number"),
    Case(
      "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]}", "[[1, 0, 0, 0], [[0]], [0, 0, 1, 0]]}", "exo.world_to_camera[1][0]"
    ),
    Case(
      "[[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]}", "[[1, 0, 0, 0], 5, [0, 0, 1, 0]]}", "exo.world_to_camera[1] is"),
    Case("[0, 0, 1, 2]]]", "[0, 0, 2, 2]]]", "ego.world_to_camera[1]", "no rotation"),
    Case("\"unit\": \"millimetre\"", "\"unit\": \"inch\"", "depth.unit is \"inch\"", "metre"),
    Case(
      "\"unit\": \"millimetre\"", "\"unit\": \"millimetre\", \"metres_per_unit\": 0.01", "depth.unit \"millimetre\"",
      "0.01"),
    Case("\"unit\": \"millimetre\"", "\"metres_per_unit\": 0", "depth.metres_per_unit is 0"),
    Case("\"kind\": \"z\"", "\"kind\": \"disparity\"", "depth.kind is \"disparity\""),
    Case("\"invalid\": 0", "\"invalid\": 65536", "depth.invalid is 65536"),
    Case("\"assumed_metres\": 3", "\"assumed_metres\": 0", "depth.assumed_metres is 0"),
  ]

  private func reading(_ text: String) -> Failure? {
    #expect(throws: Failure.self) { try Calibration(json: Data(text.utf8), name: "scene.json") }
  }

  @Test func theUnchangedDocumentReads() throws {
    _ = try Calibration(json: Data(Self.good.utf8), name: "scene.json")
  }

  @Test func whatIsJustWithinTheLimitsReads() throws {
    let text = Self.good.replacing("\"width\": 640, \"height\": 480", with: "\"width\": 16384, \"height\": 1024")
      .replacing("[0, 0, 1, 0]]}", with: "[0, 0, 1, 10000]]}").replacing("\"fx\": 500", with: "\"fx\": 1e6")
      .replacing("\"assumed_metres\": 3", with: "\"assumed_metres\": 0.05")
    let read = try Calibration(json: Data(text.utf8), name: "scene.json")
    #expect(read.exo.width == 16384 && read.exoTrajectory.poses[0].translation.z == 10000)
  }

  @Test(arguments: cases) func namesTheFieldAndTheValue(_ change: Case) throws {
    var text = Self.good
    let place = try #require(text.firstRange(of: change.old))
    text.replaceSubrange(place, with: change.new)
    let failure = try #require(reading(text))
    #expect(failure.kind == .calibration)
    for part in change.message + ["calibration scene.json: "] {
      #expect(failure.message.contains(part), "\(failure.message)")
    }
  }

  @Test(arguments: ["", "null", "[]", "{}", "{\"exo\":", "\u{0}\u{1}", String(repeating: "[", count: 100_000)])
  func survivesWhatIsNoDocument(text: String) throws {
    let failure = try #require(reading(text))
    #expect(failure.message.hasPrefix("calibration scene.json: "))
  }

  @Test func saysWhichFileIsMissing() {
    let failure = #expect(throws: Failure.self) { try Calibration(contentsOfFile: "/nowhere/scene.json") }
    #expect(failure?.kind == .calibration)
    #expect(failure?.message.contains("/nowhere/scene.json") == true)
  }
}
