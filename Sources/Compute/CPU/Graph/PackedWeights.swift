import CKernels

/// How the constant that an operation multiplies by is laid out for its kernel, once, when the graph is compiled.
struct Packing: Hashable {
  let buffer: Int
  let outputs: Int
  let inputs: Int
  let taps: Int
  /// From the weight of one output, or input, to the next.
  let outputStep: Int
  let inputStep: Int

  /// - Returns: `nil` for an operation whose kernel reads all operands as they are.
  init?(_ operation: Operation, _ graph: Graph, _ kernels: ego_kernels) {
    switch operation {
    case .convolution(let operation):
      buffer = operation.weights.buffer
      (outputs, inputs, taps) = (operation.output.channels, operation.input.channels, operation.size * operation.size)
      (outputStep, inputStep) = (inputs * taps, taps)
    case .matmul(let operation):
      guard graph.isConstant(operation.right), LinearKernel.serves(operation, kernels) else { return nil }
      buffer = operation.right.buffer
      (outputs, inputs, taps) = (operation.columns, operation.depth, 1)
      (outputStep, inputStep) = operation.transposeRight ? (inputs, 1) : (1, outputs)
    default: return nil
    }
  }
}

/// The packed weights of a graph; operations that share a constant share them.
final class PackedWeights {
  private var memory: [Packing: CPUMemory] = [:]

  var byteCount: Int { memory.values.reduce(0) { $0 + $1.byteCount } }

  func weights(
    _ packing: Packing, _ context: CPUContext, _ label: String
  ) throws(Failure) -> UnsafePointer<Float> {
    if let packed = memory[packing] { return UnsafePointer(packed.floats()) }
    guard case .constant(let constant) = context.graph.buffers[packing.buffer].role else {
      throw Failure(.model, "\(label): the weights are no constant")
    }
    let kernels = context.products
    let plain = try context.backend.allocate(constant.count * 4, "weights of \(label)")
    constant.widen(into: plain.floats())
    let blocks = (packing.outputs + kernels.block - 1) / kernels.block
    let words = (packing.inputs + kernels.words - 1) / kernels.words
    let packed = try context.backend.allocate(
      blocks * kernels.block * words * packing.taps * 4, "packed weights of \(label)")
    kernels.pack_weights(
      plain.floats(), packed.floats(), packing.outputs, packing.inputs, packing.taps, packing.outputStep,
      packing.inputStep)
    memory[packing] = packed
    return UnsafePointer(packed.floats())
  }
}
