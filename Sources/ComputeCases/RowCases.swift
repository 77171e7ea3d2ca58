import Compute

extension ComputeCase {
  static let rowCases: [ComputeCase] = normalisations + elementwises + embeddings

  private static let normalisations: [ComputeCase] =
    [Normalisation.Kind.rootMeanSquare, .layer].flatMap { kind in
      [([1024, 1024], true), ([3, 5, 37], false), ([6, 1], false), ([4, 8], false)].map { shape, timed in
        ComputeCase("normalisation", "\(kind.rawValue) \(shape)", isTimed: timed) { builder in
          let x = try builder.input("x", shape)
          try builder.graph.output("y", try builder.graph.normalisation(x, kind))
        }
      } + [
        ComputeCase("normalisation", "\(kind.rawValue) [64, 100] affine and modulated") { builder in
          let x = try builder.input("x", [64, 100])
          let (weight, bias) = (try builder.weights([100]), try builder.weights([100]))
          let (scale, shift) = (try builder.input("scale", [4, 100]), try builder.input("shift", [64, 1]))
          try builder.graph.output(
            "y",
            try builder.graph.normalisation(x, kind, weight: weight, bias: bias, scale: scale, shift: shift))
        }
      ]
    } + [
      ComputeCase("normalisation", "layer, far from zero, over its own input") { builder in
        let x = try builder.graph.elementwise(try builder.input("x", [40, 64]), [.scale(0.5), .offset(3)])
        try builder.graph.output("y", try builder.graph.normalisation(x, .layer, epsilon: 1e-5))
      }
    ]

  private static let elementwises: [ComputeCase] =
    Activation.allCases.map { activation in
      ComputeCase("elementwise", "\(activation)", isTimed: activation != .none) { builder in
        let x = try builder.input("x", [1024, 1023])
        try builder.graph.output("y", try builder.graph.elementwise(x, [.scale(2), .activation(activation)]))
      }
    } + [
      ComputeCase("elementwise", "small numbers through tanh") { builder in
        let x = try builder.input("x", [1000], builder.random.normals(1000, scale: 1e-3))
        try builder.graph.output("y", try builder.graph.activation(x, .tanh))
      },
      ComputeCase("elementwise", "a chain with operands of every kind") { builder in
        let x = try builder.input("x", [3, 4, 35])
        let full = try builder.input("full", [3, 4, 35])
        let channel = try builder.input("channel", [35])
        let frame = try builder.input("frame", [3, 35])
        let row = try builder.input("row", [12, 1])
        let one = try builder.input("one", [1])
        let factor = builder.graph.realParameter("factor", initial: -0.75)
        try builder.graph.output(
          "y",
          try builder.graph.elementwise(
            x,
            [
              .add(full), .multiply(channel), .addScaled(frame, .parameter(factor)), .multiply(row), .add(one),
              .activation(.siLU), .offset(0.25), .clamp(-0.5, 1.5),
            ]))
      },
      ComputeCase("elementwise", "a sampler's step over its own memory", isTimed: true) { builder in
        let x = try builder.input("x", [70_001])
        let noise = try builder.input("noise", [70_001])
        let sigma = builder.graph.realParameter("sigma", initial: 0.3)
        let velocity = try builder.graph.elementwise(x, [.scale(0.9)])
        let clean = try builder.graph.elementwise(x, [.addScaled(velocity, .parameter(sigma))])
        try builder.graph.output(
          "y", try builder.graph.elementwise(clean, [.scale(0.7), .addScaled(noise, .parameter(sigma))]))
      },
    ]

  private static let embeddings: [ComputeCase] = [
    ComputeCase("rotary embedding", "6 frames of 16×28, 4 heads of 64", isTimed: true) { builder in
      let x = try builder.input("x", [6 * 16 * 28, 256])
      let offset = builder.graph.integerParameter("offset", initial: 30_000)
      try builder.graph.output(
        "y",
        try builder.graph.rotaryEmbedding(
          x, heads: 4, frames: 6, height: 16, width: 28, split: [24, 20, 20], frameOffset: .parameter(offset)))
    },
    ComputeCase("rotary embedding", "2 frames of 3×5, 1 head of 6") { builder in
      let x = try builder.input("x", [2, 3, 5, 6])
      try builder.graph.output(
        "y", try builder.graph.rotaryEmbedding(x, heads: 1, frames: 2, height: 3, width: 5, split: [2, 4, 0]))
    },
    ComputeCase("rotary embedding", "slots of a ring, out of order, tokens off the grid, 2 heads of 12") { builder in
      let x = try builder.input("x", [4 * 7, 24])
      let place = builder.graph.integerParameter("place", initial: 5)
      let tokens = TokenPlace.grid(height: 1, width: 3) + TokenPlace.grid(height: 2, width: 2, firstColumn: 3)
      try builder.graph.output(
        "y",
        try builder.graph.rotaryEmbedding(
          x, heads: 2, split: [4, 4, 4], framePlaces: [0, .parameter(place), 2, 1], tokenPlaces: tokens))
    },
    ComputeCase("timestep embedding", "256 channels of 3 timesteps") { builder in
      let timestep = builder.graph.realParameter("timestep", initial: 937.5)
      try builder.graph.output(
        "y", try builder.graph.timestepEmbedding([.parameter(timestep), 0, 1000], channels: 256))
    },
  ]
}
