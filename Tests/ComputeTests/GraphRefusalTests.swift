import Compute
import Testing

/// Graphs that do not fit together are refused where the mistake is made, by name and with the sizes.
@Suite struct GraphRefusalTests {
  private typealias Builder = (inout Graph, Tensor, Tensor) throws -> Void

  /// a is [4, 6], b is [5, 7].
  private func expectRefusal(_ parts: [String], _ build: Builder) throws {
    var graph = Graph()
    let a = try graph.input("a", [4, 6])
    let b = try graph.input("b", [5, 7])
    graph.scope = "blocks.3"
    let before = graph.nodes.count
    let failure = #expect(throws: Failure.self) { try build(&graph, a, b) }
    #expect(failure?.kind == .model)
    for part in parts { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
    #expect(graph.nodes.count == before)
  }

  @Test func productsWhoseSizesDiffer() throws {
    try expectRefusal(["blocks.3: matmul #0", "[4, 6] · [5, 7]", "6 and 5"]) { _ = try $0.matmul($1, $2) }
    try expectRefusal(["matmul", "[4, 6]ᵀ · [5, 7]ᵀ"]) {
      _ = try $0.matmul($1, $2, transposeLeft: true, transposeRight: true)
    }
    try expectRefusal(["bias [5, 7]", "4 values"]) {
      _ = try $0.matmul($1, $1, transposeRight: true, Epilogue(bias: $2))
    }
    try expectRefusal(["residual [5, 7]", "[4, 4]"]) {
      _ = try $0.matmul($1, $1, transposeRight: true, Epilogue(residual: $2))
    }
    try expectRefusal(["gate [5, 7]"]) { _ = try $0.matmul($1, $1, transposeRight: true, Epilogue(gate: $2)) }
  }

  @Test func convolutionsOfTheWrongKind() throws {
    try expectRefusal(["convolution", "[4, 6]", "frames"]) { _ = try $0.convolution($1, weights: $2) }
    try expectRefusal(["convolution", "must be a constant"]) { graph, a, _ in
      let image = try graph.reshape(a, [1, 2, 2, 6])
      _ = try graph.convolution(image, weights: try graph.input("w", [2, 6, 3, 3]))
    }
    for (shape, stride, part) in [
      ([2, 6, 5, 5], 1, "1 × 1 or 3 × 3"), ([2, 5, 3, 3], 1, "6 and 5"), ([2, 6, 3, 3], 3, "stride 3"),
    ] {
      try expectRefusal(["convolution", part]) { graph, a, _ in
        let image = try graph.reshape(a, [1, 2, 2, 6])
        let weights = try graph.constant(shape, Constant([Float](repeating: 0, count: shape.reduce(1, *))))
        _ = try graph.convolution(image, weights: weights, stride: stride)
      }
    }
  }

  @Test func attentionThatDoesNotDivide() throws {
    try expectRefusal(["attention", "queries [4, 6], keys [5, 7]"]) { _ = try $0.attention($1, $2, $2, heads: 1) }
    try expectRefusal(["5 heads", "do not divide"]) { graph, a, _ in _ = try graph.attention(a, a, a, heads: 5) }
    try expectRefusal(["keys 2..<9 of 4"]) { graph, a, _ in
      _ = try graph.attention(a, a, a, heads: 1, keyRanges: KeyRanges([KeyRanges.Range(2, 9)]))
    }
    try expectRefusal(["3 groups"]) { graph, a, _ in
      _ = try graph.attention(a, a, a, heads: 1, keyRanges: KeyRanges([[], [], []]))
    }
    try expectRefusal(["head of 200"]) { graph, _, _ in
      let x = try graph.input("x", [2, 200])
      _ = try graph.attention(x, x, x, heads: 1)
    }
    try expectRefusal(["geometry bias", "[4, 3]"]) { graph, a, _ in
      let points = try graph.input("points", [4, 3])
      let rays = try graph.input("rays", [2, 3])
      let bias = GeometryBias(rayDirections: rays, worldPoints: points, egoCentres: points)
      _ = try graph.attention(a, a, a, heads: 1, bias: bias)
    }
  }

  @Test func shapesThatMakeNoSense() throws {
    for shape in [[], [0], [-1, 4], [1, 2, 3, 4, 5, 6], [Int.max, 2], [1 << 20, 1 << 20]] {
      try expectRefusal(["input x", "\(shape)"]) { graph, _, _ in _ = try graph.input("x", shape) }
    }
    try expectRefusal(["reshape", "[4, 6] cannot become [5, 5]"]) { graph, a, _ in _ = try graph.reshape(a, [5, 5]) }
    try expectRefusal(["slice", "3..<9"]) { graph, a, _ in _ = try graph.slice(a, axis: 1, 3..<9) }
    try expectRefusal(["concatenate", "[4, 6] and [5, 7]"]) { _ = try $0.concatenate([$1, $2], axis: 0) }
    try expectRefusal(["concatenate"]) { graph, _, _ in _ = try graph.concatenate([], axis: 0) }
    try expectRefusal(["patchify", "[1, 3]"]) { graph, a, _ in
      _ = try graph.patchify(try graph.reshape(a, [1, 4, 6, 1]), patch: [1, 3], .channelFirst)
    }
    try expectRefusal(["unpatchify"]) { graph, a, _ in
      _ = try graph.pixelShuffle(try graph.reshape(a, [1, 2, 2, 6]), factor: .max)
    }
    try expectRefusal(["resize", "[1, 0, 3, 6]"]) { graph, a, _ in
      _ = try graph.resize(try graph.reshape(a, [1, 2, 2, 6]), height: 0, width: 3, .nearest)
    }
    try expectRefusal(["rotary", "grid 1 × 2 × 3"]) { graph, a, _ in
      _ = try graph.rotaryEmbedding(a, heads: 1, frames: 1, height: 2, width: 3, split: [2, 2, 2])
    }
    try expectRefusal(["elementwise", "9 steps"]) { graph, a, _ in
      _ = try graph.elementwise(a, Array(repeating: .scale(1), count: 9))
    }
    for layout in [
      ImageLayout(width: 0, height: 4, channels: 3), ImageLayout(width: .max, height: .max, channels: 4, .planar),
      ImageLayout(width: 4, height: 4, channels: 3, strideBytes: 11), ImageLayout(width: 4, height: 4, channels: 5),
    ] {
      try expectRefusal(["image input"]) { graph, _, _ in _ = try graph.imageInput("picture", layout) }
    }
  }

  @Test func statesAndNamesThatAreNone() throws {
    try expectRefusal(["ring write", "is no state"]) { try $0.ringWrite($1, into: $2, slot: 0) }
    try expectRefusal(["store", "is no state"]) { try $0.store($1, in: $2) }
    try expectRefusal(["slot 3 of a ring of 2"]) { graph, a, _ in
      try graph.ringWrite(a, into: try graph.state("s", [8, 6]), slot: 3)
    }
    try expectRefusal(["[4, 6] into a ring of [9, 6]"]) { graph, a, _ in
      try graph.ringWrite(a, into: try graph.state("s", [9, 6]), slot: 0)
    }
    try expectRefusal(["input a", "taken"]) { graph, _, _ in _ = try graph.input("a", [1]) }
    try expectRefusal(["not of this graph"]) { graph, _, _ in
      var other = Graph()
      _ = try graph.copy(try other.input("far", [99, 2]))
    }
    try expectRefusal(["parameter of another graph"]) { graph, a, _ in
      var other = Graph()
      _ = try graph.elementwise(a, [.scale(.parameter(other.realParameter("p")))])
    }
    try expectRefusal(["3 values were given"]) { graph, _, _ in _ = try graph.constant([2, 2], Constant([1, 2, 3])) }
    try expectRefusal(["bytes"]) { graph, _, _ in _ = try graph.copy(try graph.input("bytes", [4], .uint8)) }
  }
}
