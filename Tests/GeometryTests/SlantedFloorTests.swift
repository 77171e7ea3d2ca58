import TestSupport
import Testing

@testable import Geometry

/// A floor that the exo camera sees at a slant, and the ego camera from above: its texture must come through across the
/// slant, where neighbouring points are near each other, although along it they are far apart.
@Suite struct SlantedFloorTests {
  private static let exo = Camera(
    lens: .pinhole(.init(focal: SIMD2(150, 150), principal: SIMD2(95.5, 71.5))), sensorWidth: 192, sensorHeight: 144)
  private static let ego = Camera(
    lens: .pinhole(.init(focal: SIMD2(100, 100), principal: SIMD2(79.5, 79.5))), sensorWidth: 160, sensorHeight: 160)
  /// Metres below the exo camera, which looks along z; the ego camera looks down from 1.2 m over the floor, 3 m ahead.
  private static let floor = 0.6
  private static let egoPose: Pose = {
    var pose = Pose(rows: ([1, 0, 0], [0, 0, -1], [0, 1, 0]), translation: .zero)
    pose.translation = -pose.rotate([0, -0.6, 3])
    return pose
  }()

  /// Stripes of 5 cm along the slant: two and a half exo pixels wide, and a sixth of the way to the next point along them.
  private static func stripe(_ x: Double) -> Int { Int((x / 0.05).rounded(.down)) & 1 }

  @Test func stripesAlongASlantAreKept() throws {
    let engine = CPUGeometry(
      GeometryConfiguration(
        exo: Self.exo, ego: Self.ego, depth: DepthFormat(kind: .z), mapCapacity: 60_000, voxelSizeMetres: 0))
    var colour = [UInt8](repeating: 0, count: 192 * 144 * 4)
    var depth = [UInt16](repeating: 0, count: 192 * 144)
    for row in 0..<144 {
      for column in 0..<192 {
        guard let ray = Self.exo.unproject(SIMD2(Double(column), Double(row))), ray.y > 0.02 else { continue }
        let hit = ray * (Self.floor / ray.y)
        guard hit.z < 60 else { continue }
        let i = row * 192 + column
        depth[i] = UInt16((hit.z * 1000).rounded())
        for channel in 0..<3 { colour[4 * i + channel] = Self.stripe(hit.x) == 0 ? 60 : 200 }
      }
    }
    try ExoPicture(width: 192, height: 144, colour: colour, depth: depth).withPlanes {
      _ = try engine.integrate(colour: $0, depth: $1, exoWorldToCamera: .identity)
    }
    try engine.render(egoWorldToCamera: Self.egoPose, fill: false)
    var sums = [0.0, 0.0]
    var counts = [0, 0]
    for row in 0..<160 {
      for column in 0..<160 where engine.prior.coverage.base[row * 160 + column] != 0 {
        let ray = try #require(Self.ego.unproject(SIMD2(Double(column), Double(row))))
        let stripe = Self.stripe(ray.x / ray.z * 1.2)
        sums[stripe] += Double(engine.prior.colour.base[row * 160 + column].x)
        counts[stripe] += 1
      }
    }
    let contrast = (sums[1] / Double(counts[1]) - sums[0] / Double(counts[0])) / 140
    #expect(counts[0] + counts[1] > 160 * 160 * 8 / 10, "the floor has holes")
    #expect(contrast > 0.5, "stripes of 140 steps are left with \(contrast) of them")
  }
}
