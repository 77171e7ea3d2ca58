import Geometry
import Testing

/// Pixels with nothing known, and the mask that tells them.
struct FillTests {
  /// A rig whose map knows the middle of the wall, seen from further back.
  private func partlyKnown(fill: Bool) throws -> GeometryRig {
    let rig = GeometryRig()
    for _ in 0..<5 { try rig.see(AnalyticScene()) }
    try rig.look(from: SampleScene.pose(at: [0.4, 0, -2]), fill: fill)
    return rig
  }

  @Test func pushPullFillsEverythingAndKeepsWhatIsKnown() throws {
    let rig = try partlyKnown(fill: true)
    let prior = rig.geometry.prior
    let (picture, _) = rig.written(fill: true)
    let share = Double(prior.coveredPixels) / Double(prior.width * prior.height)
    #expect(share > 0.2 && share < 0.6)
    for i in 0..<(prior.width * prior.height) {
      let written = SIMD3(picture[3 * i], picture[3 * i + 1], picture[3 * i + 2])
      let known = prior.colour.base[i]
      if prior.coverage.base[i] != 0 {
        #expect(written == SIMD3(known.x, known.y, known.z), "pixel \(i)")
      } else {
        // The wall's colours lie between these: so does any mean of them.
        #expect(written.x >= 55 && written.x <= 125 && written.z >= 145 && written.z <= 215, "pixel \(i): \(written)")
      }
    }
  }

  @Test func unfilledIsBlack() throws {
    let rig = try partlyKnown(fill: false)
    let (picture, mask) = rig.written(fill: false)
    for i in mask.indices where mask[i] == 0 {
      #expect(picture[3 * i] == 0 && picture[3 * i + 1] == 0 && picture[3 * i + 2] == 0, "pixel \(i)")
    }
  }

  @Test func theMaskIsTheCoverage() throws {
    let rig = try partlyKnown(fill: true)
    let prior = rig.geometry.prior
    let mask = rig.written(fill: true).mask
    #expect(mask.indices.allSatisfy { mask[$0] == prior.coverage.base[$0] })
    #expect(mask.allSatisfy { $0 == 0 || $0 == 255 })
    #expect(mask.count(where: { $0 == 255 }) == prior.coveredPixels)
  }

  @Test func anEmptyMapIsBlackNotGarbage() throws {
    let rig = GeometryRig()
    try rig.look(fill: true)
    let (picture, mask) = rig.written(fill: true)
    #expect(picture.allSatisfy { $0 == 0 })
    #expect(mask.allSatisfy { $0 == 0 })
  }
}
