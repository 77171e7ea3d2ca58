extension CPUContext {
  /// The kernel of one operation, and the weights it packed for itself.
  func kernel(_ node: Graph.Node) throws(Failure) -> (CPUKernel, CPUMemory?) {
    switch node.operation {
    case .matmul(let operation):
      return (
        SmallMatmulKernel.serves(operation)
          ? try SmallMatmulKernel(operation, self) : try MatmulKernel(operation, self), nil
      )
    case .convolution(let operation):
      let weights = try packWeights(operation, node.label)
      return (try ConvolutionKernel(operation, weights, self), weights)
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
}
