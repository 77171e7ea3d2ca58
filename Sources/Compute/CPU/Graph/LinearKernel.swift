import CKernels

/// A matrix product with a constant, or a convolution of one tap, over weights that were packed when the graph was
/// compiled.
final class LinearKernel: CPUKernel {
  private let work: ego_linear
  private let kernels: ego_kernels
  private let rows: Int
  private let blocks: Int
  private let rowParts: Int
  private let columnParts: Int

  /// Whether a product whose right side is a constant is one of these. Measured, see docs/decisions/021: without wide
  /// vectors OpenBLAS is faster, and for one row its product with a vector is.
  static func serves(_ operation: Matmul, _ kernels: ego_kernels) -> Bool {
    operation.batch == 1 && !operation.transposeLeft && operation.rows > 1
      && (kernels.block >= 32 || SmallMatmulKernel.serves(operation))
  }

  convenience init(_ operation: Matmul, _ weights: UnsafePointer<Float>, _ context: CPUContext) throws(Failure) {
    try self.init(operation.left, operation.output, operation.epilogue, weights, context)
  }

  convenience init(_ operation: Convolution, _ weights: UnsafePointer<Float>, _ context: CPUContext) throws(Failure) {
    try self.init(operation.input, operation.output, operation.epilogue, weights, context)
  }

  private init(
    _ input: Tensor, _ output: Tensor, _ epilogue: Epilogue, _ weights: UnsafePointer<Float>, _ context: CPUContext
  ) throws(Failure) {
    kernels = context.products
    rows = output.rows
    work = ego_linear(
      input: try context.source(input), weights: weights, output: try context.floats(output), depth: input.channels,
      first_row: 0, epilogue: try context.epilogue(epilogue, over: output))
    blocks = (output.channels + kernels.block - 1) / kernels.block
    // Small products are not worth waking anyone for.
    let isSmall = rows * output.channels * input.channels < 1 << 16
    rowParts = isSmall ? 1 : CPUKernel.tasks(rows, atLeast: 48, workers: context.workers)
    let isShort = !isSmall && rowParts < context.workers
    columnParts = isShort ? min(blocks, (2 * context.workers + rowParts - 1) / rowParts) : 1
  }

  override var taskCount: Int { rowParts * columnParts }
  override var scratchCount: Int { withUnsafePointer(to: work) { kernels.linear_scratch($0) } }

  override func run(task: Int, worker: Int) {
    let (part, columnPart) = task.quotientAndRemainder(dividingBy: columnParts)
    let some = Parallel.range(part, of: rowParts, count: rows, alignment: kernels.pixels)
    let columns = Parallel.range(columnPart, of: columnParts, count: blocks)
    withUnsafePointer(to: work) {
      kernels.multiply_rows(
        $0, some.lowerBound, some.upperBound, columns.lowerBound, columns.upperBound, scratch(worker))
    }
  }
}
