import CGeometryKernels

/// A pose and a lens in the form the vector kernels take.
struct Projector {
  private let kernel: GeometryProjector

  init(worldToCamera pose: Pose, lens: FastLens) {
    let (r, t, k, q) = (pose.rows, pose.translation, lens.coefficients, lens.thinPrism)
    kernel = GeometryProjector(
      rows: ((r.0.x, r.0.y, r.0.z, t.x), (r.1.x, r.1.y, r.1.z, t.y), (r.2.x, r.2.y, r.2.z, t.z)),
      columns: ((lens.columns.0.x, lens.columns.0.y), (lens.columns.1.x, lens.columns.1.y)),
      offset: (lens.offset.x, lens.offset.y), middle: lens.middle, stretch: lens.stretch,
      tangential: (lens.tangential.x, lens.tangential.y), prism: (q.x, q.y, q.z, q.w),
      coefficients: (k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8], k[9], k[10]),
      is_pinhole: lens.isPinhole ? 1 : 0)
  }

  /// Projects map points in runs and hands each run's hits to `body`, with its first slot and its length.
  @inline(__always) func forEachRun(
    _ points: PointColumns, _ slots: Range<Int>, _ body: (Int, Int, GeometryHits) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 5 * Self.run) { scratch in
      guard let base = scratch.baseAddress else { return }
      let hits = GeometryHits(
        u: base, v: base + Self.run, z: base + 2 * Self.run, distance: base + 3 * Self.run,
        cosine: base + 4 * Self.run)
      withUnsafePointer(to: kernel) { kernel in
        var first = slots.lowerBound
        while first < slots.upperBound {
          let count = min(Self.run, slots.upperBound &- first)
          geometry_project(kernel, points.x + first, points.y + first, points.z + first, count, hits)
          body(first, count, hits)
          first &+= count
        }
      }
    }
  }

  /// The squares of the ellipses that the points' sides span in the picture: see `geometry_span`.
  @inline(__always) func span(_ points: PointColumns, _ first: Int, _ count: Int, _ shapes: GeometryShapes) {
    func vectors(_ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ z: UnsafeMutablePointer<Float>)
      -> GeometryVectors
    {
      GeometryVectors(x: x + first, y: y + first, z: z + first)
    }
    withUnsafePointer(to: kernel) { kernel in
      geometry_span(
        kernel, vectors(points.x, points.y, points.z),
        vectors(points.across.x, points.across.y, points.across.z),
        vectors(points.down.x, points.down.y, points.down.z), count, shapes)
    }
  }

  /// Points a run: five columns of these stay in the first-level cache.
  static let run = 512
}
