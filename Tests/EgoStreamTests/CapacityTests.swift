import Geometry
import Testing

/// A map that is full.
struct CapacityTests {
  private let scene = AnalyticScene()
  private func place(_ n: Int) -> Pose { SampleScene.pose(at: [5 * Float(n), 0, 0]) }

  @Test func isNeverExceeded() throws {
    let rig = GeometryRig(capacity: 12_000)
    for n in 0..<40 {
      for _ in 0..<3 {
        try rig.see(scene, from: place(n), colourNoise: 40, depthNoise: 60)
        #expect(rig.geometry.mapPoints <= 12_000)
      }
      // What is in sight is always drawn.
      let prior = try rig.look(from: place(n))
      closesUp { #expect(prior.coveredPixels > prior.width * prior.height * 95 / 100, "place \(n)") }
    }
    #expect(rig.geometry.mapPoints > 6_000)
  }

  @Test func whatWasUnseenForLongestGoesFirst() throws {
    // One view of 160×120 is thinned to 4,800 points here: two places fit, three do not.
    let rig = GeometryRig(capacity: 12_000)
    for n in 0..<3 { for _ in 0..<10 { try rig.see(scene, from: place(n)) } }
    let all = SampleScene.camera.width * SampleScene.camera.height
    #expect(try rig.look(from: place(0)).coveredPixels < all / 2)
    for n in 1...2 {
      let covered = try rig.look(from: place(n)).coveredPixels
      #expect(covered > all * 70 / 100)
      closesUp { #expect(covered > all * 95 / 100) }
    }
  }
}
