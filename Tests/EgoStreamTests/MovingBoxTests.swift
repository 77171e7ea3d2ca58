import Geometry
import Testing

/// A red box that moves before a wall.
struct MovingBoxTests {
  private func scene(boxAt x: Float?) -> AnalyticScene {
    var scene = AnalyticScene()
    if let x {
      scene.boxes = [
        AnalyticScene.Box(low: [x - 0.2, -0.3, 1.5], high: [x + 0.2, 0.3, 1.9], colour: AnalyticScene.red)
      ]
    }
    return scene
  }

  /// Where the box is seen, grown by a few pixels.
  private func isNearBox(_ truth: [AnalyticScene.Hit?], _ i: Int, width: Int, reach: Int = 3) -> Bool {
    let height = truth.count / width
    for row in max(i / width - reach, 0)...min(i / width + reach, height - 1) {
      for column in max(i % width - reach, 0)...min(i % width + reach, width - 1)
      where truth[row * width + column]?.isBox == true { return true }
    }
    return false
  }

  @Test func isSeenOnlyWhereItIs() throws {
    let rig = GeometryRig()
    for _ in 0..<10 { try rig.see(scene(boxAt: nil)) }
    let view = SampleScene.pose(at: [0.1, -0.1, 0.2])
    for step in 0..<12 {
      let now = scene(boxAt: -0.6 + 0.1 * Float(step))
      try rig.see(now)
      let prior = try rig.look(from: view)
      let truth = rig.truth(now, from: view)
      let ghosts = truth.indices.filter { prior.isRed($0) && !isNearBox(truth, $0, width: prior.width) }
      #expect(ghosts.isEmpty, "step \(step): \(ghosts.count) red pixels where the box is not")
      let shown = truth.indices.filter { truth[$0]?.isBox == true && prior.isRed($0) }.count
      #expect(shown > truth.count(where: { $0?.isBox == true }) * 7 / 10, "step \(step)")
    }
  }

  @Test func leavesNothingBehind() throws {
    let rig = GeometryRig()
    for _ in 0..<10 { try rig.see(scene(boxAt: nil)) }
    let size = rig.geometry.mapPoints
    for step in 0..<12 { try rig.see(scene(boxAt: -0.6 + 0.1 * Float(step))) }
    for _ in 0..<3 { try rig.see(scene(boxAt: nil)) }
    let prior = try rig.look()
    #expect(prior.redPixels == 0)
    #expect(prior.coveredPixels > prior.width * prior.height * 99 / 100)
    #expect(abs(rig.geometry.mapPoints - size) <= size / 100)
    // From the side too, where points left in the air would show.
    #expect(try rig.look(from: SampleScene.pose(at: [-0.8, 0, 0.5])).redPixels == 0)
  }

  @Test func whatStoodStillForLongGoesWhenItGoes() throws {
    let rig = GeometryRig()
    // There from the start, so it counts as known as the wall does.
    for _ in 0..<150 { try rig.see(scene(boxAt: 0)) }
    #expect(try rig.look().redPixels > 1000)
    for _ in 0..<5 { try rig.see(scene(boxAt: nil)) }
    let prior = try rig.look()
    #expect(prior.redPixels == 0, "points were not carved")
    #expect(prior.coveredPixels > prior.width * prior.height * 99 / 100)
  }

  @Test func theWallBehindItStaysKnown() throws {
    let rig = GeometryRig()
    for _ in 0..<10 { try rig.see(scene(boxAt: nil)) }
    for _ in 0..<60 { try rig.see(scene(boxAt: 0)) }
    // From the side the wall in the box's shadow comes into view.
    let view = SampleScene.pose(at: [-0.9, 0, 0])
    let truth = rig.truth(scene(boxAt: 0), from: view)
    let prior = try rig.look(from: view)
    let shadow = truth.indices.filter { i in
      guard let hit = truth[i], !hit.isBox, let ray = rig.camera.unproject(SIMD2(Double(i % 160), Double(i / 160)))
      else {
        return false
      }
      // Hidden from the exo camera, at the origin, and well inside its shadow.
      let point = view.inverse.translation + hit.distance * SIMD3<Float>(ray)
      let length = (point * point).sum().squareRoot()
      let seen = scene(boxAt: 0).hit(from: .zero, along: point / length)
      return seen?.isBox == true && abs(point.x) < 0.25 && abs(point.y) < 0.35 && !isNearBox(truth, i, width: 160)
    }
    #expect(shadow.count > 200)
    let known = shadow.filter { i in
      guard let hit = truth[i] else { return false }
      return prior.coverage.base[i] != 0 && prior.difference(at: i, from: hit.colour) < 12
    }
    #expect(known.count > shadow.count * 98 / 100, "\(known.count) of \(shadow.count)")
  }
}
