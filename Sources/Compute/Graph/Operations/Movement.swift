/// Sets tensors side by side along one dimension.
public struct Concatenate: OperationDetails {
  public let inputs: [Tensor]
  public let axis: Int
  public let output: Tensor

  var operands: [Tensor] { inputs }
}

/// Takes a run of indices along one dimension.
public struct Slicing: OperationDetails {
  public let input: Tensor
  public let axis: Int
  public let start: Int
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

/// Copies a tensor, whole; the target may be a state.
public struct Copy: OperationDetails {
  public let input: Tensor
  public let output: Tensor

  var operands: [Tensor] { [input] }
}

/// Writes rows into slots of a state that is used as a ring, and leaves the rest of it as it is.
public struct RingWrite: OperationDetails {
  /// Frames × rows × channels, or fewer dimensions.
  public let input: Tensor
  /// The state: slots × rows of a slot × channels.
  public let output: Tensor
  /// The slot of the first frame, from 0 up to, not including, `slots`; the next frames take the next slots.
  public let slot: Scalar
  /// Places where the first frame may go.
  public let slots: Int
  public let frames: Int
  /// Elements of a slot.
  public let slotStride: Int
  /// Element of a slot where a frame's begin.
  public let offset: Int

  var operands: [Tensor] { [input] }
}

extension Graph {
  /// - Returns: The inputs' shape, with their sizes along `axis` summed.
  public mutating func concatenate(_ inputs: [Tensor], axis: Int) throws(Failure) -> Tensor {
    let label = label("concatenate")
    try checkNumbers(inputs, label)
    let shapes = inputs.map { "\($0.shape)" }.joined(separator: " and ")
    guard var shape = inputs.first?.shape, shape.indices.contains(axis) else {
      throw refusal(label, "\(shapes) along dimension \(axis)")
    }
    for input in inputs {
      try require(
        input.shape.count == shape.count && shape.indices.allSatisfy { $0 == axis || input.shape[$0] == shape[$0] },
        label, "\(shapes) along dimension \(axis): the other sizes differ")
    }
    shape[axis] = inputs.reduce(0) { $0 + $1.shape[axis] }
    let output = try makeTensor(shape, elementType, .intermediate, label)
    append(.concatenate(Concatenate(inputs: inputs, axis: axis, output: output)), label)
    return output
  }

  public mutating func slice(_ input: Tensor, axis: Int, _ range: Range<Int>) throws(Failure) -> Tensor {
    let label = label("slice")
    try checkNumbers([input], label)
    try require(
      input.shape.indices.contains(axis) && range.lowerBound >= 0 && !range.isEmpty
        && range.upperBound <= input.shape[axis], label, "\(range) of \(input.shape) along dimension \(axis)")
    var shape = input.shape
    shape[axis] = range.count
    let output = try makeTensor(shape, elementType, .intermediate, label)
    append(.slice(Slicing(input: input, axis: axis, start: range.lowerBound, output: output)), label)
    return output
  }

  public mutating func copy(_ input: Tensor) throws(Failure) -> Tensor {
    let label = label("copy")
    try checkNumbers([input], label)
    let output = try makeTensor(input.shape, elementType, .intermediate, label)
    append(.copy(Copy(input: input, output: output)), label)
    return output
  }

  /// Makes `input` the content of a state, for this run's later operations and the next run.
  public mutating func store(_ input: Tensor, in state: Tensor) throws(Failure) {
    let label = label("store")
    try checkNumbers([input, state], label)
    try require(isState(state), label, "\(state.shape) is no state")
    try require(input.buffer != state.buffer, label, "a state cannot be stored in itself")
    try require(input.count == state.count, label, "\(input.shape) into a state of \(state.shape)")
    append(.copy(Copy(input: input, output: state)), label)
  }

  /// Writes `input` over one slot of a state, whose slots have as many rows.
  public mutating func ringWrite(_ input: Tensor, into state: Tensor, slot: Scalar) throws(Failure) {
    let label = label("ring write")
    try checkRing(input, state, label)
    try require(
      input.channels == state.channels && state.rows % input.rows == 0, label,
      "\(input.shape) into a ring of \(state.shape): expected rows that divide \(state.rows) and the same channels")
    try ringWrite(input, into: state, slot: slot, frames: 1, slots: state.rows / input.rows, row: 0)
  }

  /// Writes frames over a part of as many slots, one after another.
  /// - Parameters:
  ///   - input: frames × rows × channels.
  ///   - state: slots × rows of a slot × channels.
  ///   - slot: Of the first frame; all of them must fit without going around.
  ///   - row: Of a slot, where the frame's first goes.
  public mutating func ringWrite(
    _ input: Tensor, into state: Tensor, slot: Scalar, row: Int
  ) throws(Failure) {
    let label = label("ring write")
    try checkRing(input, state, label)
    try require(
      input.shape.count == 3 && state.shape.count == 3, label,
      "\(input.shape) into a ring of \(state.shape); expected frames × rows × channels into slots × rows × channels")
    try ringWrite(input, into: state, slot: slot, frames: input.shape[0], slots: state.shape[0], row: row)
  }

  private func checkRing(_ input: Tensor, _ state: Tensor, _ label: String) throws(Failure) {
    try checkNumbers([input, state], label)
    try require(isState(state), label, "\(state.shape) is no state")
    try require(input.buffer != state.buffer, label, "a state cannot be written into itself")
  }

  private mutating func ringWrite(
    _ input: Tensor, into state: Tensor, slot: Scalar, frames: Int, slots: Int, row: Int
  ) throws(Failure) {
    let label = label("ring write")
    let (rows, slotRows) = (input.rows / frames, state.rows / slots)
    try require(
      input.channels == state.channels && frames <= slots && row >= 0 && row <= slotRows - rows, label,
      "\(input.shape) at row \(row) of the slots of a ring of \(state.shape): it does not fit")
    try check(slot, label, "the slot")
    let places = slots - frames + 1
    if case .integer(let slot) = slot {
      try require((0..<places).contains(slot), label, "slot \(slot) of a ring of \(places)")
    }
    append(
      .ringWrite(
        RingWrite(
          input: input, output: state, slot: slot, slots: places, frames: frames,
          slotStride: slotRows * state.channels, offset: row * state.channels)), label)
  }
}
