import Testing

@testable import Geometry

@Suite struct SplatPolicyTests {
  /// The wearer's head is left out by more where the exo camera, and with it depth's error, is further away.
  @Test(arguments: [(1.0, 0.18), (3.0, 0.27), (20.0, 0.45)] as [(Float, Float)])
  func theHeadGrowsWithDistance(metres: Float, nearest: Float) {
    let exo = Pose(rows: ([0, 0, 1], [0, 1, 0], [-1, 0, 0]), translation: [4, 5, 6])
    let ego = Pose(rows: Pose.identity.rows, translation: -(exo.centre + SIMD3(0, metres, 0)))
    #expect(abs(SplatPolicy().nearest(ego: ego, exo: exo) - nearest) < 1e-5)
  }
}
