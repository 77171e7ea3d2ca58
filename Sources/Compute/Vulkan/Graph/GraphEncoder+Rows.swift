/// Operations that work on rows or single elements: normalisation, elementwise chains, embeddings.
extension GraphEncoder {
  private struct NormalisationPush {
    var rows, channels, rowsPerScale, scaleChannels, rowsPerShift, shiftChannels: UInt32
    var epsilon: Float
  }

  mutating func encode(_ operation: Normalisation) throws(Failure) {
    let (input, output) = (operation.input, operation.output)
    var lanes = 32
    // Each lane takes four channels at a time.
    while lanes < 256 && lanes * 4 < input.channels { lanes *= 2 }
    let pipeline = try pipeline(
      Shaders.normalisation,
      [
        0: .uint(UInt32(lanes)), 1: half(output), 2: half(input), 3: half(operation.weight), 4: half(operation.bias),
        5: half(operation.scale), 6: half(operation.shift), 7: .bool(operation.kind == .layer),
        8: .bool(operation.weight != nil), 9: .bool(operation.bias != nil), 10: .bool(operation.scale != nil),
        11: .bool(operation.shift != nil),
      ])
    let push = NormalisationPush(
      rows: UInt32(input.rows), channels: UInt32(input.channels),
      rowsPerScale: rowsPerGroup(operation.scale, output), scaleChannels: UInt32(operation.scale?.channels ?? 1),
      rowsPerShift: rowsPerGroup(operation.shift, output), shiftChannels: UInt32(operation.shift?.channels ?? 1),
      epsilon: operation.epsilon)
    let regions = [
      try memory.region(output), try memory.region(input), try optional(operation.weight),
      try optional(operation.bias), try optional(operation.scale), try optional(operation.shift),
    ]
    try spread(pipeline, regions, push, groups: input.rows)
  }

  private struct ElementwisePush {
    var count, channels, program: UInt32
  }

  mutating func encode(_ operation: Elementwise) throws(Failure) {
    let output = operation.output
    var constants: [UInt32: SpecialisationConstant] = [0: half(output), 1: half(operation.input)]
    var regions = [try memory.region(output), try memory.region(operation.input), parameters.region]
    let program = words.words.count
    for index in 0..<8 {
      let step = operation.steps.indices.contains(index) ? operation.steps[index] : nil
      constants[UInt32(10 + index)] = .uint(step.map { code($0, output) } ?? 0)
      regions.append(try optional(step?.tensor))
      guard let step else { continue }
      _ = words.add([rowsPerGroup(step.tensor, output)])
      switch step {
      case .addScaled(_, let scalar), .scale(let scalar), .offset(let scalar):
        _ = words.addReal(scalar)
        _ = words.add([0])
      case .clamp(let low, let high): _ = words.add([low.bitPattern, high.bitPattern])
      case .activation, .add, .multiply: _ = words.add([0, 0])
      }
    }
    let push = ElementwisePush(
      count: UInt32(output.count), channels: UInt32(output.channels), program: UInt32(program))
    try spread(pipeline(Shaders.elementwise, constants), regions, push, threads: (output.count + 3) / 4)
  }

  /// As `Shaders/Compute/elementwise.comp` numbers steps, with how the operand lies in the bits above.
  private func code(_ step: Elementwise.Step, _ output: Tensor) -> UInt32 {
    var code: UInt32
    switch step {
    case .activation(let activation): code = activation.shaderCode
    case .add: code = 8
    case .multiply: code = 9
    case .addScaled: code = 10
    case .scale: code = 11
    case .offset: code = 12
    case .clamp: code = 13
    }
    guard let tensor = step.tensor else { return code }
    if tensor.count == output.count && tensor.channels == output.channels {
      code |= 32
    } else if tensor.channels == 1 {
      code |= 16
    }
    return memory.isHalf(tensor) ? code | 64 : code
  }

  private struct RotaryPush {
    var pairs, pairsPerRow, headPairs, timePairs, tokens, timeWord, spaceWord: UInt32
  }

  mutating func encode(_ operation: RotaryEmbedding) throws(Failure) {
    let output = operation.output
    let push = RotaryPush(
      pairs: UInt32(output.count / 2), pairsPerRow: UInt32(output.channels / 2),
      headPairs: UInt32(operation.split.reduce(0, +) / 2), timePairs: UInt32(operation.split[0] / 2),
      tokens: UInt32(operation.tokenPlaces.count), timeWord: UInt32(words.addTimeTurns(operation)),
      spaceWord: UInt32(words.addSpaceTurns(operation)))
    let pipeline = try pipeline(Shaders.rotary, [0: half(output), 1: half(operation.input)])
    let regions = [try memory.region(output), try memory.region(operation.input), parameters.region]
    try spread(pipeline, regions, push, threads: output.count / 2)
  }

  mutating func encode(_ operation: TimestepEmbedding) throws(Failure) {
    let output = operation.output
    let word = words.addTimesteps(operation.timesteps, channels: output.channels)
    var move = Move(output: output)
    move.run = output.count
    move.sourceStart = word
    try encode(move, from: parameters.region, isHalf: false)
  }
}
