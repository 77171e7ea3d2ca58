import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// A session whose exo calibration is wrong: the picture must become that of the right one.
@Suite struct AlignmentTests {
  @Test func aWrongCalibrationIsCorrected() throws {
    let right = try play(focalError: 1, depthError: 1)
    let wrong = try play(focalError: 1.3, depthError: 1.3) { $0.alignment = .none }
    let aligned = try play(focalError: 1.3, depthError: 1.3)
    #expect(right.session.correction == .none)
    #expect(wrong.session.correction == .none)
    #expect(abs(aligned.session.correction.focal * 1.3 - 1) < 0.1, "\(aligned.session.correction)")
    let (before, after) = (difference(wrong, right), difference(aligned, right))
    #expect(after < 0.5 * before, "mean difference \(before) without, \(after) with")
  }

  @Test func aChunksTokensFollow() throws {
    let model = DarkeningModel(
      ChunkShape(exoWidth: 80, exoHeight: 48, egoWidth: 64, egoHeight: 64, framesPerLatent: 4, latentFrames: 1))
    let aligned = try play(focalError: 1.3, depthError: 1.3, model: model)
    #expect(aligned.session.correction != .none)
    // The wall, as the last chunk's tokens have it: 4.5 m away.
    let wall = try #require(model.lastPoints.filter { $0 < 1000 }.max())
    #expect(abs(wall - 4.5) < 0.35, "\(wall)")
  }

  /// Sixteen frames of somebody who walks to the right and looks at the wall; the last one's picture.
  private func play(
    focalError: Double, depthError: Double, model: (any ChunkModel)? = nil,
    configure: (inout EgoSession.Configuration) -> Void = { _ in }
  ) throws -> SessionRig {
    var picture = WearerPicture(width: 320, height: 180, focal: 160)
    let lens = Lens.PinholeParameters(focal: SIMD2(repeating: 160 * focalError), principal: SIMD2(159.5, 89.5))
    let ego = Lens.PinholeParameters(focal: SIMD2(repeating: 64), principal: SIMD2(31.5, 31.5))
    let heads = (0..<16).map { SIMD3<Float>(0.5 + 0.03 * Float($0), -0.35, 1.8) }
    let poses = heads.map { Pose(rows: Pose.identity.rows, translation: -($0 + SIMD3(0, 0, 0.09))) }
    let calibration = Calibration(
      exo: Camera(lens: .pinhole(lens), sensorWidth: 320, sensorHeight: 180),
      ego: Camera(lens: .pinhole(ego), sensorWidth: 64, sensorHeight: 64),
      egoTrajectory: try Trajectory(times: poses.indices.map { Int64($0) * 33_333_333 }, poses: poses))
    let rig = try SessionRig(calibration, model: model, configure: configure)
    for head in heads {
      picture.head = SIMD3<Double>(head)
      try ExoPicture(width: 320, height: 180, colour: picture.colour(), depth: picture.depth(scale: depthError))
        .withPlanes { try rig.push($0, $1) }
      while try rig.pull() != nil {}
    }
    return rig
  }

  private func difference(_ a: SessionRig, _ b: SessionRig) -> Double {
    let total = zip(a.picture, b.picture).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(total) / Double(a.picture.count)
  }
}
