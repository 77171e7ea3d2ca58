import Compute

/// One kernel at one size: the graph that has only it, and how much work a run is.
struct Measurement {
  let name: String
  let graph: Graph
  /// Multiplications and additions of one run.
  let operations: Double

  /// A matrix product of halves.
  static func matmul(_ size: Int) throws -> Measurement {
    var graph = Graph(elementType: .float16)
    let left = try graph.input("left", [size, size])
    let right = try graph.input("right", [size, size])
    try graph.output("y", try graph.matmul(left, right))
    let edge = Double(size)
    return Measurement(name: "matmul fp16 \(size)×\(size)×\(size)", graph: graph, operations: 2 * edge * edge * edge)
  }

  /// A 3×3 convolution of halves, as the video codec has them.
  static func convolution(channels: Int, height: Int, width: Int) throws -> Measurement {
    var graph = Graph(elementType: .float16)
    let image = try graph.input("image", [1, height, width, channels])
    let count = channels * channels * 9
    let weights = try graph.constant(
      [channels, channels, 3, 3], Constant(.float16, bits: [UInt16](repeating: 0x1C00, count: count)))
    try graph.output("y", try graph.convolution(image, weights: weights, Epilogue(activation: .reLU)))
    return Measurement(
      name: "conv2d fp16 3×3 \(channels)→\(channels) at \(height)×\(width)", graph: graph,
      operations: 2 * Double(count) * Double(height * width))
  }

  /// Attention of halves over a cache.
  static func attention(queries: Int, keys: Int, heads: Int, headSize: Int) throws -> Measurement {
    var graph = Graph(elementType: .float16)
    let query = try graph.input("queries", [queries, heads * headSize])
    let key = try graph.input("keys", [keys, heads * headSize])
    let value = try graph.input("values", [keys, heads * headSize])
    try graph.output("y", try graph.attention(query, key, value, heads: heads))
    return Measurement(
      name: "attention fp16 \(queries)×\(keys)×\(heads)×\(headSize)", graph: graph,
      operations: 4 * Double(queries) * Double(keys) * Double(heads * headSize))
  }

  /// Median and best time of one run on the device's own clock, in nanoseconds, after one run to warm up.
  func time(
    _ device: VulkanDevice, _ matrices: MatrixPath, runs: Int
  ) throws -> (median: Double, best: Double, isFinite: Bool) {
    var options = VulkanBackend.Options()
    options.timesOperations = true
    options.matrices = matrices
    let compiled = try VulkanBackend(device, options).prepare(graph)
    for input in graph.inputs {
      // Small and different, so that sums neither overflow nor vanish.
      try compiled.write(input.name, (0..<input.count).map { Float(($0 &* 2_654_435_761) >> 7 & 255) / 256 - 0.5 })
    }
    var times: [Double] = []
    for run in 0...max(runs, 1) {
      try compiled.run()
      let timing = try compiled.timings().last
      if run > 0 { times.append(timing?.nanoseconds ?? .nan) }
    }
    times.sort()
    return (times[times.count / 2], times[0], try compiled.read("y").allSatisfy(\.isFinite))
  }
}
