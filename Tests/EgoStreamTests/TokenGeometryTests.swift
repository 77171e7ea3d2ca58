import Compute
import FoundationEssentials
import Testing

@testable import EgoStream
@testable import Geometry

/// Tokens' rays and points against those of the training's code, which `training/make_fixtures.py` wrote.
struct TokenGeometryTests {
  private struct Fixture: Decodable {
    struct Model: Decodable {
      let exo: [Int]
      let ego: [Int]
      let token: Int
    }
    let calibration: CalibrationDocument
    let model: Model
    let depth_of_half_tokens: [[UInt16]]
    let rays: [[Float]]
    let points: [[Float]?]
    let centre: [Float]
  }

  @Test func tokensLieWhereTrainingHasThem() throws {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
    let json = try Data(contentsOf: URL(filePath: root + "/NetworksTests/Fixtures/token-geometry.json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: json)
    let calibration = try Calibration(fixture.calibration)
    let egoPose = try #require(calibration.egoTrajectory).pose(at: 0).pose
    let (model, exo) = (fixture.model, calibration.exo)
    let shape = ChunkShape(
      exoWidth: model.exo[0], exoHeight: model.exo[1], egoWidth: model.ego[0], egoHeight: model.ego[1],
      framesPerLatent: 4, latentFrames: 1, tokenSize: model.token)
    let tokens = TokenGeometry(shape: shape, exo: exo, ego: calibration.ego, depthFormat: calibration.depth)
    let side = exo.width / (fixture.depth_of_half_tokens.first?.count ?? 1)
    let depth = (0..<exo.width * exo.height).map {
      fixture.depth_of_half_tokens[$0 / exo.width / side][$0 % exo.width / side]
    }
    let chunk = Chunk(shape)
    depth.withUnsafeBufferPointer { depth in
      guard let base = depth.baseAddress else { return }
      tokens.write(
        into: chunk, frame: 0,
        depth: DepthPlane(base: base, width: exo.width, height: exo.height, stride: exo.width * 2),
        exoWorldToCamera: calibration.exoTrajectory.pose(at: 0).pose,
        egoWorldToCamera: egoPose)
    }
    #expect(fixture.rays.count == shape.egoTokens && fixture.points.count == shape.exoTokens)
    for (token, ray) in fixture.rays.enumerated() {
      #expect(distance(chunk.rays, token, ray) < 2e-4, "ray \(token)")
    }
    for (token, point) in fixture.points.enumerated() {
      guard let point else {
        #expect(chunk.points.base[token * 3] > 1e17)
        continue
      }
      // The samples' middle lies an eighth of the model's pixels from that of the pixels, each way: 1/320 of the depth at most.
      #expect(distance(chunk.points, token, point) < 4.0 / 320 * 1.5, "point \(token)")
    }
    #expect(distance(chunk.centres, 0, fixture.centre) < 1e-4)
  }

  private func distance(_ storage: Storage<Float>, _ index: Int, _ expected: [Float]) -> Float {
    (0..<3).reduce(0) {
      $0 + (storage.base[index * 3 + $1] - expected[$1]) * (storage.base[index * 3 + $1] - expected[$1])
    }
    .squareRoot()
  }
}
