import CGeometryKernels
import Compute

/// Turns the pixels of a frame into points: averaged into the point that agrees, or listed as new and then written.
///
/// Works on a run of rows; slots are handed out between listing and writing.
struct FusePass {
  let points: PointColumns
  let lifted: DepthLift
  let view: ExoView
  let colours: ColourGrid
  let cameraToWorld: Pose
  let policy: MapPolicy
  let voxelSize: Float
  let frame: UInt32
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
    let pixels = GeometryFrame(self)
    let map = GeometryPoints(points)
    let policy = GeometryFusePolicy(
      absolute_tolerance: policy.absoluteTolerance, relative_tolerance: policy.relativeTolerance,
      voxel_size: voxelSize, colour_change: policy.colourChange, longest_mean: Int32(policy.longestMean),
      reciprocals: reciprocals)
    var count = 0
    for row in rows {
      // The sides hardly change, and cost as much as all the rest.
      let withSides: Int32 = (frame &+ UInt32(truncatingIfNeeded: row)) & 3 == 0 ? 1 : 0
      let fresh = list + count
      let found = withUnsafePointer(to: pixels) { pixels in
        withUnsafePointer(to: map) { map in
          withUnsafePointer(to: policy) { geometry_fuse(pixels, map, $0, agreeing, row, withSides, fresh) }
        }
      }
      for i in 0..<found {
        let pixel = Int(fresh[i])
        guard !isCrowded(pixel, row, pixel &- row &* view.gridWidth) else { continue }
        list[count] = fresh[i]
        count &+= 1
      }
    }
    return count
  }

  /// Writes listed pixels into the slots that `agreeing` now names for them.
  func insert(_ list: UnsafeMutablePointer<UInt32>, count: Int) {
    for i in 0..<count {
      let pixel = Int(list[i])
      let slot = Int(agreeing[pixel])
      let row = pixel / view.gridWidth
      let column = pixel &- row &* view.gridWidth
      let sample = colours.sample(row, column)
      let seen = behind[pixel] == 0 ? 1 : 1 | PointMap.foregroundBit
      points.colour[slot] = SIMD4(UInt16(sample[0]) &<< 8, UInt16(sample[1]) &<< 8, UInt16(sample[2]) &<< 8, seen)
      let depth = lifted.depth.base[pixel]
      let ray = view.rays[pixel]
      let point = cameraToWorld(ray * depth)
      points.x[slot] = point.x
      points.y[slot] = point.y
      points.z[slot] = point.z
      let share = 0.25 * Float(3 * blockSide(pixel) - 1)
      let across = step(pixel, 1, hasNext: column &+ 1 < view.gridWidth, hasLast: column > 0)
      let down = step(pixel, view.gridWidth, hasNext: row &+ 1 < view.gridHeight, hasLast: row > 0)
      points.across[slot] = cameraToWorld.rotate(share * (depth * across + lifted.acrossSteep.base[pixel] * ray))
      points.down[slot] = cameraToWorld.rotate(share * (depth * down + lifted.downSteep.base[pixel] * ray))
      points.lastSeen[slot] = frame
    }
  }

  /// From a pixel's ray to the next one's, or from the last one's where there is none.
  @inline(__always) private func step(_ pixel: Int, _ stride: Int, hasNext: Bool, hasLast: Bool) -> SIMD3<Float> {
    let rays = view.rays
    if hasNext && rays.z[pixel &+ stride] != 0 { return rays[pixel &+ stride] - rays[pixel] }
    return hasLast && rays.z[pixel &- stride] != 0 ? rays[pixel] - rays[pixel &- stride] : .zero
  }

  /// How many pixels a voxel spans at this pixel, 1...8: a block of n may hold its point at either end, so that points of
  /// neighbouring blocks are n to 2n - 1 pixels apart.
  @inline(__always) private func blockSide(_ pixel: Int) -> Int {
    let gap = lifted.spacing.base[pixel]
    guard gap * 2 <= voxelSize else { return 1 }
    return Int(min(voxelSize / max(gap, 1e-6), 8))
  }

  /// Whether the voxel around a new pixel holds a point of its surface already, or the block's first pixel stands for it.
  private func isCrowded(_ pixel: Int, _ row: Int, _ column: Int) -> Bool {
    let side = blockSide(pixel)
    guard side > 1 else { return false }
    let depth = lifted.depth.base
    let limit = policy.edgeJump * depth[pixel]
    let (top, left) = (row / side * side, column / side * side)
    var isFirst = true
    for r in top..<min(top + side, view.gridHeight) {
      for c in left..<min(left + side, view.gridWidth) {
        let other = r &* view.gridWidth &+ c
        guard depth[other] > 0 else { continue }
        let isOfSurface = abs(depth[other] - depth[pixel]) < limit
        if isOfSurface && other != pixel && (isFirst || agreeing[other] != Self.noSlot) { return true }
        isFirst = false
      }
    }
    return false
  }
}

extension GeometryFrame {
  fileprivate init(_ pass: FusePass) {
    let (lifted, rows, place) = (pass.lifted, pass.cameraToWorld.rows, pass.cameraToWorld.translation)
    self.init(
      depth: lifted.depth.base, spacing: lifted.spacing.base, across_steep: lifted.acrossSteep.base,
      down_steep: lifted.downSteep.base, rays: GeometryVectors(pass.view.rays),
      colours: pass.colours.base,
      row_bytes: pass.colours.rowBytes, pixel_bytes: pass.colours.pixelBytes,
      rows: (
        (rows.0.x, rows.0.y, rows.0.z, place.x), (rows.1.x, rows.1.y, rows.1.z, place.y),
        (rows.2.x, rows.2.y, rows.2.z, place.z)
      ), width: pass.view.gridWidth, height: pass.view.gridHeight)
  }
}

extension GeometryVectors {
  fileprivate init(_ columns: VectorColumns) {
    self.init(x: columns.x, y: columns.y, z: columns.z)
  }
}

extension GeometryPoints {
  fileprivate init(_ points: PointColumns) {
    self.init(
      x: points.x, y: points.y, z: points.z, across_x: points.across.x, across_y: points.across.y,
      across_z: points.across.z, down_x: points.down.x, down_y: points.down.y, down_z: points.down.z,
      colours: points.colourWords)
  }
}
