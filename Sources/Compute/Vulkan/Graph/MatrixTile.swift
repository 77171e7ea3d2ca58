/// How a matrix product is divided among workgroups and subgroups on matrix units: see
/// `Shaders/Compute/cooperative.glsl`.
package struct MatrixTile: Equatable {
  /// Of one workgroup; multiples of a subgroup's share.
  package let rows: Int
  package let columns: Int
  /// Of one subgroup; multiples of the shape's.
  let shareRows: Int
  let shareColumns: Int
  package let shape: MatrixShape
  /// As the device has it, never assumed.
  let subgroupSize: Int

  /// How deep one step reaches into the sum.
  var depth: Int { max(32, shape.depth) }
  var subgroups: Int { rows / shareRows * (columns / shareColumns) }
  package var threads: Int { subgroups * subgroupSize }
  /// Matrices of sums that a subgroup holds in registers.
  private var matrices: Int { shareRows / shape.rows * (shareColumns / shape.columns) }

  /// Bytes of shared memory: both tiles of halves with 16 bytes of padding a line, however they are stored, a stretch of
  /// rows of sums for each subgroup, and a convolution's places.
  package var sharedBytes: Int {
    let tiles = [rows, columns].reduce(0) { $0 + $1 * depth * 2 + max($1, depth) * 16 }
    return tiles + subgroups * shape.rows * (shareColumns + 4) * 4 + rows * 16
  }

  /// From the most work a byte read to the least: rows, columns, and a subgroup's share of them.
  private static let sizes = [
    (128, 128, 64, 32), (128, 64, 32, 32), (64, 64, 32, 32), (64, 32, 32, 16), (32, 64, 16, 32), (32, 32, 16, 16),
    (64, 16, 16, 16),
  ]

  /// The tile that wastes least, of the first shape that fits the device.
  /// - Returns: `nil` where none does, or `shapes` is empty.
  package static func best(
    rows: Int, columns: Int, batch: Int, _ report: VulkanDeviceReport, _ shapes: [MatrixShape]
  ) -> MatrixTile? {
    for shape in shapes {
      let tiles = sizes.map { rows, columns, shareRows, shareColumns in
        MatrixTile(
          rows: rows, columns: columns, shareRows: shareRows, shareColumns: shareColumns, shape: shape,
          subgroupSize: report.capabilities.subgroupSize)
      }.filter { $0.fits(report.limits) }
      let best = tiles.min { $0.cost(rows, columns, batch, report) < $1.cost(rows, columns, batch, report) }
      if let best { return best }
    }
    return nil
  }

  private func fits(_ limits: VulkanDeviceReport.Limits) -> Bool {
    let divides = shareRows % shape.rows == 0 && shareColumns % shape.columns == 0 && depth % shape.depth == 0
    // More than 16 of 16 × 16 would not stay in registers.
    return divides && subgroupSize > 0 && matrices <= 16 && threads <= limits.workgroupInvocations
      && threads <= limits.workgroupSize.x && sharedBytes <= limits.sharedMemoryBytes
  }

  /// As `TileShape` has it: large tiles read less, but stick out of small matrices and leave parts of a device idle.
  private func cost(_ rows: Int, _ columns: Int, _ batch: Int, _ report: VulkanDeviceReport) -> Double {
    let wanted = report.isSoftware ? 4.0 : 128.0
    let tiles = Double(count(rows, columns) * batch)
    let traffic =
      1 + 0.5 * Double(shape.rows) / Double(shareRows) + 0.5 * Double(shape.columns) / Double(shareColumns)
      + 16 / Double(self.rows) + 16 / Double(self.columns)
    return tiles * Double(self.rows * self.columns) * traffic * Swift.max(1, wanted / tiles)
  }

  /// How many tiles cover a matrix.
  func count(_ rows: Int, _ columns: Int) -> Int {
    (rows + self.rows - 1) / self.rows * ((columns + self.columns - 1) / self.columns)
  }
}
