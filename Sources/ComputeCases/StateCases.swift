import Compute

extension ComputeCase {
  static let stateCases: [ComputeCase] = [
    ComputeCase("ring write", "slot 2 of 4, then attention over three of them") { builder in
      let cache = try builder.state("keys", [4, 10, 32])
      let x = try builder.input("x", [10, 32])
      let slot = builder.graph.integerParameter("slot", initial: 2)
      let end = builder.graph.integerParameter("end", initial: 30)
      try builder.graph.ringWrite(x, into: cache, slot: .parameter(slot))
      let ranges = KeyRanges([KeyRanges.Range(0, .parameter(end))])
      try builder.graph.output(
        "y", try builder.graph.attention(x, cache, cache, heads: 2, keyRanges: ranges))
    },
    ComputeCase("ring write", "two frames into part of their slots") { builder in
      let cache = try builder.state("keys", [5, 7, 6])
      let x = try builder.input("x", [2, 3, 6])
      let slot = builder.graph.integerParameter("slot", initial: 3)
      try builder.graph.ringWrite(x, into: cache, slot: .parameter(slot), row: 4)
      try builder.graph.output("y", try builder.graph.copy(cache))
    },
    ComputeCase("store", "a codec's previous frame") { builder in
      let previous = try builder.state("previous", [1, 6, 7, 4])
      let x = try builder.input("x", [1, 6, 7, 4])
      let both = try builder.graph.concatenate([x, previous], axis: 3)
      let weights = try builder.weights([4, 8, 3, 3])
      try builder.graph.store(x, in: previous)
      try builder.graph.output(
        "y",
        try builder.graph.convolution(
          both, weights: weights, Epilogue(activation: .reLU, residual: x, activatesLast: true)))
    },
    ComputeCase("network", "a transformer block", isTimed: true) { builder in
      let tokens = try builder.input("tokens", [448, 128])
      try builder.graph.output("y", try builder.transformerBlock(tokens, heads: 4))
    },
  ]
}

extension CaseBuilder {
  /// Modulated attention and feed-forward layers, gated, with residuals: what the networks are made of.
  public mutating func transformerBlock(_ tokens: Tensor, heads: Int) throws -> Tensor {
    let width = tokens.channels
    let scale = 1 / Float(width).squareRoot()
    let timestep = graph.realParameter("timestep", initial: 625)
    let embedding = try graph.timestepEmbedding([.parameter(timestep)], channels: width)
    let modulation = try graph.matmul(embedding, try weights([width, 3 * width], scale: scale))
    let shift = try graph.slice(modulation, axis: 1, 0..<width)
    let factor = try graph.slice(modulation, axis: 1, width..<2 * width)
    let gate = try graph.slice(modulation, axis: 1, 2 * width..<3 * width)
    let normal = try graph.normalisation(tokens, .layer, scale: factor, shift: shift)
    let queries = try graph.normalisation(try graph.matmul(normal, try layer(width, width)), .rootMeanSquare)
    let keys = try graph.normalisation(try graph.matmul(normal, try layer(width, width)), .rootMeanSquare)
    let values = try graph.matmul(normal, try layer(width, width))
    let attended = try graph.attention(queries, keys, values, heads: heads)
    let middle = try graph.matmul(
      attended, try layer(width, width), Epilogue(gate: gate, residual: tokens))
    let hidden = try graph.matmul(
      try graph.normalisation(middle, .layer), try layer(width, 4 * width), Epilogue(activation: .geLU))
    return try graph.matmul(hidden, try layer(4 * width, width), Epilogue(residual: middle))
  }

  private mutating func layer(_ rows: Int, _ columns: Int) throws -> Tensor {
    try weights([rows, columns], scale: 1 / Float(rows).squareRoot())
  }
}
