import CKernels

/// A matrix product through OpenBLAS, divided among the workers; where there is an epilogue, a few rows at a time through
/// scratch, so that it finds them in the cache.
final class MatmulKernel: CPUKernel {
  private struct Share {
    let batch: Int
    let rows: Range<Int>
    let columns: Range<Int>
  }

  private let operation: Matmul
  private let left: UnsafeMutablePointer<Float>
  private let right: UnsafeMutablePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let epilogue: ego_epilogue
  private let hasEpilogue: Bool
  private let finish:
    @convention(c) (
      UnsafePointer<ego_epilogue>, UnsafePointer<Float>, Int, UnsafeMutablePointer<Float>, Int, Int, Int, Int
    ) -> Void
  private let linearAlgebra: LinearAlgebra
  private let shares: [Share]
  /// Rows that go through scratch at once.
  private let chunk: Int

  init(_ operation: Matmul, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    left = try context.floats(operation.left)
    right = try context.floats(operation.right)
    output = try context.floats(operation.output)
    epilogue = try context.epilogue(operation.epilogue, over: operation.output)
    hasEpilogue = !operation.epilogue.operands.isEmpty || operation.epilogue.activation != .none
    finish = context.kernels.finish
    linearAlgebra = try context.backend.openLinearAlgebra()

    let (rows, columns, batch) = (operation.rows, operation.columns, operation.batch)
    // Small products are not worth waking anyone for.
    let isSmall = rows * columns * operation.depth * batch < 1 << 16
    let parts = isSmall || batch % context.workers == 0 ? 1 : context.workers
    let byRows = rows >= columns
    shares = (0..<batch).flatMap { batch in
      (0..<parts).map { part in
        Share(
          batch: batch, rows: byRows ? Parallel.range(part, of: parts, count: rows, alignment: 8) : 0..<rows,
          columns: byRows ? 0..<columns : Parallel.range(part, of: parts, count: columns, alignment: 16))
      }
    }.filter { !$0.rows.isEmpty && !$0.columns.isEmpty }
    let widest = shares.reduce(1) { max($0, $1.columns.count) }
    chunk = min(rows, max(32, min(256, (1 << 16) / widest)))
  }

  override var taskCount: Int { shares.count }
  override var scratchCount: Int { hasEpilogue ? chunk * shares.reduce(1) { max($0, $1.columns.count) } : 0 }

  override func run(task: Int, worker: Int) {
    let share = shares[task]
    let columns = operation.columns
    let target = output + share.batch * operation.rows * columns + share.columns.lowerBound
    guard hasEpilogue else {
      multiply(share, share.rows, into: target + share.rows.lowerBound * columns, stride: columns)
      return
    }
    let product = scratch(worker)
    var epilogue = epilogue
    var row = share.rows.lowerBound
    while row < share.rows.upperBound {
      let some = row..<min(row + chunk, share.rows.upperBound)
      multiply(share, some, into: product, stride: share.columns.count)
      finish(
        &epilogue, product, share.columns.count, target + row * columns, share.batch * operation.rows + row, some.count,
        share.columns.lowerBound, share.columns.count)
      row = some.upperBound
    }
  }

  private func multiply(_ share: Share, _ rows: Range<Int>, into target: UnsafeMutablePointer<Float>, stride: Int) {
    let depth = operation.depth
    let leftStride = operation.transposeLeft ? operation.rows : depth
    let rightStride = operation.transposeRight ? depth : operation.columns
    let a = left + share.batch * operation.rows * depth + rows.lowerBound * (operation.transposeLeft ? 1 : depth)
    let b =
      right + share.batch * operation.columns * depth
      + share.columns.lowerBound * (operation.transposeRight ? depth : 1)
    linearAlgebra.product(
      rows: rows.count, columns: share.columns.count, depth: depth, a, stride: leftStride,
      transposed: operation.transposeLeft, b, stride: rightStride, transposed: operation.transposeRight, beta: 0,
      target,
      stride: stride)
  }
}
