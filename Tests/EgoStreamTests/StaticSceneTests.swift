import Geometry
import Testing

/// A scene in which nothing moves.
struct StaticSceneTests {
  private let scene = AnalyticScene()

  @Test func theMapStaysAsLargeAsItIsAndNoiseGoesDown() throws {
    let rig = GeometryRig()
    let truth = rig.truth(scene, from: .identity)
    func errors() throws -> (colour: Float, distance: Float, covered: Int) {
      let prior = try rig.look()
      var (colour, distance, count): (Float, Float, Int) = (0, 0, 0)
      for (i, hit) in truth.enumerated() {
        guard let hit, prior.coverage.base[i] != 0 else { continue }
        colour += prior.difference(at: i, from: hit.colour)
        distance += abs(prior.distance.base[i] - hit.distance)
        count += 1
      }
      return (colour / Float(count), distance / Float(count), count)
    }
    try rig.see(scene, colourNoise: 12, depthNoise: 8)
    let first = try errors()
    #expect(first.covered > truth.count * 99 / 100)
    for _ in 0..<29 { try rig.see(scene, colourNoise: 12, depthNoise: 8) }
    let size = rig.geometry.mapPoints
    #expect(size >= truth.count * 98 / 100)
    for frame in 30..<200 {
      try rig.see(scene, colourNoise: 12, depthNoise: 8)
      #expect(abs(rig.geometry.mapPoints - size) <= size / 100, "frame \(frame)")
    }
    let last = try errors()
    #expect(last.colour < 0.5 * first.colour)
    #expect(last.distance < 0.5 * first.distance)
    #expect(last.covered >= first.covered)
  }

  @Test func whatWasSeenOnceIsThereForEver() throws {
    let rig = GeometryRig()
    for _ in 0..<5 { try rig.see(scene) }
    // The camera turns to a scene with nothing near: the wall stays where it was for whoever looks back.
    let away = SampleScene.pose(at: [50, 0, 0])
    for _ in 0..<100 { try rig.see(scene, from: away) }
    let prior = try rig.look()
    #expect(prior.coveredPixels > prior.width * prior.height * 99 / 100)
  }

  @Test func theSamePictureComesOutTwice() throws {
    var pictures: [[UInt8]] = []
    for _ in 0..<2 {
      let rig = GeometryRig()
      for _ in 0..<10 { try rig.see(scene, colourNoise: 10, depthNoise: 10) }
      try rig.look(from: SampleScene.pose(at: [0.3, -0.2, 0.4]), fill: true)
      pictures.append(rig.written(fill: true).picture)
    }
    #expect(pictures[0] == pictures[1])
  }

  @Test func forgettingForgetsAll() throws {
    let rig = GeometryRig()
    for _ in 0..<5 { try rig.see(scene) }
    rig.geometry.forget()
    #expect(rig.geometry.mapPoints == 0)
    #expect(try rig.look().coveredPixels == 0)
    try rig.see(scene)
    #expect(try rig.look().coveredPixels > 19_000)
  }
}
