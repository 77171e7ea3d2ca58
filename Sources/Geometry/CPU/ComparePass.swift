import Compute

/// Holds map points against a new depth image: each agrees, is hidden, or is seen through and dropped.
///
/// One of these works on one run of slots and writes to memory of its own.
struct ComparePass {
  let points: PointColumns
  let depth: UnsafePointer<Float>
  let colours: ColourGrid
  let projector: Projector
  let policy: MapPolicy
  let frame: UInt32
  let isRange: Bool
  let minimumCosine: Float
  let pictureWidth: Float
  let pictureHeight: Float
  let toGrid: Float
  let width: Int
  let height: Int
  /// Per pixel: the lowest slot that agrees with it.
  let agreeing: UnsafeMutablePointer<UInt32>
  /// Per pixel: 1 where a confirmed point lies hidden behind.
  let behind: UnsafeMutablePointer<UInt8>
  /// Slots that came free.
  let freed: UnsafeMutablePointer<UInt32>

  /// - Returns: how many slots came free.
  func run(_ slots: Range<Int>) -> Int {
    var count = 0
    projector.forEachRun(points, slots) { first, length, hits in
      let here = isRange ? hits.distance : hits.z
      for k in 0..<length {
        let i = first &+ k
        let seen = points.lastSeen[i]
        if seen == 0 || isKept(i, seen, hits.u[k], hits.v[k], here[k], hits.cosine[k]) { continue }
        points.lastSeen[i] = 0
        freed[count] = UInt32(truncatingIfNeeded: i)
        count &+= 1
      }
    }
    return count
  }

  /// Whether a point stays; marks what it agrees with or is hidden by.
  @inline(__always) private func isKept(
    _ i: Int, _ seen: UInt32, _ u: Float, _ v: Float, _ here: Float, _ cosine: Float
  ) -> Bool {
    let point = points.colour[i]
    let isConfirmed = PointMap.isConfirmed(point.w, policy)
    // Tentative and not seen again at once: it moved on.
    if !isConfirmed && seen &+ 1 < frame { return false }
    guard cosine >= minimumCosine, u > -0.5, v > -0.5, u < pictureWidth - 0.5, v < pictureHeight - 0.5 else {
      return true
    }
    let column = min(Int((u + 0.5) * toGrid), width &- 1)
    let row = min(Int((v + 0.5) * toGrid), height &- 1)
    let pixel = row &* width &+ column
    let there = depth[pixel]
    guard there > 0 else { return true }
    let tolerance = policy.absoluteTolerance + policy.relativeTolerance * there
    if abs(here - there) <= tolerance {
      // Otherwise another surface has come to the same place, or gone from it.
      guard resembles(point, row, column) else { return false }
      agreeing[pixel] = min(agreeing[pixel], UInt32(truncatingIfNeeded: i))
      points.lastSeen[i] = frame
      return true
    }
    if here > there {
      if isConfirmed { behind[pixel] = 1 }
      return true
    }
    return here >= nearest(row, column) - tolerance
  }

  /// Whether a point's colour is that of the pixel it falls on, or else of one of the 3×3 around: half a pixel's error in
  /// the pose must not cost every point on the edge of a texture.
  @inline(__always) private func resembles(_ point: SIMD4<UInt16>, _ row: Int, _ column: Int) -> Bool {
    if isNear(point, colours.sample(row, column)) { return true }
    for r in max(row &- 1, 0)...min(row &+ 1, height &- 1) {
      for c in max(column &- 1, 0)...min(column &+ 1, width &- 1) where isNear(point, colours.sample(r, c)) {
        return true
      }
    }
    return false
  }

  @inline(__always) private func isNear(_ point: SIMD4<UInt16>, _ sample: UnsafePointer<UInt8>) -> Bool {
    let red = abs(Int32(point.x &>> 8) &- Int32(sample[0]))
    let green = abs(Int32(point.y &>> 8) &- Int32(sample[1]))
    let blue = abs(Int32(point.z &>> 8) &- Int32(sample[2]))
    return max(red, green, blue) <= policy.colourChange
  }

  /// The nearest known depth in the 3×3 pixels around: a point is only seen through where all of them are beyond it.
  @inline(__always) private func nearest(_ row: Int, _ column: Int) -> Float {
    var least = Float.greatestFiniteMagnitude
    for r in max(row &- 1, 0)...min(row &+ 1, height &- 1) {
      for c in max(column &- 1, 0)...min(column &+ 1, width &- 1) {
        let d = depth[r &* width &+ c]
        if d > 0 && d < least { least = d }
      }
    }
    return least
  }
}
