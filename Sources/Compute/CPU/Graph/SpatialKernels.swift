import CKernels
import Glibc

/// Nearest and bilinear resizing, a task a row of pixels.
final class ResizeKernel: CPUKernel {
  private let operation: Resize
  private let input: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let kernels: ego_kernels

  init(_ operation: Resize, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    input = try context.source(operation.input)
    output = try context.floats(operation.output)
    kernels = context.kernels
  }

  override var taskCount: Int { operation.output.shape[0] * operation.output.shape[1] }

  override func run(task: Int, worker: Int) {
    let (from, to) = (operation.input.shape, operation.output.shape)
    let (height, width, channels) = (from[1], from[2], from[3])
    let (frame, y) = task.quotientAndRemainder(dividingBy: to[1])
    let source = input + frame * height * width * channels
    let target = output + task * to[2] * channels
    if operation.mode == .nearest {
      let line = source + y * height / to[1] * width * channels
      for x in 0..<to[2] {
        memcpy(target + x * channels, line + x * width / to[2] * channels, channels * 4)
      }
      return
    }
    let (y0, y1, fy) = Self.place(y, height, to[1])
    let (upper, lower) = (source + y0 * width * channels, source + y1 * width * channels)
    for x in 0..<to[2] {
      let (x0, x1, fx) = Self.place(x, width, to[2])
      kernels.blend(
        upper + x0 * channels, upper + x1 * channels, lower + x0 * channels, lower + x1 * channels, fx, fy,
        target + x * channels, channels)
    }
  }

  /// The two input pixels that an output pixel lies between, and how far towards the second.
  @inline(__always)
  private static func place(_ index: Int, _ from: Int, _ to: Int) -> (Int, Int, Float) {
    // (2·index + 1)·from/(2·to) − ½, in whole numbers as far as possible: 32 bits blur it in wide pictures.
    let numerator = max(0, (2 * index + 1) * from - to)
    let low = min(numerator / (2 * to), from - 1)
    let share = Float(numerator - low * 2 * to) / Float(2 * to)
    return (low, min(low + 1, from - 1), share)
  }
}

/// Patches to channels and back, a task a row of tokens.
final class PatchesKernel: CPUKernel {
  private let operation: Patches
  private let input: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  /// Frames × height × width × channels of the token side, and channels of the pixel side.
  private let tokens: [Int]
  private let channels: Int

  init(_ operation: Patches, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    input = try context.source(operation.input)
    output = try context.floats(operation.output)
    let gathers = operation.direction == .gather
    tokens = gathers ? operation.output.shape : operation.input.shape
    channels = gathers ? operation.input.channels : operation.output.channels
  }

  override var taskCount: Int { tokens[0] * tokens[1] }

  override func run(task: Int, worker: Int) {
    let (frame, row) = task.quotientAndRemainder(dividingBy: tokens[1])
    let (pt, ph, pw) = (operation.patch[0], operation.patch[1], operation.patch[2])
    let (height, width) = (tokens[1] * ph, tokens[2] * pw)
    let isFirst = operation.order == .channelFirst
    // Between the channels of one pixel on the token side.
    let step = isFirst ? pt * ph * pw : 1
    let gathers = operation.direction == .gather
    for dt in 0..<pt {
      for dy in 0..<ph {
        let line = ((frame * pt + dt) * height + row * ph + dy) * width
        for column in 0..<tokens[2] {
          let token = (task * tokens[2] + column) * tokens[3]
          for dx in 0..<pw {
            let pixel = (line + column * pw + dx) * channels
            let place = (dt * ph + dy) * pw + dx
            let at = token + (isFirst ? place : place * channels)
            if gathers {
              for channel in 0..<channels { output[at + channel * step] = input[pixel + channel] }
            } else {
              for channel in 0..<channels { output[pixel + channel] = input[at + channel * step] }
            }
          }
        }
      }
    }
  }
}
