extension CPUContext {
  /// The kernel of one operation, and the tables it made for itself.
  func kernel(_ node: Graph.Node) throws(Failure) -> (CPUKernel, CPUMemory?) {
    switch node.operation {
    case .matmul(let operation): return (try product(operation, node), nil)
    case .convolution(let operation):
      guard let weights = try packedWeights(node) else { throw Failure(.model, "\(node.label): no weights") }
      // With one tap and no stride, frames and rows are but rows of a matrix.
      return operation.size == 1 && operation.stride == 1
        ? (try LinearKernel(operation, weights, self), nil) : (try ConvolutionKernel(operation, weights, self), nil)
    case .attention(let operation): return (try AttentionKernel(operation, self), nil)
    case .normalisation(let operation): return (try NormalisationKernel(operation, self), nil)
    case .rotaryEmbedding(let operation):
      let kernel = try RotaryKernel(operation, self, node.label)
      return (kernel, kernel.tables)
    case .timestepEmbedding(let operation): return (try TimestepKernel(operation, self), nil)
    case .elementwise(let operation): return (try ElementwiseKernel(operation, self), nil)
    case .resize(let operation): return (try ResizeKernel(operation, self), nil)
    case .patches(let operation): return (try PatchesKernel(operation, self), nil)
    case .concatenate(let operation): return (try MoveKernel(operation, self), nil)
    case .slice(let operation): return (try MoveKernel(operation, self), nil)
    case .copy(let operation): return (try MoveKernel(operation, self), nil)
    case .ringWrite(let operation): return (try RingWriteKernel(operation, self), nil)
    case .imageInput(let operation): return (try ImageInputKernel(operation, self), nil)
    case .imageOutput(let operation): return (try ImageOutputKernel(operation, self), nil)
    }
  }

  private func product(_ operation: Matmul, _ node: Graph.Node) throws(Failure) -> CPUKernel {
    if let weights = try packedWeights(node) { return try LinearKernel(operation, weights, self) }
    return SmallMatmulKernel.serves(operation)
      ? try SmallMatmulKernel(operation, self) : try MatmulKernel(operation, self)
  }

  private func packedWeights(_ node: Graph.Node) throws(Failure) -> UnsafePointer<Float>? {
    guard let packing = Packing(node.operation, graph, products) else { return nil }
    return try packed.weights(packing, self, node.label)
  }
}
