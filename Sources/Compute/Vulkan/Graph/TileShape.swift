/// How a matrix product is divided among workgroups and threads: see `Shaders/Compute/tiles.glsl`.
struct TileShape: Equatable {
  /// Of one workgroup; multiples of `threadRows` and `threadColumns`.
  let rows: Int
  let columns: Int
  /// How deep one step reaches into the sum; a multiple of 4.
  let depth: Int
  /// Results of one thread; multiples of 4.
  let threadRows: Int
  let threadColumns: Int

  var threads: Int { rows / threadRows * (columns / threadColumns) }

  /// Bytes of shared memory for both tiles, in floats, with a word of padding a line.
  var sharedBytes: Int { depth * (rows + columns + 8) * 4 }

  /// From the most work a byte read to the least.
  static let all = [
    TileShape(rows: 128, columns: 128, depth: 16, threadRows: 8, threadColumns: 8),
    TileShape(rows: 128, columns: 64, depth: 16, threadRows: 8, threadColumns: 4),
    TileShape(rows: 64, columns: 64, depth: 16, threadRows: 4, threadColumns: 4),
    TileShape(rows: 128, columns: 32, depth: 16, threadRows: 8, threadColumns: 4),
    TileShape(rows: 32, columns: 64, depth: 16, threadRows: 4, threadColumns: 4),
    TileShape(rows: 32, columns: 32, depth: 16, threadRows: 4, threadColumns: 4),
    TileShape(rows: 64, columns: 16, depth: 16, threadRows: 4, threadColumns: 4),
  ]

  /// The shape that wastes least: large tiles read less, but their edges stick out of small matrices and few tiles leave
  /// parts of a device idle.
  static func best(
    rows: Int, columns: Int, batch: Int, _ report: VulkanDeviceReport
  ) -> TileShape {
    let limits = report.limits
    // A software device gains nothing from more workgroups than cores; hardware wants some hundreds.
    let wanted = report.isSoftware ? 4.0 : 256.0
    func cost(_ shape: TileShape) -> Double {
      let tiles = Double((rows + shape.rows - 1) / shape.rows * ((columns + shape.columns - 1) / shape.columns) * batch)
      let area = tiles * Double(shape.rows * shape.columns)
      // Reads a result from shared memory and beyond, beside one multiplication.
      let traffic =
        1 + 4 / Double(shape.threadRows) + 4 / Double(shape.threadColumns)
        + 16 / Double(shape.rows) + 16 / Double(shape.columns)
      return area * traffic * Swift.max(1, wanted / tiles)
    }
    let fitting = all.filter {
      $0.threads <= limits.workgroupInvocations && $0.sharedBytes + $0.rows * 16 <= limits.sharedMemoryBytes
    }
    return fitting.min { cost($0) < cost($1) } ?? all[all.count - 1]
  }
}
