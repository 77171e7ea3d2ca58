import Compute
import Glibc

/// Runs a graph in 64-bit floats, one plain loop an operation: what every backend is held against.
struct Reference {
  let graph: Graph
  var parameters: ParameterBlock
  /// The content of each buffer; bytes as numbers.
  var buffers: [[Double]]

  init(_ graph: Graph) {
    self.graph = graph
    parameters = ParameterBlock(graph)
    buffers = graph.buffers.map { buffer in
      guard case .constant(let constant) = buffer.role else { return [Double](repeating: 0, count: buffer.count) }
      let floats = Storage<Float>(count: constant.count, repeating: 0)
      constant.widen(into: floats.base)
      return (0..<constant.count).map { Double(floats.base[$0]) }
    }
  }

  mutating func write(_ name: String, _ values: [Double]) {
    for (index, buffer) in graph.buffers.enumerated() {
      switch buffer.role {
      case .input(name), .state(name): buffers[index] = values
      default: break
      }
    }
  }

  func read(_ output: String) -> [Double] {
    graph.outputs.first { $0.name == output }.map { buffers[$0.tensor.buffer] } ?? []
  }

  mutating func run() {
    for node in graph.nodes {
      let result: [Double]
      switch node.operation {
      case .matmul(let operation): result = matmul(operation)
      case .convolution(let operation): result = convolution(operation)
      case .attention(let operation): result = attention(operation)
      case .normalisation(let operation): result = normalisation(operation)
      case .rotaryEmbedding(let operation): result = rotaryEmbedding(operation)
      case .timestepEmbedding(let operation): result = timestepEmbedding(operation)
      case .elementwise(let operation): result = elementwise(operation)
      case .resize(let operation): result = resize(operation)
      case .patches(let operation): result = patches(operation)
      case .concatenate(let operation): result = concatenate(operation)
      case .slice(let operation): result = slice(operation)
      case .copy(let operation): result = self[operation.input]
      case .ringWrite(let operation):
        var state = self[operation.output]
        let count = operation.input.count / operation.frames
        for frame in 0..<operation.frames {
          let first = (parameters.integer(operation.slot) + frame) * operation.slotStride + operation.offset
          state.replaceSubrange(
            first..<first + count, with: self[operation.input][frame * count..<(frame + 1) * count])
        }
        result = state
      case .imageInput(let operation): result = imageInput(operation)
      case .imageOutput(let operation): result = imageOutput(operation)
      }
      buffers[node.operation.output.buffer] = result
    }
  }

  subscript(_ tensor: Tensor) -> [Double] { buffers[tensor.buffer] }

  /// The number of a `groups × channels` operand that serves one row and channel of `rows`.
  func broadcast(_ tensor: Tensor, _ row: Int, _ rows: Int, _ channel: Int) -> Double {
    let index = row / (rows / tensor.rows)
    return buffers[tensor.buffer][index * tensor.channels + (tensor.channels == 1 ? 0 : channel)]
  }

  static func activate(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .none: return x
    case .reLU: return max(x, 0)
    case .siLU: return x / (1 + exp(-x))
    case .geLU: return x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .tanh: return tanh(x)
    }
  }

  func finish(_ epilogue: Epilogue, _ values: [Double], _ output: Tensor) -> [Double] {
    values.indices.map { index in
      let (row, channel) = index.quotientAndRemainder(dividingBy: output.channels)
      var value = values[index]
      if let bias = epilogue.bias { value += self[bias][channel] }
      if !epilogue.activatesLast { value = Self.activate(epilogue.activation, value) }
      if let gate = epilogue.gate { value *= broadcast(gate, row, output.rows, channel) }
      if let residual = epilogue.residual { value += self[residual][index] }
      if epilogue.activatesLast { value = Self.activate(epilogue.activation, value) }
      return value
    }
  }
}
