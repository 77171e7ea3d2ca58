import Geometry
import Testing

/// Where a near box ends and the wall behind begins.
struct DepthEdgeTests {
  private var scene: AnalyticScene {
    var scene = AnalyticScene()
    scene.boxes = [AnalyticScene.Box(low: [-0.3, -0.3, 1], high: [0.3, 0.3, 1.05], colour: AnalyticScene.red)]
    return scene
  }

  /// The frame as a sensor gives it: each depth the mean of three by three.
  private func blurred(_ frame: AnalyticFrame) -> AnalyticFrame {
    var out = frame
    for row in 1..<(frame.height - 1) {
      for column in 1..<(frame.width - 1) {
        var sum = 0
        for r in (row - 1)...(row + 1) {
          for c in (column - 1)...(column + 1) { sum += Int(frame.depth[r * frame.width + c]) }
        }
        out.depth[row * frame.width + column] = UInt16(sum / 9)
      }
    }
    return out
  }

  @Test(arguments: [false, true]) func nothingHangsInBetween(isBlurred: Bool) throws {
    let rig = GeometryRig()
    var frame = AnalyticFrame(scene, camera: rig.camera, worldToCamera: .identity)
    if isBlurred { frame = blurred(frame) }
    for _ in 0..<10 { try rig.integrate(frame) }
    for view in [SIMD3<Float>(0.4, 0, 0), [-0.5, 0.2, 0], [0, -0.5, 0.2], [0, 0, 0]].map(SampleScene.pose) {
      let prior = try rig.look(from: view)
      var (near, far, between) = (0, 0, 0)
      for i in 0..<(prior.width * prior.height) where prior.coverage.base[i] != 0 {
        let z = prior.distance.base[i] * prior.rays.base[i].z + view.centre.z
        if z < 1.1 { near += 1 } else if z > 2.85 { far += 1 } else { between += 1 }
      }
      #expect(between == 0, "\(between) pixels hang between box and wall")
      #expect(near > 1500 && far > 5000)
    }
  }
}
