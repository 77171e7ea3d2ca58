/// How attention is divided on matrix units: see `Shaders/Compute/cooperative_attention.comp`.
package struct AttentionTile: Equatable {
  package let shape: MatrixShape
  /// Of one workgroup, each with `shape.rows` queries.
  package let subgroups: Int
  /// The head's size, filled up to whole matrices.
  package let width: Int
  let subgroupSize: Int

  /// Keys of one step, as the shader has it.
  private static let keys = 32

  /// Queries of one workgroup.
  package var rows: Int { subgroups * shape.rows }
  package var threads: Int { subgroups * subgroupSize }

  /// Bytes of shared memory: queries, keys and weights in halves, logits, sums of each subgroup, what each row and
  /// thread keeps, and geometry.
  package var sharedBytes: Int {
    let halves = (rows + AttentionTile.keys) * (width + 8) * 2 + rows * (AttentionTile.keys + 8) * 2
    let floats = rows * (AttentionTile.keys + 7) + rows * shape.columns + threads + 1
    return halves + floats * 4 + (2 * rows + AttentionTile.keys) * 16
  }

  /// The most queries a workgroup that fits the device, up to 64: beyond, a subgroup gains nothing from its neighbours.
  /// - Returns: `nil` where nothing fits, or `shapes` is empty.
  package static func best(
    headSize: Int, _ report: VulkanDeviceReport, _ shapes: [MatrixShape]
  ) -> AttentionTile? {
    for shape in shapes {
      let step = max(shape.columns, shape.depth)
      let width = (headSize + step - 1) / step * step
      for subgroups in [8, 4, 2, 1] where subgroups * shape.rows <= 64 {
        let tile = AttentionTile(
          shape: shape, subgroups: subgroups, width: width, subgroupSize: report.capabilities.subgroupSize)
        if tile.fits(report.limits) { return tile }
      }
    }
    return nil
  }

  private func fits(_ limits: VulkanDeviceReport.Limits) -> Bool {
    // A row's threads take two keys each, at least.
    let sharing = max(1, subgroupSize / shape.rows)
    return subgroupSize > 0 && subgroupSize & (subgroupSize - 1) == 0 && sharing * 2 <= AttentionTile.keys
      && shape.columns <= AttentionTile.keys && shape.depth <= AttentionTile.keys
      && threads <= limits.workgroupInvocations && threads <= limits.workgroupSize.x
      && sharedBytes <= limits.sharedMemoryBytes
  }
}
