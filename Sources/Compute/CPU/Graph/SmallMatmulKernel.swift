import CKernels

/// A small matrix product of two tensors, whose right side is packed in each run.
///
/// OpenBLAS has kernels of its own for small products, which allocate memory on some processors; and packing, which is all
/// that a large product would gain from it, is soon done here.
final class SmallMatmulKernel: CPUKernel {
  private let operation: Matmul
  private let right: UnsafePointer<Float>
  private let work: ego_linear
  private let kernels: ego_kernels
  /// Of rows, for each of the batch.
  private let parts: Int
  private let blocks: Int

  /// Whether a product is one of these.
  static func serves(_ operation: Matmul) -> Bool {
    !operation.transposeLeft && operation.rows > 1
      && operation.rows * operation.columns * operation.depth <= 1 << 20
  }

  init(_ operation: Matmul, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    kernels = context.kernels
    right = try context.source(operation.right)
    work = ego_linear(
      input: try context.source(operation.left), weights: right, output: try context.floats(operation.output),
      depth: operation.depth, first_row: 0, epilogue: try context.epilogue(operation.epilogue, over: operation.output))
    blocks = (operation.columns + kernels.block - 1) / kernels.block
    let isWorthSharing = operation.rows * operation.columns * operation.depth >= 1 << 16
    parts = isWorthSharing && operation.batch % context.workers != 0 ? context.workers : 1
  }

  private var packedCount: Int { blocks * kernels.block * operation.depth }

  override var taskCount: Int { operation.batch * parts }
  override var scratchCount: Int { packedCount + withUnsafePointer(to: work) { kernels.linear_scratch($0) } }

  override func run(task: Int, worker: Int) {
    let (batch, part) = task.quotientAndRemainder(dividingBy: parts)
    let (columns, depth) = (operation.columns, operation.depth)
    let rows = Parallel.range(part, of: parts, count: operation.rows, alignment: kernels.pixels)
    guard !rows.isEmpty else { return }
    let packed = scratch(worker)
    kernels.pack_weights(
      right + batch * depth * columns, packed, columns, depth, 1, operation.transposeRight ? depth : 1,
      operation.transposeRight ? 1 : columns)
    var work = work
    work.first_row = batch * operation.rows
    work.input += work.first_row * depth
    work.weights = UnsafePointer(packed)
    work.output += work.first_row * columns
    // The packed weights are whole vectors, so that what follows them is aligned too.
    kernels.multiply_rows(&work, rows.lowerBound, rows.upperBound, 0, blocks, packed + packedCount)
  }
}
