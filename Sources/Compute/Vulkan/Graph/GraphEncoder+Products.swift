/// Matrix products and convolutions: tiles of one shader family.
extension GraphEncoder {
  private struct MatmulPush {
    var batch, rows, columns, depth, rowsPerGate: UInt32
  }

  mutating func encode(_ operation: Matmul) throws(Failure) {
    let epilogue = operation.epilogue
    let tile = TileShape.best(
      rows: operation.rows, columns: operation.columns, batch: operation.batch, device.report)
    var constants = self.constants(tile, epilogue, operation.output)
    constants[6] = half(operation.left)
    constants[7] = half(operation.right)
    constants[18] = .bool(operation.transposeLeft)
    constants[19] = .bool(operation.transposeRight)
    let push = MatmulPush(
      batch: UInt32(operation.batch), rows: UInt32(operation.rows), columns: UInt32(operation.columns),
      depth: UInt32(operation.depth), rowsPerGate: rowsPerGroup(epilogue.gate, operation.output))
    try multiply(
      Shaders.matmul, constants, memory.region(operation.left), memory.region(operation.right), epilogue,
      operation.output, push, tiles: tile.count(operation.rows, operation.columns) * operation.batch)
  }

  private struct ConvolutionPush {
    var frames, height, width, outHeight, outWidth, columns, rowsPerGate: UInt32
  }

  mutating func encode(_ operation: Convolution) throws(Failure) {
    let (input, output) = (operation.input.shape, operation.output.shape)
    let tile = TileShape.best(rows: operation.output.rows, columns: output[3], batch: 1, device.report)
    var constants = self.constants(tile, operation.epilogue, operation.output)
    constants[6] = half(operation.input)
    constants[7] = half(operation.weights)
    constants[18] = .uint(UInt32(operation.size))
    constants[19] = .uint(UInt32(operation.stride))
    constants[20] = .uint(UInt32(input[3]))
    let push = ConvolutionPush(
      frames: UInt32(input[0]), height: UInt32(input[1]), width: UInt32(input[2]), outHeight: UInt32(output[1]),
      outWidth: UInt32(output[2]), columns: UInt32(output[3]),
      rowsPerGate: rowsPerGroup(operation.epilogue.gate, operation.output))
    try multiply(
      Shaders.convolution, constants, memory.region(operation.input),
      memory.region(operation.weights, .depthMajor), operation.epilogue, operation.output, push,
      tiles: tile.count(operation.output.rows, output[3]))
  }

  /// How many rows of `target` take the same row of an operand that serves groups of them.
  func rowsPerGroup(_ operand: Tensor?, _ target: Tensor) -> UInt32 {
    operand.map { UInt32(max(1, target.rows / $0.rows)) } ?? 1
  }

  private func constants(
    _ tile: TileShape, _ epilogue: Epilogue, _ output: Tensor
  ) -> [UInt32: SpecialisationConstant] {
    [
      0: .uint(UInt32(tile.threads)), 1: .uint(UInt32(tile.rows)), 2: .uint(UInt32(tile.columns)),
      3: .uint(UInt32(tile.depth)), 4: .uint(UInt32(tile.threadRows)), 5: .uint(UInt32(tile.threadColumns)),
      8: half(output), 9: half(epilogue.bias), 10: half(epilogue.gate), 11: half(epilogue.residual),
      12: .uint(epilogue.activation.shaderCode), 13: .bool(epilogue.activatesLast), 14: .bool(epilogue.bias != nil),
      15: .bool(epilogue.gate != nil), 16: .bool(epilogue.gate?.channels == 1), 17: .bool(epilogue.residual != nil),
    ]
  }

  private mutating func multiply<Push: BitwiseCopyable>(
    _ shader: Shader, _ constants: [UInt32: SpecialisationConstant], _ left: BufferRegion, _ right: BufferRegion,
    _ epilogue: Epilogue, _ output: Tensor, _ push: Push, tiles: Int
  ) throws(Failure) {
    let regions = [
      left, right, try memory.region(output), try optional(epilogue.bias), try optional(epilogue.gate),
      try optional(epilogue.residual),
    ]
    try spread(pipeline(shader, constants), regions, push, groups: tiles)
  }
}

extension TileShape {
  fileprivate func count(_ rows: Int, _ columns: Int) -> Int {
    (rows + self.rows - 1) / self.rows * ((columns + self.columns - 1) / self.columns)
  }
}

extension Activation {
  /// As `Shaders/Compute/activation.glsl` numbers them.
  var shaderCode: UInt32 {
    switch self {
    case .none: return 0
    case .reLU: return 1
    case .siLU: return 2
    case .geLU: return 3
    case .tanh: return 4
    }
  }
}
