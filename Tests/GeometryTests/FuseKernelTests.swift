import CGeometryKernels
import Compute
import TestSupport
import Testing

@testable import Geometry

/// `geometry_fuse` against a plain loop in 64 bits, on widths that eights do not divide, with slots that follow each other and
/// slots that do not.
@Suite struct FuseKernelTests {
  private static let height = 5
  private static let slots = 600
  private static let policy = MapPolicy()
  private static let voxelSize: Float = 0.02

  /// Columns of floats: a frame's (depth, spacing, steepness to the right and below, ray) or the map's (place, sides).
  private typealias Columns = [Storage<Float>]

  private static func columns(_ count: Int, _ size: Int, _ value: (Int) -> Float) -> Columns {
    (0..<count).map { column in
      let made = Storage<Float>(count: size, repeating: 0)
      for index in 0..<size { made.base[index] = value(column) }
      return made
    }
  }

  @Test(arguments: [8, 13, 61], [false, true]) func averagesIntoWhatAgrees(_ width: Int, _ withSides: Bool) {
    var random = SeededRandom(seed: UInt64(width))
    let size = width * Self.height
    let frame = Self.columns(7, size) { column in
      switch column {
      case 0: Int.random(in: 0..<6, using: &random) == 0 ? 0 : .random(in: 1...3, using: &random)
      case 1: .random(in: 0.001...0.03, using: &random)
      case 6: Int.random(in: 0..<9, using: &random) == 0 ? 0 : 1
      default: .random(in: -0.02...0.02, using: &random)
      }
    }
    let samples = Storage<UInt8>(count: size * 4, repeating: 0)
    let map = Self.columns(9, Self.slots) { _ in .random(in: -0.02...0.02, using: &random) }
    let colours = Storage<UInt16>(count: Self.slots * 4, repeating: 0)
    let pose = Pose(rows: ([0.8, 0, 0.6], [0, 1, 0], [-0.6, 0, 0.8]), translation: [0.1, -0.2, 0.3])
    let agreeing = Storage<UInt32>(count: size, repeating: FusePass.noSlot)
    let shuffled = (0..<300).shuffled(using: &random)
    for pixel in 0..<size {
      for channel in 0..<4 { samples.base[4 * pixel + channel] = .random(in: 90...160, using: &random) }
      // Slots in a row for half the rows, any for the others, and now and then none.
      let slot = pixel / width % 2 == 0 ? 300 + pixel % 300 : shuffled[pixel % 300]
      if Int.random(in: 0..<12, using: &random) > 0, pixel < 300 { agreeing.base[pixel] = UInt32(slot) }
      guard agreeing.base[pixel] != FusePass.noSlot else { continue }
      // Near the sample's point, and mostly of its colour.
      let point = pose(SIMD3(frame[4].base[pixel], frame[5].base[pixel], frame[6].base[pixel]) * frame[0].base[pixel])
      for axis in 0..<3 { map[axis].base[slot] += point[axis] }
      for channel in 0..<3 {
        let sample = Int(samples.base[4 * pixel + channel])
        let far = Int.random(in: 0..<8, using: &random) == 0 ? 70 : 0
        colours.base[4 * slot + channel] = UInt16((sample - far + .random(in: -20...20, using: &random)) << 8)
      }
      colours.base[4 * slot + 3] = .random(in: 1...40, using: &random) | (slot % 2 == 0 ? PointMap.foregroundBit : 0)
    }
    let before = (map.map { Array($0.buffer) }, Array(colours.buffer))
    var listed: [UInt32] = []
    let reciprocals = Storage<Int32>(count: 25, repeating: 65536)
    for n in 1..<25 { reciprocals.base[n] = Int32(65536 / n) }
    let rows = pose.rows
    var kernel = GeometryFrame(
      depth: frame[0].base, spacing: frame[1].base, across_steep: frame[2].base, down_steep: frame[3].base,
      rays: GeometryVectors(x: frame[4].base, y: frame[5].base, z: frame[6].base), colours: samples.base,
      row_bytes: width * 4, pixel_bytes: 4,
      rows: (
        (rows.0.x, rows.0.y, rows.0.z, 0.1), (rows.1.x, rows.1.y, rows.1.z, -0.2), (rows.2.x, rows.2.y, rows.2.z, 0.3)
      ),
      width: width, height: Self.height)
    var points = GeometryPoints(
      x: map[0].base, y: map[1].base, z: map[2].base, across_x: map[3].base, across_y: map[4].base,
      across_z: map[5].base, down_x: map[6].base, down_y: map[7].base, down_z: map[8].base, colours: colours.base)
    var thresholds = GeometryFusePolicy(
      absolute_tolerance: Self.policy.absoluteTolerance, relative_tolerance: Self.policy.relativeTolerance,
      voxel_size: Self.voxelSize, colour_change: Self.policy.colourChange, longest_mean: 24,
      reciprocals: reciprocals.base)
    let fresh = Storage<UInt32>(count: width, repeating: 0)
    for row in 0..<Self.height {
      let found = geometry_fuse(&kernel, &points, &thresholds, agreeing.base, row, withSides ? 1 : 0, fresh.base)
      listed += (0..<found).map { fresh.base[$0] }
    }
    #expect(
      listed == (0..<UInt32(size)).filter { frame[0].base[Int($0)] > 0 && agreeing.base[Int($0)] == FusePass.noSlot })
    var touched = Set<Int>()
    for pixel in 0..<size where frame[0].base[pixel] > 0 && agreeing.base[pixel] != FusePass.noSlot {
      let slot = Int(agreeing.base[pixel])
      touched.insert(slot)
      let old = (before.0.map { Double($0[slot]) }, (0..<4).map { Int(before.1[4 * slot + $0]) })
      let expected = fused(pixel, width, frame.map { Array($0.buffer) }, Array(samples.buffer), old, pose, withSides)
      for column in 0..<9 { #expect(abs(Double(map[column].base[slot]) - expected.map[column]) < 2e-5) }
      #expect((0..<4).map { Int(colours.base[4 * slot + $0]) } == expected.colour)
    }
    for slot in 0..<Self.slots where !touched.contains(slot) {
      #expect((0..<9).allSatisfy { map[$0].base[slot] == before.0[$0][slot] })
    }
  }

  /// One point after its pixel: the text of decision 002 and of `MapPolicy`, in 64 bits.
  private func fused(
    _ pixel: Int, _ width: Int, _ frame: [[Float]], _ samples: [UInt8], _ old: (map: [Double], colour: [Int]),
    _ pose: Pose, _ withSides: Bool
  ) -> (map: [Double], colour: [Int]) {
    let (flag, times) = (old.colour[3] & 0x8000, old.colour[3] & 0x7FFF)
    let changes = (0..<3).map { (Int(samples[4 * pixel + $0]) << 8) - old.colour[$0] }
    let isAnew = changes.contains { abs($0) > 40 << 8 }
    let weight = 65536 / min(times + 1, 24)
    let depth = Double(frame[0][pixel])
    func ray(_ at: Int) -> SIMD3<Double> { SIMD3(Double(frame[4][at]), Double(frame[5][at]), Double(frame[6][at])) }
    func turned(_ v: SIMD3<Double>) -> SIMD3<Double> {
      let rows = [pose.rows.0, pose.rows.1, pose.rows.2].map { SIMD3<Double>($0) }
      return SIMD3((rows[0] * v).sum(), (rows[1] * v).sum(), (rows[2] * v).sum())
    }
    let point = turned(ray(pixel) * depth) + SIMD3<Double>(pose.translation)
    let way = point - SIMD3(old.map[0], old.map[1], old.map[2])
    let tolerance = 0.01 + 0.01 * depth
    let share = max(Double(weight) / 65536, min(2 * (way * way).sum().squareRoot() / tolerance - 1, 1))
    func step(_ stride: Int, _ hasNext: Bool, _ hasLast: Bool) -> SIMD3<Double> {
      if hasNext && ray(pixel + stride).z != 0 { return ray(pixel + stride) - ray(pixel) }
      return hasLast && ray(pixel - stride).z != 0 ? ray(pixel) - ray(pixel - stride) : .zero
    }
    let (row, column, gap) = (pixel / width, pixel % width, frame[1][pixel])
    let block = gap * 2 <= Self.voxelSize ? Int(min(Self.voxelSize / gap, 8)) : 1
    let half = 0.25 * Double(3 * block - 1)
    let across = depth * step(1, column + 1 < width, column > 0) + Double(frame[2][pixel]) * ray(pixel)
    let down = depth * step(width, row + 1 < Self.height, row > 0) + Double(frame[3][pixel]) * ray(pixel)
    let wanted = [point, turned(half * across), turned(half * down)].flatMap { [$0.x, $0.y, $0.z] }
    let map = (0..<9).map { index in
      let taken = isAnew ? 1 : index < 3 ? share : withSides ? min(4 * share, 1) : 0
      return old.map[index] + taken * (wanted[index] - old.map[index])
    }
    guard !isAnew else { return (map, (0..<3).map { Int(samples[4 * pixel + $0]) << 8 } + [1 | flag]) }
    return (map, (0..<3).map { old.colour[$0] + (changes[$0] * weight) >> 16 } + [times + 1 | flag])
  }
}
