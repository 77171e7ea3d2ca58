import Compute

/// Turns the pixels of a frame into points: averaged into the point that agrees, or listed as new and then written.
///
/// Works on a run of rows; slots are handed out between listing and writing.
struct FusePass {
  let points: PointColumns
  let depth: UnsafePointer<Float>
  let spacing: UnsafePointer<Float>
  let acrossSteep: UnsafePointer<Float>
  let downSteep: UnsafePointer<Float>
  let rayX: UnsafePointer<Float>
  let rayY: UnsafePointer<Float>
  let rayZ: UnsafePointer<Float>
  let colours: ColourGrid
  let cameraToWorld: Pose
  let policy: MapPolicy
  let voxelSize: Float
  let frame: UInt32
  let width: Int
  let height: Int
  /// Per pixel: the lowest slot that agrees, or `noSlot`; merged over all parts of the compare pass.
  let agreeing: UnsafeMutablePointer<UInt32>
  /// Per pixel: 1 where a confirmed point lies hidden behind; merged too.
  let behind: UnsafePointer<UInt8>
  /// 65536 / n by n: dividing by how often a point was seen.
  let reciprocals: UnsafePointer<Int32>

  static let noSlot = UInt32.max

  /// Fuses what agrees and lists the pixels that become new points.
  /// - Returns: how many were listed.
  func run(_ rows: Range<Int>, listing list: UnsafeMutablePointer<UInt32>) -> Int {
    var count = 0
    for row in rows {
      for column in 0..<width {
        let pixel = row &* width &+ column
        guard depth[pixel] > 0 else { continue }
        let slot = agreeing[pixel]
        if slot != Self.noSlot {
          fuse(pixel, row, column, into: Int(slot), colours.sample(row, column))
        } else if !isCrowded(pixel, row, column) {
          list[count] = UInt32(truncatingIfNeeded: pixel)
          count &+= 1
        }
      }
    }
    return count
  }

  /// Writes listed pixels into the slots that `agreeing` now names for them.
  func insert(_ list: UnsafeMutablePointer<UInt32>, count: Int) {
    for i in 0..<count {
      let pixel = Int(list[i])
      let slot = Int(agreeing[pixel])
      let row = pixel / width
      let column = pixel &- row &* width
      let sample = colours.sample(row, column)
      points.colour[slot] = Self.colour(sample, seen: behind[pixel] == 0 ? 1 : 1 | PointMap.foregroundBit)
      place(world(pixel), pixel, row, column, slot)
      points.lastSeen[slot] = frame
    }
  }

  @inline(__always) private func fuse(
    _ pixel: Int, _ row: Int, _ column: Int, into slot: Int, _ sample: UnsafePointer<UInt8>
  ) {
    let old = points.colour[slot]
    let flag = old.w & PointMap.foregroundBit
    let times = old.w & ~PointMap.foregroundBit
    let red = (Int32(sample[0]) &<< 8) &- Int32(old.x)
    let green = (Int32(sample[1]) &<< 8) &- Int32(old.y)
    let blue = (Int32(sample[2]) &<< 8) &- Int32(old.z)
    let point = world(pixel)
    if max(abs(red), abs(green), abs(blue)) > policy.colourChange &<< 8 {
      // Something else stands here now: it starts anew.
      points.colour[slot] = Self.colour(sample, seen: 1 | flag)
      place(point, pixel, row, column, slot)
      return
    }
    let weight = min(times &+ 1, policy.longestMean)
    // |difference| ≤ 40 · 256 and the reciprocal ≤ 65536: the product fits 32 bits.
    let reciprocal = reciprocals[Int(weight)]
    points.colour[slot] = SIMD4(
      old.x &+ UInt16(truncatingIfNeeded: (red &* reciprocal) &>> 16),
      old.y &+ UInt16(truncatingIfNeeded: (green &* reciprocal) &>> 16),
      old.z &+ UInt16(truncatingIfNeeded: (blue &* reciprocal) &>> 16), min(times &+ 1, 0x7FFF) | flag)
    // Noise (up to half the tolerance) is averaged away, a step is followed: a point must not hover between a hand and the
    // table it lay on.
    let step = point - SIMD3(points.x[slot], points.y[slot], points.z[slot])
    let tolerance = policy.absoluteTolerance + policy.relativeTolerance * depth[pixel]
    let square = step.x * step.x + step.y * step.y + step.z * step.z
    var share = Float(reciprocal) * (1 / 65536)
    // Seldom, and so behind a test: a root and a quotient cost as much as all the rest.
    if 4 * square > tolerance * tolerance { share = max(share, min(2 * square.squareRoot() / tolerance - 1, 1)) }
    points.x[slot] += share * step.x
    points.y[slot] += share * step.y
    points.z[slot] += share * step.z
    // The sides hardly change, and cost as much as all the rest: every fourth frame, by as much as in four.
    guard (frame &+ UInt32(truncatingIfNeeded: row)) & 3 == 0 else { return }
    let (across, down) = sides(pixel, row, column)
    let larger = min(4 * share, 1)
    points.across[slot] += larger * (across - points.across[slot])
    points.down[slot] += larger * (down - points.down[slot])
  }

  @inline(__always) private static func colour(_ sample: UnsafePointer<UInt8>, seen: UInt16) -> SIMD4<UInt16> {
    SIMD4(UInt16(sample[0]) &<< 8, UInt16(sample[1]) &<< 8, UInt16(sample[2]) &<< 8, seen)
  }

  @inline(__always) private func place(
    _ point: SIMD3<Float>, _ pixel: Int, _ row: Int, _ column: Int, _ slot: Int
  ) {
    points.x[slot] = point.x
    points.y[slot] = point.y
    points.z[slot] = point.z
    (points.across[slot], points.down[slot]) = sides(pixel, row, column)
  }

  @inline(__always) private func world(_ pixel: Int) -> SIMD3<Float> {
    cameraToWorld(ray(pixel) * depth[pixel])
  }

  @inline(__always) private func ray(_ pixel: Int) -> SIMD3<Float> {
    SIMD3(rayX[pixel], rayY[pixel], rayZ[pixel])
  }

  // MARK: Density

  /// Half the way to the points to the right and below, once the surface is thinned to one point a voxel: a block of n pixels
  /// may hold its point at either end, so that points of neighbouring blocks are n to 2n - 1 pixels apart.
  @inline(__always) private func sides(_ pixel: Int, _ row: Int, _ column: Int) -> (SIMD3<Float>, SIMD3<Float>) {
    let share = 0.25 * Float(3 * blockSide(pixel) - 1)
    let across = step(pixel, pixel &+ 1, pixel &- 1, column &+ 1 < width, column > 0)
    let down = step(pixel, pixel &+ width, pixel &- width, row &+ 1 < height, row > 0)
    let here = ray(pixel)
    return (
      cameraToWorld.rotate(share * (depth[pixel] * across + acrossSteep[pixel] * here)),
      cameraToWorld.rotate(share * (depth[pixel] * down + downSteep[pixel] * here))
    )
  }

  /// From a pixel's ray to the next one's, or from the last one's where there is none.
  @inline(__always) private func step(_ pixel: Int, _ next: Int, _ last: Int, _ hasNext: Bool, _ hasLast: Bool)
    -> SIMD3<Float>
  {
    if hasNext && rayZ[next] != 0 { return ray(next) - ray(pixel) }
    return hasLast && rayZ[last] != 0 ? ray(pixel) - ray(last) : .zero
  }

  /// How many pixels a voxel spans at this pixel, 1...8.
  @inline(__always) private func blockSide(_ pixel: Int) -> Int {
    let gap = spacing[pixel]
    guard gap * 2 <= voxelSize else { return 1 }
    return Int(min(voxelSize / max(gap, 1e-6), 8))
  }

  /// Whether the voxel around a new pixel holds a point of its surface already, or the block's first pixel stands for it.
  private func isCrowded(_ pixel: Int, _ row: Int, _ column: Int) -> Bool {
    let side = blockSide(pixel)
    guard side > 1 else { return false }
    let limit = policy.edgeJump * depth[pixel]
    let (top, left) = (row / side * side, column / side * side)
    var isFirst = true
    for r in top..<min(top + side, height) {
      for c in left..<min(left + side, width) {
        let other = r &* width &+ c
        guard depth[other] > 0 else { continue }
        let isOfSurface = abs(depth[other] - depth[pixel]) < limit
        if isOfSurface && other != pixel && (isFirst || agreeing[other] != Self.noSlot) { return true }
        isFirst = false
      }
    }
    return false
  }
}
