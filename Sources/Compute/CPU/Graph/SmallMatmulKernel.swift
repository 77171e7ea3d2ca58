import CKernels

/// A small matrix product as a convolution of one tap, whose weights are packed in each run.
///
/// OpenBLAS has kernels of its own for small products, which allocate memory on some processors; and packing, which is all
/// that a large product would gain from it, is soon done here.
final class SmallMatmulKernel: CPUKernel {
  private let operation: Matmul
  private let right: UnsafePointer<Float>
  private let work: ego_convolution
  private let kernels: ego_kernels
  /// Of rows, for each of the batch.
  private let parts: Int
  private let packedCount: Int

  /// Whether a product is one of these.
  static func serves(_ operation: Matmul) -> Bool {
    !operation.transposeLeft && operation.rows > 1
      && operation.rows * operation.columns * operation.depth <= 1 << 20
  }

  init(_ operation: Matmul, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    kernels = context.kernels
    right = try context.source(operation.right)
    work = ego_convolution(
      input: try context.source(operation.left), weights: right, output: try context.floats(operation.output),
      height: 1, width: operation.rows, channels: operation.depth, out_height: 1, out_width: operation.rows,
      out_channels: operation.columns, size: 1, stride: 1, first_row: 0,
      epilogue: try context.epilogue(operation.epilogue, over: operation.output))
    let blocks = (operation.columns + kernels.block - 1) / kernels.block
    packedCount = blocks * kernels.block * operation.depth
    let isWorthSharing = operation.rows * operation.columns * operation.depth >= 1 << 16
    parts = isWorthSharing && operation.batch % context.workers != 0 ? context.workers : 1
  }

  override var taskCount: Int { operation.batch * parts }
  override var scratchCount: Int { packedCount + kernels.scratch_pixels * operation.depth }

  override func run(task: Int, worker: Int) {
    let (batch, part) = task.quotientAndRemainder(dividingBy: parts)
    let rows = Parallel.range(part, of: parts, count: operation.rows, alignment: kernels.pixels)
    guard !rows.isEmpty else { return }
    let packed = scratch(worker)
    pack(right + batch * operation.depth * operation.columns, packed)
    var work = work
    let first = batch * operation.rows + rows.lowerBound
    work.input += first * operation.depth
    work.weights = UnsafePointer(packed)
    work.output += first * operation.columns
    work.width = rows.count
    work.out_width = rows.count
    work.first_row = first
    kernels.convolve(&work, 0, 1, packed + packedCount)
  }

  /// To [columns / block][depth][block], zero-padded.
  private func pack(_ right: UnsafePointer<Float>, _ packed: UnsafeMutablePointer<Float>) {
    let (columns, depth, block) = (operation.columns, operation.depth, kernels.block)
    if operation.transposeRight { return kernels.pack_convolution(right, packed, columns, depth, 1) }
    var target = packed
    for first in stride(from: 0, to: columns, by: block) {
      let count = min(block, columns - first)
      for row in 0..<depth {
        target.update(from: right + row * columns + first, count: count)
        (target + count).update(repeating: 0, count: block - count)
        target += block
      }
    }
  }
}
