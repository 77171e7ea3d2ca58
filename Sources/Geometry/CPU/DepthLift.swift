import CGeometryKernels
import Compute

/// Turns a depth image into metres and finds, for every pixel, whether it lies on a surface and how far apart its
/// neighbours on that surface are.
///
/// Sensors and depth networks blur the jump between a near and a far surface into a ramp of samples that hang in the
/// air. On a plane inverse depth is linear in the pixel; a sample where it is steep and not linear over five pixels is
/// such a ramp, and takes the depth of the side it is nearer to, so that silhouettes stay sharp without losing pixels.
/// Pixels on the far side of a jump, whose colour is mixed with the near side's, and pixels alone in the air are left out.
final class DepthLift {
  private let view: ExoView
  private let policy: MapPolicy
  /// Depth as measured, metres (along the axis or the ray, as the format says); 0 where unknown. Two rows above and
  /// below and eight columns beside the picture are unknown too, so that no neighbour needs a check for the edge.
  private let measured: Storage<Float>
  private let pitch: Int
  /// The same with ramps resolved to one side.
  let depth: Storage<Float>
  /// Distance between neighbouring points on the surface, metres.
  let spacing: Storage<Float>
  /// How depth goes on to the next pixel to the right and below, metres a pixel; 0 at edges.
  let acrossSteep: Storage<Float>
  let downSteep: Storage<Float>
  /// Runs of rows that are worked on at once, and how many pixels of each have a depth.
  private let parts = Parallel.width * 2
  private let known: Storage<Int>

  init(view: ExoView, policy: MapPolicy) {
    self.view = view
    self.policy = policy
    pitch = view.gridWidth + 16
    measured = Storage(count: pitch * (view.gridHeight + 4), repeating: 0)
    depth = Storage(count: view.count, repeating: 0)
    spacing = Storage(count: view.count, repeating: 0)
    acrossSteep = Storage(count: view.count, repeating: 0)
    downSteep = Storage(count: view.count, repeating: 0)
    known = Storage(count: parts, repeating: 0)
  }

  /// Lifts a depth image of the exo picture's size.
  /// - Returns: how many pixels have a depth.
  func lift(_ plane: DepthPlane) -> Int {
    Parallel.forEach(parts) { part in
      known.base[part] = read(plane, rows: Parallel.range(part, of: parts, count: view.gridHeight))
    }
    finish()
    return (0..<parts).reduce(0) { $0 + known.base[$1] }
  }

  /// Takes every pixel to be on a flat backdrop at a z distance in metres.
  func lift(assumedMetres: Float) {
    for row in 0..<view.gridHeight {
      for column in 0..<view.gridWidth {
        let axial = view.rayZ.base[row * view.gridWidth + column]
        line(row)[column] = view.depthFormat.kind == .z ? assumedMetres : assumedMetres / max(axial, 0.05)
      }
    }
    finish()
  }

  private func finish() {
    Parallel.forEach(parts) { part in
      resolve(rows: Parallel.range(part, of: parts, count: view.gridHeight))
    }
  }

  private func read(_ plane: DepthPlane, rows: Range<Int>) -> Int {
    let scale = Float(view.depthFormat.metresPerUnit)
    let format = view.depthFormat
    let step = view.step
    var known = 0
    for row in rows {
      let source = UnsafeRawPointer(plane.base).advanced(by: (row * step + step / 2) * plane.stride)
        .assumingMemoryBound(to: UInt16.self)
      let out = line(row)
      for column in 0..<view.gridWidth {
        let sample = source[column &* step &+ step / 2]
        // 65535 is what sensors and encoders write for "beyond range" or "not a number".
        let isKnown = format.isMeasured(sample)
        out[column] = isKnown ? Float(sample) * scale : 0
        known &+= isKnown ? 1 : 0
      }
    }
    return known
  }

  @inline(__always) private func line(_ row: Int) -> UnsafeMutablePointer<Float> {
    measured.base + ((row &+ 2) &* pitch &+ 8)
  }

  private func resolve(rows: Range<Int>) {
    let kernel = GeometryLiftPolicy(
      edge_jump: policy.edgeJump, far_jump: policy.farJump, longest_stretch: policy.longestStretch,
      quantisation: policy.quantisation)
    withUnsafePointer(to: kernel) { kernel in
      for row in rows {
        let i = row * view.gridWidth
        geometry_lift(
          kernel, line(row), pitch, view.rayX.base + i, view.rayY.base + i, view.rayZ.base + i,
          view.pixelAngle.base + i, view.gridWidth, depth.base + i, spacing.base + i,
          acrossSteep.base + i, downSteep.base + i)
      }
    }
  }
}
