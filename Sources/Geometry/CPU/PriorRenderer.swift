import CGeometryKernels
import Compute

/// Draws a `PointMap` into the ego camera as ellipses, each what its point's sides span there, on the CPU (surface splatting,
/// after Zwicker et al., SIGGRAPH 2001).
///
/// Three steps: points are projected and sorted into bands of rows; in each band the nearest distance is found for every
/// pixel, then all ellipses of the surface that is nearest there are blended, weighted towards their middles. Sums are whole
/// numbers, so the order of points makes no difference to the picture.
final class PriorRenderer {
  private let lens: FastLens
  private let policy: SplatPolicy
  private let mapPolicy: MapPolicy
  let prior: Prior
  private let parts: Int
  private let bands: Int
  private let bandHeight: Int
  /// Per part: the projected points.
  private let splats: [Storage<GeometrySplat>]
  /// Per part and band: indices into the part's splats, and how many.
  private let lists: [Storage<UInt32>]
  private let listCounts: [Storage<Int>]
  private let canvases: [SplatCanvas]
  private let covered: Storage<Int>

  init(camera: Camera, mapCapacity: Int, policy: SplatPolicy, mapPolicy: MapPolicy) {
    lens = FastLens(camera)
    self.policy = policy
    self.mapPolicy = mapPolicy
    prior = Prior(camera: camera)
    parts = Parallel.width
    bandHeight = 16
    bands = (prior.height + bandHeight - 1) / bandHeight
    let perPart = mapCapacity / parts + 64
    // An ellipse of the largest radius covers 2r + 1 rows: with every point one of those, the lists still hold them all.
    let bandsOfASplat = Int(2 * policy.largestRadius) / bandHeight + 2
    splats = (0..<parts).map { _ in
      Storage(count: perPart, repeating: GeometrySplat())
    }
    lists = (0..<parts).map { _ in Storage(count: perPart * bandsOfASplat, repeating: 0) }
    listCounts = (0..<parts).map { [bands] _ in Storage(count: bands + 1, repeating: 0) }
    canvases = (0..<bands).map { [bandHeight, prior] band in
      SplatCanvas(
        width: prior.width, height: min(bandHeight, prior.height - band * bandHeight), firstRow: band * bandHeight)
    }
    covered = Storage(count: bands, repeating: 0)
  }

  /// Renders what `map` knows from `worldToCamera` into `prior`, but for what is nearer than `nearest` metres.
  func render(_ map: PointMap, worldToCamera: Pose, nearest: Float) {
    let projector = Projector(worldToCamera: worldToCamera, lens: lens)
    Parallel.forEach(parts) { part in
      let slots = Parallel.range(part, of: parts, count: map.highWater, alignment: 8)
      let count = project(map, slots, projector, nearest, into: splats[part].base)
      sort(part, count)
    }
    Parallel.forEach(bands) { band in draw(band, map) }
    prior.coveredPixels = (0..<bands).reduce(0) { $0 + covered.base[$1] }
  }

  private func project(
    _ map: PointMap, _ slots: Range<Int>, _ projector: Projector, _ nearest: Float,
    into out: UnsafeMutablePointer<GeometrySplat>
  ) -> Int {
    let points = PointColumns(map)
    let frame = map.frame
    let (limitU, limitV) = (Float(prior.width), Float(prior.height))
    var count = 0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 6 * Projector.run) { scratch in
      guard let base = scratch.baseAddress else { return }
      let shapes = GeometryShapes(uu: base, uv: base + Projector.run, vv: base + 2 * Projector.run)
      let reaches = GeometryReaches(
        width: base + 3 * Projector.run, height: base + 4 * Projector.run, square: base + 5 * Projector.run)
      projector.forEachRun(points, slots) { first, length, hits in
        projector.span(points, first, length, shapes)
        policy.ellipses(shapes, reaches, count: length)
        for k in 0..<length {
          let i = first &+ k
          let seen = points.lastSeen[i]
          guard seen == frame || (seen != 0 && PointMap.isConfirmed(points.colour[i].w, mapPolicy)) else { continue }
          let (u, v, distance) = (hits.u[k], hits.v[k], hits.distance[k])
          let (w, h) = (reaches.width[k], reaches.height[k])
          let slot = UInt32(truncatingIfNeeded: i)
          guard hits.cosine[k] >= lens.minimumCosine, distance >= nearest, u > -w, v > -h, u < limitU + w,
            v < limitV + h, policy.draws(slot, reaches.square[k])
          else { continue }
          out[count] = GeometrySplat(
            u: u, v: v, width: w, height: h, uu: shapes.uu[k], uv: shapes.uv[k], vv: shapes.vv[k], distance: distance,
            slot: slot)
          count &+= 1
        }
      }
    }
    return count
  }

  @inline(__always) private func rows(_ splat: GeometrySplat) -> (Int, Int) {
    let low = max(Int((splat.v - splat.height).rounded(.up)), 0)
    let high = min(Int((splat.v + splat.height).rounded(.down)), prior.height &- 1)
    return (low, high)
  }

  /// Lists each splat under every band it touches (counting sort: count, place).
  private func sort(_ part: Int, _ count: Int) {
    let splats = splats[part].base
    let starts = listCounts[part].base
    starts.update(repeating: 0, count: bands + 1)
    for i in 0..<count {
      let (low, high) = rows(splats[i])
      guard low <= high else { continue }
      for band in (low / bandHeight)...(high / bandHeight) { starts[band &+ 1] &+= 1 }
    }
    for band in 0..<bands { starts[band + 1] += starts[band] }
    let list = lists[part].base
    for i in 0..<count {
      let (low, high) = rows(splats[i])
      guard low <= high else { continue }
      for band in (low / bandHeight)...(high / bandHeight) {
        let place = starts[band]
        list[place] = UInt32(truncatingIfNeeded: i)
        starts[band] = place &+ 1
      }
    }
  }

  /// A band's run in a part's list; after placing, `starts[band]` is the run's end.
  @inline(__always) private func run(_ part: Int, _ band: Int) -> Range<Int> {
    let starts = listCounts[part].base
    let low = band == 0 ? 0 : starts[band - 1]
    return low..<starts[band]
  }

  private func draw(_ band: Int, _ map: PointMap) {
    let canvas = canvases[band]
    canvas.clear()
    for part in 0..<parts {
      let run = run(part, band)
      canvas.cover(splats[part].base, lists[part].base + run.lowerBound, count: run.count)
    }
    for part in 0..<parts {
      let run = run(part, band)
      canvas.blend(
        splats[part].base, lists[part].base + run.lowerBound, count: run.count, map.colour.base,
        reach: 1 / (1 + policy.blendDepth))
    }
    covered.base[band] = canvas.resolve(into: prior)
  }
}
