/// Operations that only move numbers: all of them one kernel.
extension GraphEncoder {
  /// Runs of elements, each `stride` (or `sourceStride`) after the one before.
  struct Move {
    let output: Tensor
    var runs = 1
    var run = 0
    var sourceStart = 0
    var sourceStride = 0
    var start = 0
    var stride = 0
    /// Adds so many `slotStride`s to `start`.
    var slot: Scalar?
    var slotStride = 0

    init(output: Tensor) { self.output = output }
  }

  private struct MovePush {
    var runs, run, sourceStart, sourceStride, start, stride, slotWord, slotStride: UInt32
  }

  mutating func encode(_ move: Move, from source: BufferRegion, isHalf: Bool) throws(Failure) {
    let numbers = [move.run, move.sourceStart, move.sourceStride, move.start, move.stride, move.slotStride]
    let width = [4, 2].first { width in numbers.allSatisfy { $0 % width == 0 } } ?? 1
    let slotWord = move.slot.map { words.addInteger($0) } ?? 0
    let pipeline = try pipeline(
      Shaders.move,
      [
        0: half(move.output), 1: .bool(isHalf), 2: .uint(UInt32(width)), 3: .bool(move.slot != nil),
      ])
    let push = MovePush(
      runs: UInt32(move.runs), run: UInt32(move.run), sourceStart: UInt32(move.sourceStart),
      sourceStride: UInt32(move.sourceStride), start: UInt32(move.start), stride: UInt32(move.stride),
      slotWord: UInt32(slotWord), slotStride: UInt32(move.slotStride))
    try spread(
      pipeline, [memory.region(move.output), source, parameters.region], push, threads: move.runs * move.run / width)
  }

  private mutating func encode(_ move: Move, from source: Tensor) throws(Failure) {
    try encode(move, from: memory.region(source), isHalf: memory.isHalf(source))
  }

  mutating func encode(_ operation: Copy) throws(Failure) {
    var move = Move(output: operation.output)
    move.run = operation.input.count
    try encode(move, from: operation.input)
  }

  mutating func encode(_ operation: RingWrite) throws(Failure) {
    var move = Move(output: operation.output)
    move.runs = operation.frames
    move.run = operation.input.count / operation.frames
    move.sourceStride = move.run
    move.start = operation.offset
    move.stride = operation.slotStride
    move.slot = operation.slot
    move.slotStride = operation.slotStride
    try encode(move, from: operation.input)
  }

  mutating func encode(_ operation: Slicing) throws(Failure) {
    let (input, output) = (operation.input, operation.output)
    let inner = input.shape[(operation.axis + 1)...].reduce(1, *)
    var move = Move(output: output)
    move.runs = input.shape[..<operation.axis].reduce(1, *)
    move.run = output.shape[operation.axis] * inner
    move.sourceStart = operation.start * inner
    move.sourceStride = input.shape[operation.axis] * inner
    move.stride = move.run
    try encode(move, from: input)
  }

  mutating func encode(_ operation: Concatenate) throws(Failure) {
    let output = operation.output
    let inner = output.shape[(operation.axis + 1)...].reduce(1, *)
    var start = 0
    for input in operation.inputs {
      var move = Move(output: output)
      move.runs = output.shape[..<operation.axis].reduce(1, *)
      move.run = input.shape[operation.axis] * inner
      move.sourceStride = move.run
      move.start = start
      move.stride = output.shape[operation.axis] * inner
      try encode(move, from: input)
      start += move.run
    }
  }
}
