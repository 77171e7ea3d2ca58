import Compute

extension ComputeCase {
  static let matmuls: [ComputeCase] =
    [256, 512, 1024, 2048].map { plainMatmul($0, $0, $0) } + [
      matmul(
        "1024×256×1024 + bias, GELU", [1024, 256], 1024, Epilogue.Choice(bias: true, activation: .geLU), timed: true),
      matmul(
        "1024×1024×256 + bias, gate, residual", [1024, 1024], 256,
        Epilogue.Choice(bias: true, gateRows: 4, residual: true), timed: true),
      matmul("1×300×77 + bias", [1, 300], 77, Epilogue.Choice(bias: true)),
      matmul("7×5×3", [7, 5], 3, Epilogue.Choice()),
      matmul("3×33×65×17 + bias, SiLU", [3, 33, 65], 17, Epilogue.Choice(bias: true, activation: .siLU)),
      matmul(
        "301×67×129 + bias, tanh, gate of one channel, residual", [301, 67], 129,
        Epilogue.Choice(bias: true, activation: .tanh, gateRows: 301, gateIsOneChannel: true, residual: true)),
      matmul(
        "66×31×19 + ReLU after the residual", [66, 31], 19,
        Epilogue.Choice(activation: .reLU, gateRows: 6, residual: true, activatesLast: true)),
      matmul("205×1290×70 + bias", [205, 1290], 70, Epilogue.Choice(bias: true)),
      matmul("5×601×300 + bias, SiLU", [5, 601], 300, Epilogue.Choice(bias: true, activation: .siLU)),
      ComputeCase("matmul", "a constant on the right of two products, and of a sum") { builder in
        let weights = try builder.weights([64, 64], scale: 0.125)
        let first = try builder.graph.matmul(try builder.input("x", [90, 64]), weights)
        let second = try builder.graph.matmul(first, weights, Epilogue(residual: first))
        try builder.graph.output("y", try builder.graph.matmul(weights, second, transposeRight: true))
      },
      ComputeCase("matmul", "residual whose memory the result takes over") { builder in
        let x = try builder.input("x", [130, 48])
        let first = try builder.graph.matmul(x, try builder.weights([48, 48]))
        let second = try builder.graph.matmul(
          x, try builder.weights([48, 48]), Epilogue(activation: .siLU, residual: first))
        try builder.graph.output("y", second)
      },
    ]
    + [(false, false), (false, true), (true, false), (true, true)].flatMap { left, right in
      [(1, 45, 70, 33), (3, 17, 9, 40)].map { batch, rows, depth, columns in
        ComputeCase(
          "matmul",
          "\(batch)×\(rows)×\(depth)×\(columns)\(left ? " left transposed" : "")\(right ? " right transposed" : "")"
        ) { builder in
          let a = try builder.input("a", [batch] + (left ? [depth, rows] : [rows, depth]))
          let b = try builder.input("b", [batch] + (right ? [columns, depth] : [depth, columns]))
          try builder.graph.output("y", try builder.graph.matmul(a, b, transposeLeft: left, transposeRight: right))
        }
      }
    }

  private static func plainMatmul(_ rows: Int, _ depth: Int, _ columns: Int) -> ComputeCase {
    ComputeCase(
      "matmul", "\(rows)×\(depth)×\(columns)",
      floatingPointOperations: 2 * Double(rows) * Double(depth) * Double(columns), isTimed: true
    ) { builder in
      let a = try builder.input("a", [rows, depth])
      let b = try builder.weights([depth, columns])
      try builder.graph.output("y", try builder.graph.matmul(a, b))
    }
  }

  /// A layer: `shape` × weights of columns × depth, as PyTorch keeps them.
  private static func matmul(
    _ name: String, _ shape: [Int], _ columns: Int, _ choice: Epilogue.Choice, timed: Bool = false
  ) -> ComputeCase {
    let depth = shape[shape.count - 1]
    let result = shape.dropLast() + [columns]
    return ComputeCase(
      "matmul", name, floatingPointOperations: 2 * Double(shape.reduce(1, *)) * Double(columns), isTimed: timed
    ) { builder in
      let x = try builder.input("x", shape)
      let weights = try builder.weights([columns, depth], scale: 1 / Float(depth).squareRoot())
      let epilogue = try choice.epilogue(Array(result), &builder)
      try builder.graph.output("y", try builder.graph.matmul(x, weights, transposeRight: true, epilogue))
    }
  }
}

extension Epilogue {
  /// Which parts of an epilogue a case has.
  struct Choice: Sendable {
    var bias = false
    var activation = Activation.none
    var gateRows: Int?
    var gateIsOneChannel = false
    var residual = false
    var activatesLast = false

    func epilogue(_ shape: [Int], _ builder: inout CaseBuilder) throws -> Epilogue {
      let channels = shape[shape.count - 1]
      return Epilogue(
        bias: bias ? try builder.weights([channels]) : nil, activation: activation,
        gate: try gateRows.map { try builder.input("gate", [$0, gateIsOneChannel ? 1 : channels]) },
        residual: residual ? try builder.input("residual", shape) : nil, activatesLast: activatesLast)
    }
  }
}
