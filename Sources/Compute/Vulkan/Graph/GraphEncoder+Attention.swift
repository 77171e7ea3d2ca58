/// Attention: a workgroup takes a block of queries of one head through all the keys they may see, on matrix units where
/// all operands hold halves and the device may use them.
extension GraphEncoder {
  /// Queries of one workgroup, as `Shaders/Compute/attention.comp` has it.
  private static let blockRows = 64

  private struct AttentionPush {
    var groupRows, blocks, ranges, rangeWord, channels, rowsPerCentre, geometryWord: UInt32
    var scale: Float
  }

  mutating func encode(_ operation: Attention) throws(Failure) {
    let (queries, groups) = (operation.queries, operation.keyRanges.groups)
    let rangeCount = groups.map(\.count).max() ?? 0
    let rangeWord = words.words.count
    for group in groups {
      for range in group {
        _ = words.addInteger(range.start)
        _ = words.addInteger(range.end)
      }
      // A group with fewer ranges than another has empty ones.
      _ = words.add([UInt32](repeating: 0, count: (rangeCount - group.count) * 2))
    }
    let bias = operation.bias
    let geometryWord = bias.map { words.addReal($0.scale) } ?? 0
    let groupRows = queries.rows / groups.count
    let isHalf = [queries, operation.keys, operation.values].allSatisfy(memory.isHalf)
    let tile = isHalf ? AttentionTile.best(headSize: operation.headSize, device.report, matrixShapes) : nil
    let blockRows = tile?.rows ?? GraphEncoder.blockRows
    let blocks = (groupRows + blockRows - 1) / blockRows
    let push = AttentionPush(
      groupRows: UInt32(groupRows), blocks: UInt32(blocks), ranges: UInt32(rangeCount), rangeWord: UInt32(rangeWord),
      channels: UInt32(queries.channels), rowsPerCentre: rowsPerGroup(bias?.egoCentres, queries),
      geometryWord: UInt32(geometryWord), scale: operation.scale)
    let pipeline = try pipeline(operation, tile)
    let regions = [
      try memory.region(operation.output), try memory.region(queries), try memory.region(operation.keys),
      try memory.region(operation.values), parameters.region, try optional(bias?.rayDirections),
      try optional(bias?.worldPoints), try optional(bias?.egoCentres),
    ]
    try list.dispatch(
      pipeline, regions, push: push, groups: SIMD3(groups.count * blocks, operation.heads, 1))
  }

  private mutating func pipeline(_ operation: Attention, _ tile: AttentionTile?) throws(Failure) -> ComputePipeline {
    let head = SpecialisationConstant.uint(UInt32(operation.headSize))
    let hasGeometry = SpecialisationConstant.bool(operation.bias != nil)
    guard let tile else {
      return try pipeline(
        Shaders.attention,
        [
          0: half(operation.output), 1: half(operation.queries), 2: half(operation.keys), 3: half(operation.values),
          4: head, 5: hasGeometry,
        ])
    }
    return try pipeline(
      Shaders.cooperativeAttention,
      [
        0: .uint(UInt32(tile.threads)), 1: half(operation.output), 2: .uint(UInt32(tile.width)),
        3: .uint(UInt32(tile.subgroups)), 4: head, 5: hasGeometry, 21: .uint(UInt32(tile.shape.rows)),
        22: .uint(UInt32(tile.shape.columns)), 23: .uint(UInt32(tile.shape.depth)),
        24: .uint(UInt32(tile.subgroupSize)),
      ])
  }
}
