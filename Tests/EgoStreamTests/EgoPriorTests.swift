import CEgoPrior
import Compute
import EgoPrior
import FoundationEssentials
import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// The C functions that training draws its priors with.
@Suite struct EgoPriorTests {
  private static let document = """
    {"exo": {"model": "pinhole", "width": 160, "height": 120, "f": 130, "cx": 79.5, "cy": 59.5},
     "ego": {"model": "pinhole", "width": 96, "height": 64, "f": 60, "cx": 31.5, "cy": 47.5,
             "rotate_clockwise_degrees": 90, "photometric": {"gain_rgb": [0.5, 0.5, 0.5]}}}
    """
  private static let settings = EgoPriorSettings(map_capacity: 100_000, voxel_size_metres: 0)

  /// Three rows of four numbers.
  private static func matrix(_ pose: Pose) -> [Float] {
    let rows = [
      (pose.rows.0, pose.translation.x), (pose.rows.1, pose.translation.y), (pose.rows.2, pose.translation.z),
    ]
    return rows.flatMap { [$0.x, $0.y, $0.z, $1] }
  }

  private static func create(_ text: String, error: inout [CChar]) -> OpaquePointer? {
    var settings = settings
    let bytes = text.utf8.map { CChar(bitPattern: $0) }
    return egoprior_create(bytes, bytes.count, &settings, &error, error.count)
  }

  private static func words(_ error: [CChar]) -> String {
    String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test func drawsWhatTheEngineDraws() throws {
    let calibration = try Calibration(json: Data(Self.document.utf8), name: "test")
    let ego = calibration.ego.withoutPhotometricProfile
    let engine = CPUGeometry(
      GeometryConfiguration(
        exo: calibration.exo, ego: ego, depth: calibration.depth, mapCapacity: 100_000, voxelSizeMetres: 0))
    var error = [CChar](repeating: 0, count: 200)
    let library = try #require(Self.create(Self.document, error: &error))
    defer { egoprior_destroy(library) }

    let exoPose = Pose(rows: ([1, 0, 0], [0, 1, 0], [0, 0, 1]), translation: [0, 0, 0.1])
    for frame in 0..<4 {
      let left = -0.4 + 0.1 * Float(frame)
      let scene = AnalyticScene(
        boxes: [.init(low: [left, -0.3, 1.6], high: [left + 0.5, 0.4, 2], colour: AnalyticScene.red)])
      let picture = AnalyticFrame(scene, camera: calibration.exo, worldToCamera: exoPose)
      // A quarter turn about the axis and a step aside.
      let egoPose = Pose(rows: ([0, 1, 0], [-1, 0, 0], [0, 0, 1]), translation: [0.02 * Float(frame), 0.1, 0.2])

      let expected = try draw(picture, engine, ego: ego, exoPose: exoPose, egoPose: egoPose)
      let found = draw(picture, library, ego: ego, exoPose: Self.matrix(exoPose), egoPose: Self.matrix(egoPose))
      #expect(found.status == 0)
      #expect(found.pictures.prior == expected.prior)
      #expect(found.pictures.filled == expected.filled)
      #expect(found.pictures.coverage == expected.coverage)
      #expect(expected.coverage.contains(255) && expected.coverage.contains(0))
    }
  }

  @Test func saysWhatIsWrong() throws {
    var error = [CChar](repeating: 0, count: 200)
    #expect(Self.create("{\"exo\": 3}", error: &error) == nil)
    #expect(Self.words(error).contains("exo"))
    var short = [CChar](repeating: 1, count: 8)
    #expect(Self.create("", error: &short) == nil)
    #expect(Self.words(short).utf8.count == 7)

    let library = try #require(Self.create(Self.document, error: &error))
    defer { egoprior_destroy(library) }
    let calibration = try Calibration(json: Data(Self.document.utf8), name: "test")
    let picture = AnalyticFrame(AnalyticScene(), camera: calibration.exo, worldToCamera: .identity)
    let good = Self.matrix(.identity)
    let outcome = draw(picture, library, ego: calibration.ego, exoPose: good, egoPose: good.map { $0 * .nan })
    #expect(outcome.status == -1)
    #expect(outcome.error.contains("ego_world_to_camera"))
    // Orthonormal rows, but left-handed; and further from the origin than single precision goes.
    var mirrored = good
    mirrored[10] = -1
    #expect(
      draw(picture, library, ego: calibration.ego, exoPose: mirrored, egoPose: good).error.contains("determinant -1"))
    var distant = good
    distant[3] = 412_345
    let far = draw(picture, library, ego: calibration.ego, exoPose: good, egoPose: distant)
    #expect(far.status == -1 && far.error.contains("ego_world_to_camera") && far.error.contains("412345"))
    let wrongSize = draw(picture, library, ego: calibration.exo, exoPose: good, egoPose: good)
    #expect(wrongSize.error.contains("160×120"))
  }

  @Test func composesWhatTheElementShows() throws {
    let (width, height) = (64, 48)
    let composer = DetailComposer(width: width, height: height, modelWidth: 32)
    let library = try #require(egocomposer_create(64, 48, 32, nil, 0))
    defer { egocomposer_destroy(library) }
    var model = (0..<32 * 24 * 3).map { UInt8($0 * 31 % 200) }
    let coverage = (0..<width * height).map { UInt8($0 % width < 40 ? 255 : 0) }
    for frame in 0..<3 {
      var expected = (0..<width * height * 3).map { UInt8(($0 * 17 + frame * 5) % 251) }
      var found = expected
      let status = model.withUnsafeMutableBufferPointer { model -> Int32 in
        guard let base = model.baseAddress else { return 1 }
        composer.compose(
          &expected, coverage: coverage,
          model: MutablePlane(base: base, width: 32, height: 24, channels: 3, stride: 96))
        return found.withUnsafeMutableBufferPointer { found in
          coverage.withUnsafeBufferPointer { coverage in
            guard let found = found.baseAddress, let coverage = coverage.baseAddress else { return 1 }
            var frame = EgoComposition(
              picture: found, coverage: coverage, model: base, model_width: 32, model_height: 24)
            return egocomposer_compose(library, &frame, nil, 0)
          }
        }
      }
      #expect(status == 0 && found == expected)
    }
  }

  @Test func sizesThatDoNotFitAreRefused() throws {
    var error = [CChar](repeating: 0, count: 200)
    #expect(egocomposer_create(64, 0, 32, &error, error.count) == nil)
    #expect(Self.words(error).contains("height is 0"))
    let library = try #require(egocomposer_create(8, 8, 32, nil, 0))
    defer { egocomposer_destroy(library) }
    var picture = [UInt8](repeating: 0, count: 8 * 8 * 3)
    let coverage = picture
    picture.withUnsafeMutableBufferPointer { picture in
      coverage.withUnsafeBufferPointer { coverage in
        guard let base = picture.baseAddress, let coverage = coverage.baseAddress else { return }
        var frame = EgoComposition(picture: base, coverage: coverage, model: base, model_width: 33, model_height: 8)
        #expect(egocomposer_compose(library, &frame, &error, error.count) == -1)
      }
    }
    #expect(Self.words(error).contains("33×8"))
  }

  private struct Pictures: Equatable {
    var prior: [UInt8]
    var filled: [UInt8]
    var coverage: [UInt8]

    init(_ camera: Camera) {
      prior = [UInt8](repeating: 7, count: camera.width * camera.height * 3)
      filled = prior
      coverage = [UInt8](repeating: 7, count: camera.width * camera.height)
    }
  }

  private func draw(
    _ picture: AnalyticFrame, _ engine: CPUGeometry, ego: Camera, exoPose: Pose, egoPose: Pose
  ) throws -> Pictures {
    var pictures = Pictures(ego)
    try picture.withPlanes { colour, depth throws(Failure) in
      _ = try engine.integrate(colour: colour, depth: depth, exoWorldToCamera: exoPose)
      try engine.render(egoWorldToCamera: egoPose, fill: true)
    }
    func plane(_ base: UnsafeMutablePointer<UInt8>, _ channels: Int) -> MutablePlane {
      MutablePlane(base: base, width: ego.width, height: ego.height, channels: channels, stride: ego.width * channels)
    }
    pictures.prior.withUnsafeMutableBufferPointer { prior in
      pictures.filled.withUnsafeMutableBufferPointer { filled in
        pictures.coverage.withUnsafeMutableBufferPointer { coverage in
          guard let prior = prior.baseAddress, let filled = filled.baseAddress, let coverage = coverage.baseAddress
          else { return }
          engine.write(picture: plane(prior, 3), mask: plane(coverage, 1), fill: false, photometric: false)
          engine.write(picture: plane(filled, 3), mask: nil, fill: true, photometric: false)
        }
      }
    }
    return pictures
  }

  private func draw(
    _ picture: AnalyticFrame, _ library: OpaquePointer, ego: Camera, exoPose: [Float], egoPose: [Float]
  ) -> (status: Int32, pictures: Pictures, error: String) {
    var pictures = Pictures(ego)
    var error = [CChar](repeating: 0, count: 200)
    let rgb = stride(from: 0, to: picture.colour.count, by: 4).flatMap { picture.colour[$0..<($0 + 3)] }
    var status: Int32 = 1
    pictures.prior.withUnsafeMutableBufferPointer { prior in
      pictures.filled.withUnsafeMutableBufferPointer { filled in
        pictures.coverage.withUnsafeMutableBufferPointer { coverage in
          rgb.withUnsafeBufferPointer { rgb in
            picture.depth.withUnsafeBufferPointer { depth in
              exoPose.withUnsafeBufferPointer { exo in
                egoPose.withUnsafeBufferPointer { pose in
                  guard let rgb = rgb.baseAddress, let exo = exo.baseAddress, let pose = pose.baseAddress else {
                    return
                  }
                  var frame = EgoPriorFrame(
                    width: Int32(picture.width), height: Int32(picture.height), rgb: rgb, depth: depth.baseAddress,
                    exo_world_to_camera: exo, ego_world_to_camera: pose)
                  var out = EgoPriorPictures(
                    width: Int32(ego.width), height: Int32(ego.height), prior: prior.baseAddress,
                    coverage: coverage.baseAddress, filled: filled.baseAddress)
                  status = egoprior_push(library, &frame, &out, &error, error.count)
                }
              }
            }
          }
        }
      }
    }
    return (status, pictures, Self.words(error))
  }
}
