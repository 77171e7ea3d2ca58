import Compute

extension ComputeCase {
  static let attentions: [ComputeCase] = [
    attention(1024, 4096, 4, 64, timed: true),
    attention(1024, 4096, 4, 64, biasFrames: 4, timed: true),
    attention(256, 1024, 12, 128, timed: true),
    attention(5, 7, 1, 8),
    attention(130, 515, 3, 20),
    attention(1, 1, 1, 1),
    attention(33, 1030, 2, 128, name: ", logits of ±60", scale: 4),
    attention(
      60, 90, 2, 16, name: ", block-causal",
      ranges: KeyRanges([[.init(0, 30)], [.init(0, 60)], [.init(0, 90)]])),
    attention(
      4, 600, 2, 32, name: ", a group a query, one of no keys",
      ranges: KeyRanges([[.init(0, 600)], [.init(599, 600)], [.init(7, 7)], [.init(0, 1), .init(550, 590)]])),
    attention(66, 40, 2, 24, biasFrames: 3),
    attention(
      24, 700, 3, 16, name: ", windows that end differently", biasFrames: 4,
      ranges: KeyRanges([[.init(0, 20), .init(100, 700)], [.init(0, 20), .init(30, 31)], [.init(5, 650)]])),
    ComputeCase("attention", "queries that are keys and values too") { builder in
      let x = try builder.input("x", [50, 32])
      try builder.graph.output("y", try builder.graph.attention(x, x, x, heads: 4))
    },
  ]

  private static func attention(
    _ queries: Int, _ keys: Int, _ heads: Int, _ size: Int, name: String = "", biasFrames: Int? = nil,
    ranges: KeyRanges? = nil, scale: Float? = nil, timed: Bool = false
  ) -> ComputeCase {
    ComputeCase(
      "attention",
      "\(queries)×\(keys)×\(heads)×\(size)\(name)\(biasFrames.map { ", geometry bias of \($0) frames" } ?? "")",
      floatingPointOperations: 4 * Double(queries) * Double(keys) * Double(heads * size), isTimed: timed
    ) { builder in
      let q = try builder.input("queries", [queries, heads * size])
      let k = try builder.input("keys", [keys, heads * size])
      let v = try builder.input("values", [keys, heads * size])
      var bias: GeometryBias?
      if let biasFrames {
        var rays = builder.random.directions(queries)
        var points = builder.random.normals(keys * 3, scale: 3)
        // Exo queries and ego keys carry no bias.
        for index in 0..<queries where index % 5 == 4 { for axis in 0..<3 { rays[index * 3 + axis] = 0 } }
        for index in 0..<keys where index % 7 == 6 {
          for axis in 0..<3 { points[index * 3 + axis] = GeometryBias.noPoint }
        }
        let scale = builder.graph.realParameter("bias scale", initial: 3)
        bias = GeometryBias(
          rayDirections: try builder.input("rays", [queries, 3], rays, .float32),
          worldPoints: try builder.input("points", [keys, 3], points, .float32),
          egoCentres: try builder.input("centres", [biasFrames, 3], nil, .float32), scale: .parameter(scale))
      }
      try builder.graph.output(
        "y",
        try builder.graph.attention(q, k, v, heads: heads, keyRanges: ranges, bias: bias, scale: scale))
    }
  }
}
