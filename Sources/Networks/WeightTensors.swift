import Compute

/// Weights as tensors of one graph: each is put in once, however many parts of a network read it.
struct WeightTensors {
  private let source: any WeightSource
  private var tensors: [String: Tensor] = [:]

  init(_ source: any WeightSource) { self.source = source }

  /// - Parameters:
  ///   - shape: In the file.
  ///   - view: How the graph reads it, with as many elements; `nil` for as in the file.
  mutating func get(
    _ graph: inout Graph, _ name: String, _ shape: [Int], as view: [Int]? = nil
  ) throws(Failure) -> Tensor {
    let tensor: Tensor
    if let known = tensors[name] {
      tensor = known
    } else {
      tensor = try graph.constant(shape, try source.constant(name, shape))
      tensors[name] = tensor
    }
    guard let view else { return tensor }
    return try graph.reshape(tensor, view)
  }

  /// A layer `input · weightᵀ + bias`, as PyTorch keeps it.
  mutating func linear(
    _ graph: inout Graph, _ input: Tensor, _ name: String, _ columns: Int, activation: Activation = .none,
    gate: Tensor? = nil, residual: Tensor? = nil
  ) throws(Failure) -> Tensor {
    let weight = try get(&graph, "\(name).weight", [columns, input.channels])
    let bias = try get(&graph, "\(name).bias", [columns])
    return try graph.matmul(
      input, weight, transposeRight: true,
      Epilogue(bias: bias, activation: activation, gate: gate, residual: residual))
  }
}
