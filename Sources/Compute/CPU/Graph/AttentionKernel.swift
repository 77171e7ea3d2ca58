import CKernels
import Glibc

/// Attention with an online softmax: a tile of queries meets one block of keys after another, so that logits never take
/// more than `tileRows` × `blockKeys` floats a worker.
///
/// The geometry bias multiplies weights instead of adding to logits, which is the same (decision 020), and is computed
/// once for all heads.
final class AttentionKernel: CPUKernel {
  /// Both divide into whole tiles of every kernel, and their product fits the second cache.
  private static let tileRows = 96
  private static let blockKeys = 240

  private struct Geometry {
    let rays: UnsafePointer<Float>
    let points: UnsafePointer<Float>
    let centres: UnsafePointer<Float>
    /// Queries that share a centre.
    let queriesPerCentre: Int
    let scale: Scalar
  }

  private let operation: Attention
  private let queries: UnsafePointer<Float>
  private let keys: UnsafePointer<Float>
  private let values: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let geometry: Geometry?
  private let kernels: ego_kernels
  /// Rows of one tile; all lie in one group of key ranges and in one of centres.
  private let tiles: [Range<Int>]
  /// Heads of one task: one, or all where the bias is shared.
  private let headsPerTask: Int
  private let queriesPerGroup: Int
  private let channels: Int
  /// Bounds of the key ranges in this run, of one group after another, and where each group's begin.
  private var ranges: [Range<Int>]
  private let firstRange: [Int]
  private var geometryScale: Float = 1

  init(_ operation: Attention, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    queries = try context.source(operation.queries)
    keys = try context.source(operation.keys)
    values = try context.source(operation.values)
    output = try context.floats(operation.output)
    kernels = context.products
    channels = operation.queries.channels
    let rows = operation.queries.rows
    if let bias = operation.bias {
      geometry = Geometry(
        rays: try context.source(bias.rayDirections), points: try context.source(bias.worldPoints),
        centres: try context.source(bias.egoCentres), queriesPerCentre: rows / bias.egoCentres.rows, scale: bias.scale)
    } else {
      geometry = nil
    }
    let groups = operation.keyRanges.groups
    queriesPerGroup = rows / groups.count
    headsPerTask = geometry == nil ? 1 : operation.heads
    var offsets = [0]
    for group in groups { offsets.append(offsets[offsets.count - 1] + group.count) }
    firstRange = offsets
    ranges = Array(repeating: 0..<0, count: offsets[offsets.count - 1])

    var tiles: [Range<Int>] = []
    var low = 0
    while low < rows {
      var high = min(rows, low + Self.tileRows, (low / queriesPerGroup + 1) * queriesPerGroup)
      if let geometry { high = min(high, (low / geometry.queriesPerCentre + 1) * geometry.queriesPerCentre) }
      tiles.append(low..<high)
      low = high
    }
    self.tiles = tiles
  }

  /// Parts of a worker's scratch, in floats, one after another.
  private struct Places {
    /// Queries of a tile, rounded up to a block of lanes.
    let padded: Int
    let packedQueries: Int
    let logits: Int
    let factors: Int
    /// Maximum, sum and correction of each query, for each head of a task.
    let sums: Int
    let rays: Int
    let values: Int
    let end: Int
  }

  private func places() -> Places {
    let block = kernels.block
    func roundedUp(_ count: Int) -> Int { (count + block - 1) / block * block }
    let padded = roundedUp(tiles.reduce(1) { max($0, $1.count) })
    let keys = longestBlock
    let tile = keys * padded + 2 * block
    let logits = padded * operation.headSize * headsPerTask
    let factors = logits + tile
    let sums = factors + (geometry == nil ? 0 : tile)
    let rays = sums + 3 * padded * headsPerTask
    let values = rays + 3 * padded
    return Places(
      padded: padded, packedQueries: 0, logits: logits, factors: factors, sums: sums, rays: rays, values: values,
      end: values + keys * roundedUp(operation.headSize) + kernels.pixels * operation.headSize)
  }

  private var longestBlock: Int { min(Self.blockKeys, operation.keys.rows) }

  override var taskCount: Int { tiles.count * (operation.heads / headsPerTask) }
  override var scratchCount: Int { places().end }

  override func prepare(_ parameters: ParameterBlock) {
    var index = 0
    for group in operation.keyRanges.groups {
      for range in group {
        // Checked before the run; a bad one would only be empty here.
        let (start, end) = (parameters.integer(range.start), parameters.integer(range.end))
        ranges[index] = start..<max(start, end)
        index += 1
      }
    }
    if let geometry { geometryScale = parameters.real(geometry.scale) }
  }

  override func run(task: Int, worker: Int) {
    let headTasks = operation.heads / headsPerTask
    let (rows, firstHead) = (tiles[task / headTasks], task % headTasks * headsPerTask)
    let places = places()
    let memory = scratch(worker)
    let size = operation.headSize
    // Lanes of this tile; the last may have fewer than the longest.
    let padded = (rows.count + kernels.block - 1) / kernels.block * kernels.block
    var work = ego_attention(
      packed_queries: memory, queries: rows.count, padded: padded, size: size, stride: channels,
      scale: operation.scale, logits: memory + places.logits,
      factors: geometry == nil ? nil : UnsafePointer(memory + places.factors), maxima: memory, sums: memory,
      corrections: memory, output: output)
    let sums = memory + places.sums
    for index in 0..<headsPerTask {
      sums.advanced(by: 3 * padded * index).update(repeating: -.infinity, count: padded)
      sums.advanced(by: 3 * padded * index + padded).update(repeating: 0, count: padded)
      kernels.pack_queries(
        queries + rows.lowerBound * channels + (firstHead + index) * size, channels, rows.count, size,
        memory + index * padded * size)
    }

    /// Points the work at one head of the task.
    func select(_ index: Int) {
      work.packed_queries = UnsafePointer(memory + index * padded * size)
      work.maxima = sums + 3 * padded * index
      work.sums = work.maxima + padded
      work.corrections = work.sums + padded
      work.output = output + rows.lowerBound * channels + (firstHead + index) * size
    }

    var isFirst = true
    let group = rows.lowerBound / queriesPerGroup
    for index in firstRange[group]..<firstRange[group + 1] {
      var key = ranges[index].lowerBound
      while key < ranges[index].upperBound {
        let count = min(longestBlock, ranges[index].upperBound - key)
        if let geometry {
          kernels.geometry_factors(
            geometry.rays + rows.lowerBound * 3, rows.count, padded, geometry.points + key * 3,
            geometry.centres + rows.lowerBound / geometry.queriesPerCentre * 3, GeometryBias.noPointDistance,
            geometryScale, count, memory + places.rays, memory + places.factors)
        }
        for head in 0..<headsPerTask {
          select(head)
          let column = key * channels + (firstHead + head) * size
          kernels.attend(&work, keys + column, values + column, count, isFirst, memory + places.values)
        }
        isFirst = false
        key += count
      }
    }
    for head in 0..<headsPerTask {
      select(head)
      kernels.finish_attention(&work, isFirst)
    }
  }
}
