import CKernels

extension CPUContext {
  /// The weights of a convolution as its kernel reads them: by blocks of output channels.
  func packWeights(_ operation: Convolution, _ label: String) throws(Failure) -> CPUMemory {
    guard case .constant(let constant) = graph.buffers[operation.weights.buffer].role else {
      throw Failure(.model, "\(label): the weights are no constant")
    }
    let (out, input, size) = (operation.output.channels, operation.input.channels, operation.size)
    let block = kernels.block
    let blocks = (out + block - 1) / block
    let plain = try backend.allocate(constant.count * 4, "weights of \(label)")
    constant.widen(into: plain.floats())
    let packed = try backend.allocate(blocks * block * input * size * size * 4, "packed weights of \(label)")
    kernels.pack_convolution(plain.floats(), packed.floats(), out, input, size)
    return packed
  }
}

/// A direct convolution, divided into bands of rows.
final class ConvolutionKernel: CPUKernel {
  private let frame: ego_convolution
  private let frames: Int
  /// Bands of each frame.
  private let bands: Int
  private let convolve:
    @convention(c) (
      UnsafePointer<ego_convolution>, Int, Int, UnsafeMutablePointer<Float>
    ) -> Void
  private let scratchPixels: Int

  init(_ operation: Convolution, _ weights: CPUMemory, _ context: CPUContext) throws(Failure) {
    let (input, output) = (operation.input.shape, operation.output.shape)
    // With one tap and no stride, frames and rows are but one long row; it is cut into rows of a length that suits.
    let isFlat = operation.size == 1 && operation.stride == 1
    frames = isFlat ? 1 : input[0]
    convolve = context.kernels.convolve
    scratchPixels = context.kernels.scratch_pixels
    frame = ego_convolution(
      input: try context.source(operation.input), weights: weights.floats(),
      output: try context.floats(operation.output), height: isFlat ? 1 : input[1],
      width: isFlat ? operation.input.rows : input[2], channels: input[3], out_height: isFlat ? 1 : output[1],
      out_width: isFlat ? operation.input.rows : output[2], out_channels: output[3], size: operation.size,
      stride: operation.stride, first_row: 0,
      epilogue: try context.epilogue(operation.epilogue, over: operation.output))
    let rows = isFlat ? operation.input.rows : frame.out_height
    let work = frame.out_width * frame.out_channels * frame.channels * operation.size * operation.size
    let least = isFlat ? 48 : max(1, (1 << 16) / max(work, 1))
    bands = CPUKernel.tasks(rows, atLeast: least, workers: context.workers)
  }

  override var taskCount: Int { frames * bands }
  override var scratchCount: Int { scratchPixels * frame.channels }

  override func run(task: Int, worker: Int) {
    var work = frame
    if frame.out_height == 1 && frame.size == 1 && frames == 1 {
      let pixels = Parallel.range(task, of: bands, count: frame.out_width, alignment: 12)
      guard !pixels.isEmpty else { return }
      work.input += pixels.lowerBound * frame.channels * frame.stride
      work.output += pixels.lowerBound * frame.out_channels
      work.width = frame.stride == 1 ? pixels.count : frame.width - pixels.lowerBound * frame.stride
      work.out_width = pixels.count
      work.first_row = pixels.lowerBound
      convolve(&work, 0, 1, scratch(worker))
      return
    }
    let (index, band) = task.quotientAndRemainder(dividingBy: bands)
    work.input += index * frame.height * frame.width * frame.channels
    work.output += index * frame.out_height * frame.out_width * frame.out_channels
    work.first_row = index * frame.out_height * frame.out_width
    let rows = Parallel.range(band, of: bands, count: frame.out_height)
    convolve(&work, rows.lowerBound, rows.upperBound, scratch(worker))
  }
}
