import CKernels

/// Rows of a picture on both sides: bytes as its layout says, numbers interleaved.
private struct PictureRows {
  let layout: ImageLayout
  /// A row's runs: one of all samples when interleaved, else one a channel.
  let runs: Int
  /// Samples of a run, bytes that lie side by side, and from one to the next among numbers.
  let count: Int
  let numberStep: Int

  init(_ layout: ImageLayout) {
    self.layout = layout
    let isInterleaved = layout.arrangement == .interleaved
    runs = isInterleaved ? 1 : layout.channels
    count = layout.rowSamples
    numberStep = isInterleaved ? 1 : layout.channels
  }

  /// Where a run of a row begins, among bytes.
  func bytes(_ row: Int, _ run: Int) -> Int { row * layout.steps.row + run * layout.steps.channel }
  /// The same among numbers.
  func numbers(_ row: Int, _ run: Int) -> Int { row * layout.width * layout.channels + run }
}

/// Bytes of a picture to numbers, a task a row.
final class ImageInputKernel: CPUKernel {
  private let rows: PictureRows
  private let scale: Float
  private let offset: Float
  private let bytes: UnsafePointer<UInt8>
  private let output: UnsafeMutablePointer<Float>
  private let kernels: ego_kernels

  init(_ operation: ImageInput, _ context: CPUContext) throws(Failure) {
    rows = PictureRows(operation.layout)
    scale = operation.scale
    offset = operation.offset
    bytes = UnsafePointer(try context.bytes(operation.input).assumingMemoryBound(to: UInt8.self))
    output = try context.floats(operation.output)
    kernels = context.kernels
  }

  override var taskCount: Int { rows.layout.height }

  override func run(task: Int, worker: Int) {
    for run in 0..<rows.runs {
      kernels.from_bytes(
        bytes + rows.bytes(task, run), output + rows.numbers(task, run), rows.numberStep, rows.count,
        scale, offset)
    }
  }
}

/// Numbers to bytes of a picture, a task a row.
final class ImageOutputKernel: CPUKernel {
  private let rows: PictureRows
  private let factor: Float
  private let offset: Float
  private let input: UnsafePointer<Float>
  private let bytes: UnsafeMutablePointer<UInt8>
  private let kernels: ego_kernels

  init(_ operation: ImageOutput, _ context: CPUContext) throws(Failure) {
    rows = PictureRows(operation.layout)
    factor = 1 / operation.scale
    offset = operation.offset
    input = try context.source(operation.input)
    bytes = try context.bytes(operation.output).assumingMemoryBound(to: UInt8.self)
    kernels = context.kernels
  }

  override var taskCount: Int { rows.layout.height }

  override func run(task: Int, worker: Int) {
    for run in 0..<rows.runs {
      let line = bytes + rows.bytes(task, run)
      kernels.to_bytes(
        input + rows.numbers(task, run), rows.numberStep, line, rows.count, factor, offset)
      (line + rows.count).update(repeating: 0, count: rows.layout.strideBytes - rows.count)
    }
  }
}
