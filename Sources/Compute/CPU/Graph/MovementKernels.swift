import Glibc

/// Copies runs of floats: concatenation, slices and copies.
final class MoveKernel: CPUKernel {
  private struct Move {
    let source: UnsafePointer<Float>
    let sourceStride: Int
    let target: UnsafeMutablePointer<Float>
    let targetStride: Int
    /// Floats that lie side by side in both.
    let run: Int
  }

  private let moves: [Move]
  /// How often each is repeated.
  private let repeats: Int
  private let tasks: Int

  private init(_ moves: [Move], repeats: Int, _ context: CPUContext) {
    self.moves = moves
    self.repeats = repeats
    let floats = moves.reduce(1) { $0 + $1.run }
    tasks = CPUKernel.tasks(repeats, atLeast: max(1, (1 << 15) / floats), workers: context.workers)
  }

  convenience init(_ operation: Concatenate, _ context: CPUContext) throws(Failure) {
    let output = try context.floats(operation.output)
    let inner = operation.output.shape[(operation.axis + 1)...].reduce(1, *)
    let stride = operation.output.shape[operation.axis] * inner
    var moves: [Move] = []
    var at = 0
    for input in operation.inputs {
      let run = input.shape[operation.axis] * inner
      moves.append(
        Move(
          source: try context.source(input), sourceStride: run, target: output + at, targetStride: stride, run: run))
      at += run
    }
    self.init(moves, repeats: operation.output.shape[..<operation.axis].reduce(1, *), context)
  }

  convenience init(_ operation: Slicing, _ context: CPUContext) throws(Failure) {
    let inner = operation.input.shape[(operation.axis + 1)...].reduce(1, *)
    let run = operation.output.shape[operation.axis] * inner
    let source = try context.source(operation.input)
    self.init(
      [
        Move(
          source: source + operation.start * inner, sourceStride: operation.input.shape[operation.axis] * inner,
          target: try context.floats(operation.output), targetStride: run, run: run)
      ], repeats: operation.output.shape[..<operation.axis].reduce(1, *), context)
  }

  convenience init(_ operation: Copy, _ context: CPUContext) throws(Failure) {
    // In rows, so that it can be shared out.
    let run = operation.input.channels
    self.init(
      [
        Move(
          source: try context.source(operation.input), sourceStride: run, target: try context.floats(operation.output),
          targetStride: run, run: run)
      ], repeats: operation.input.rows, context)
  }

  override var taskCount: Int { tasks }

  override func run(task: Int, worker: Int) {
    for index in Parallel.range(task, of: tasks, count: repeats) {
      for move in moves {
        memcpy(move.target + index * move.targetStride, move.source + index * move.sourceStride, move.run * 4)
      }
    }
  }
}

/// Writes into slots of a ring.
final class RingWriteKernel: CPUKernel {
  private let operation: RingWrite
  private let input: UnsafePointer<Float>
  private let state: UnsafeMutablePointer<Float>
  private var slot = 0

  init(_ operation: RingWrite, _ context: CPUContext) throws(Failure) {
    self.operation = operation
    input = try context.source(operation.input)
    state = try context.floats(operation.output)
  }

  override func prepare(_ parameters: ParameterBlock) { slot = parameters.integer(operation.slot) }

  override func run(task: Int, worker: Int) {
    // Checked before the run.
    guard (0..<operation.slots).contains(slot) else { return }
    let count = operation.input.count / operation.frames
    for frame in 0..<operation.frames {
      memcpy(
        state + (slot + frame) * operation.slotStride + operation.offset, input + frame * count, count * 4)
    }
  }
}
