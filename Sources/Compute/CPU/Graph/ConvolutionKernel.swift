import CKernels

/// A direct convolution, divided into bands of rows.
final class ConvolutionKernel: CPUKernel {
  private let frame: ego_convolution
  private let frames: Int
  /// Bands of each frame.
  private let bands: Int
  private let kernels: ego_kernels

  init(_ operation: Convolution, _ weights: UnsafePointer<Float>, _ context: CPUContext) throws(Failure) {
    let (input, output) = (operation.input.shape, operation.output.shape)
    frames = input[0]
    kernels = context.products
    frame = ego_convolution(
      input: try context.source(operation.input), weights: weights, output: try context.floats(operation.output),
      height: input[1], width: input[2], channels: input[3], out_height: output[1], out_width: output[2],
      out_channels: output[3], size: operation.size, stride: operation.stride, first_row: 0,
      epilogue: try context.epilogue(operation.epilogue, over: operation.output))
    let work = frame.out_width * frame.out_channels * frame.channels * operation.size * operation.size
    bands = CPUKernel.tasks(output[1], atLeast: max(1, (1 << 16) / max(work, 1)), workers: context.workers)
  }

  override var taskCount: Int { frames * bands }
  override var scratchCount: Int { withUnsafePointer(to: frame) { kernels.convolution_scratch($0) } }

  override func run(task: Int, worker: Int) {
    var work = frame
    let (index, band) = task.quotientAndRemainder(dividingBy: bands)
    work.input += index * frame.height * frame.width * frame.channels
    work.output += index * frame.out_height * frame.out_width * frame.out_channels
    work.first_row = index * frame.out_height * frame.out_width
    let rows = Parallel.range(band, of: bands, count: frame.out_height)
    kernels.convolve(&work, rows.lowerBound, rows.upperBound, scratch(worker))
  }
}
