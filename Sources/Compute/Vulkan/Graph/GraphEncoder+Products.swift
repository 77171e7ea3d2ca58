/// Matrix products and convolutions: tiles of one shader family.
extension GraphEncoder {
  private struct MatmulPush {
    var batch, rows, columns, depth, rowsPerGate: UInt32
  }

  mutating func encode(_ operation: Matmul) throws(Failure) {
    let epilogue = operation.epilogue
    let plan = plan(
      Shaders.matmul, Shaders.cooperativeMatmul, operation.left, operation.right, rows: operation.rows,
      columns: operation.columns, batch: operation.batch)
    var constants = plan.constants.merging(self.constants(epilogue, operation.output)) { _, new in new }
    constants[18] = .bool(operation.transposeLeft)
    constants[19] = .bool(operation.transposeRight)
    let push = MatmulPush(
      batch: UInt32(operation.batch), rows: UInt32(operation.rows), columns: UInt32(operation.columns),
      depth: UInt32(operation.depth), rowsPerGate: rowsPerGroup(epilogue.gate, operation.output))
    try multiply(
      plan.shader, constants, memory.region(operation.left), memory.region(operation.right), epilogue,
      operation.output, push, tiles: plan.tiles)
  }

  private struct ConvolutionPush {
    var frames, height, width, outHeight, outWidth, columns, rowsPerGate: UInt32
  }

  mutating func encode(_ operation: Convolution) throws(Failure) {
    let (input, output) = (operation.input.shape, operation.output.shape)
    let plan = plan(
      Shaders.convolution, Shaders.cooperativeConvolution, operation.input, operation.weights,
      rows: operation.output.rows, columns: output[3], batch: 1)
    var constants = plan.constants.merging(self.constants(operation.epilogue, operation.output)) { _, new in new }
    constants[18] = .uint(UInt32(operation.size))
    constants[19] = .uint(UInt32(operation.stride))
    constants[20] = .uint(UInt32(input[3]))
    let push = ConvolutionPush(
      frames: UInt32(input[0]), height: UInt32(input[1]), width: UInt32(input[2]), outHeight: UInt32(output[1]),
      outWidth: UInt32(output[2]), columns: UInt32(output[3]),
      rowsPerGate: rowsPerGroup(operation.epilogue.gate, operation.output))
    try multiply(
      plan.shader, constants, memory.region(operation.input), memory.region(operation.weights, .depthMajor),
      operation.epilogue, operation.output, push, tiles: plan.tiles)
  }

  /// How many rows of `target` take the same row of an operand that serves groups of them.
  func rowsPerGroup(_ operand: Tensor?, _ target: Tensor) -> UInt32 {
    operand.map { UInt32(max(1, target.rows / $0.rows)) } ?? 1
  }

  /// How a product is divided, as its shader is told.
  private struct ProductPlan {
    let shader: Shader
    let constants: [UInt32: SpecialisationConstant]
    let tiles: Int
  }

  /// On matrix units where both operands hold halves and the device may use them, else on the ordinary ones.
  private func plan(
    _ plain: Shader, _ cooperative: Shader, _ left: Tensor, _ right: Tensor, rows: Int, columns: Int, batch: Int
  ) -> ProductPlan {
    if memory.isHalf(left), memory.isHalf(right),
      let tile = MatrixTile.best(rows: rows, columns: columns, batch: batch, device.report, matrixShapes)
    {
      return ProductPlan(shader: cooperative, constants: tile.constants, tiles: tile.count(rows, columns) * batch)
    }
    let tile = TileShape.best(rows: rows, columns: columns, batch: batch, device.report)
    var constants = tile.constants
    constants[6] = half(left)
    constants[7] = half(right)
    return ProductPlan(shader: plain, constants: constants, tiles: tile.count(rows, columns) * batch)
  }

  private func constants(_ epilogue: Epilogue, _ output: Tensor) -> [UInt32: SpecialisationConstant] {
    [
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

extension MatrixTile {
  /// As `Shaders/Compute/cooperative.glsl` numbers them.
  fileprivate var constants: [UInt32: SpecialisationConstant] {
    [
      0: .uint(UInt32(threads)), 1: .uint(UInt32(rows)), 2: .uint(UInt32(columns)), 3: .uint(UInt32(depth)),
      4: .uint(UInt32(shareRows)), 5: .uint(UInt32(shareColumns)), 21: .uint(UInt32(shape.rows)),
      22: .uint(UInt32(shape.columns)), 23: .uint(UInt32(shape.depth)), 24: .uint(UInt32(subgroupSize)),
    ]
  }
}

extension TileShape {
  /// As `Shaders/Compute/tiles.glsl` numbers them.
  fileprivate var constants: [UInt32: SpecialisationConstant] {
    [
      0: .uint(UInt32(threads)), 1: .uint(UInt32(rows)), 2: .uint(UInt32(columns)), 3: .uint(UInt32(depth)),
      4: .uint(UInt32(threadRows)), 5: .uint(UInt32(threadColumns)),
    ]
  }

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
