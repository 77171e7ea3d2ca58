import CGeometryKernels
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
  let view: ExoView
  /// Per pixel: the lowest slot that agrees with it.
  let agreeing: UnsafeMutablePointer<UInt32>
  /// Per pixel: 1 where a confirmed point lies hidden behind.
  let behind: UnsafeMutablePointer<UInt8>
  /// Slots that came free.
  let freed: UnsafeMutablePointer<UInt32>

  /// - Returns: how many slots came free.
  func run(_ slots: Range<Int>) -> Int {
    let comparison = GeometryComparison(
      depth: depth, samples: colours.base, row_bytes: colours.rowBytes, pixel_bytes: colours.pixelBytes,
      width: Int32(view.gridWidth), height: Int32(view.gridHeight), is_range: view.depthFormat.kind == .range ? 1 : 0,
      to_grid: 1 / Float(view.step), picture_width: Float(view.width), picture_height: Float(view.height),
      minimum_cosine: view.lens.minimumCosine, absolute_tolerance: policy.absoluteTolerance,
      relative_tolerance: policy.relativeTolerance, colour_change: policy.colourChange,
      confirmations: UInt32(policy.confirmations), foreground_confirmations: UInt32(policy.foregroundConfirmations),
      frame: frame)
    var count = 0
    withUnsafePointer(to: comparison) { comparison in
      projector.forEachRun(points, slots) { first, length, hits in
        count &+= geometry_compare(
          comparison, hits, points.colourWords, points.lastSeen, first, length, agreeing, behind, freed + count)
      }
    }
    return count
  }
}
