import Geometry
import Testing

/// An exo camera that moves, its pose known for every frame.
struct MovingCameraTests {
  /// A slightly slanted wall, so that places along it tell apart.
  private var scene: AnalyticScene {
    var scene = AnalyticScene()
    scene.plane = .init(point: [0, 0, 3], normal: SIMD3(0.2, 0, -0.98))
    return scene
  }

  /// Turned by an angle about the vertical (its sine and cosine), standing at `centre`.
  private func pose(at centre: SIMD3<Float>, sine: Float) -> Pose {
    let cosine = (1 - sine * sine).squareRoot()
    var pose = Pose(rows: ([cosine, 0, -sine], [0, 1, 0], [sine, 0, cosine]), translation: .zero)
    pose.translation = -pose.rotate(centre)
    return pose
  }

  @Test func seesOneSurface() throws {
    let rig = GeometryRig()
    for step in 0..<40 {
      let t = Float(step) / 39 - 0.5
      try rig.see(scene, from: pose(at: [0.8 * t, 0.2 * t, 0.3 * t], sine: -0.15 * t))
    }
    let view = SampleScene.pose(at: [0.05, 0, 0.2])
    let truth = rig.truth(scene, from: view)
    let prior = try rig.look(from: view)
    var (worst, off, covered): (Float, Int, Int) = (0, 0, 0)
    for (i, hit) in truth.enumerated() {
      guard let hit, prior.coverage.base[i] != 0 else { continue }
      covered += 1
      worst = max(worst, abs(prior.distance.base[i] - hit.distance) / hit.distance)
      if prior.difference(at: i, from: hit.colour) > 12 { off += 1 }
    }
    #expect(covered > truth.count * 99 / 100)
    #expect(worst < 0.03)
    #expect(off < covered / 100, "\(off) pixels of another colour")
  }

  @Test func goingBackAndForthAddsNothing() throws {
    let rig = GeometryRig()
    func sweep() throws {
      for step in 0..<20 { try rig.see(scene, from: pose(at: [0.04 * Float(step), 0, 0], sine: 0)) }
      for step in 0..<20 { try rig.see(scene, from: pose(at: [0.76 - 0.04 * Float(step), 0, 0], sine: 0)) }
    }
    try sweep()
    let size = rig.geometry.mapPoints
    for _ in 0..<4 { try sweep() }
    #expect(rig.geometry.mapPoints < size * 11 / 10, "\(size) points grew to \(rig.geometry.mapPoints)")
  }
}
