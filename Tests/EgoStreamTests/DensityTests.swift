import Geometry
import Testing

/// How densely points stand, and that they close up.
struct DensityTests {
  @Test func voxelsThinTheMap() throws {
    var counts: [Int] = []
    // Pixels of a wall at 3 m stand 25 mm apart.
    for size in [Float(0), 0.06, 0.12] {
      let rig = GeometryRig(voxelSizeMetres: size)
      for _ in 0..<30 { try rig.see(AnalyticScene()) }
      counts.append(rig.geometry.mapPoints)
      let prior = try rig.look()
      #expect(prior.coveredPixels > prior.width * prior.height * 93 / 100, "voxels of \(size) m")
      closesUp(evenWithSmallDiscs: size != 0.06) {
        #expect(prior.coveredPixels > prior.width * prior.height * 98 / 100, "voxels of \(size) m")
      }
    }
    #expect(counts[0] > 19_000)
    #expect(counts[1] < counts[0] * 30 / 100 && counts[1] > counts[0] * 20 / 100, "\(counts)")
    #expect(counts[2] < counts[0] * 8 / 100 && counts[2] > counts[0] * 4 / 100, "\(counts)")
  }

  /// A board, slanted by 60°, that the ego camera is much nearer to than the exo camera.
  @Test(arguments: [Float(0.5), 0.7, 0.9]) func aNearSlantedBoardHasNoStripes(nearness: Float) throws {
    var scene = AnalyticScene()
    scene.plane = .init(point: [0, 0, 1.6], normal: SIMD3(0.866, 0, -0.5), reach: 0.45)
    let rig = GeometryRig()
    for _ in 0..<10 { try rig.see(scene) }
    let view = SampleScene.pose(at: [0, 0, nearness])
    let prior = try rig.look(from: view)
    let truth = rig.truth(scene, from: view)
    // The board's outline less two pixels of the exo picture at its edges, where depth is not to be trusted.
    var inner = scene
    inner.plane?.reach = 0.45 - 2 * 0.03
    let outline = rig.truth(inner, from: view).enumerated().compactMap { i, hit -> Int? in
      guard let hit, let ray = rig.camera.unproject(SIMD2(Double(i % 160), Double(i / 160))) else { return nil }
      // What the exo camera sees of it.
      let point = view.inverse.translation + hit.distance * SIMD3<Float>(ray)
      guard let pixel = rig.camera.project(SIMD3<Double>(point)) else { return nil }
      return pixel.x > 2 && pixel.y > 2 && pixel.x < 157 && pixel.y < 117 ? i : nil
    }
    #expect(outline.count > 5000)
    let covered = outline.count { prior.coverage.base[$0] != 0 }
    #expect(Double(covered) >= 0.995 * Double(outline.count), "\(covered) of \(outline.count)")
    let right = outline.count { i in
      guard let hit = truth[i], prior.coverage.base[i] != 0 else { return false }
      return abs(prior.distance.base[i] - hit.distance) < 0.12 * hit.distance
    }
    #expect(Double(right) >= 0.99 * Double(outline.count), "\(right) of \(outline.count) at its distance")
  }
}
