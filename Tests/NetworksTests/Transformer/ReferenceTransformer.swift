import Compute

@testable import Networks

/// The transformer as plain 64-bit loops over a list of tokens, with a function that says who sees whom: nothing of it is
/// shared with the graph, and a cache is only a mask here.
final class ReferenceTransformer {
  enum Kind { case exo, clean, noisy }

  struct Token {
    let kind: Kind
    let frame: Int
    let place: TokenPlace
    let timestep: Double
    /// All input channels of its patch: channel, row, column.
    let patch: [Double]
    var ray: [Double] = [0, 0, 0]
    var centre: [Double] = [0, 0, 0]
    var point: [Double]?
  }

  let shape: ModelConfiguration.Transformer
  private let weights: any WeightSource
  private var loaded: [String: [Double]] = [:]
  let biasScale: Double

  init(_ shape: ModelConfiguration.Transformer, _ weights: any WeightSource, biasScale: Double) {
    self.shape = shape
    self.weights = weights
    self.biasScale = biasScale
  }

  /// - Parameter sees: How far in time the key stands before the query; `nil` when it is not seen.
  /// - Returns: The output's channels of each token's patch: row, column, channel.
  func run(_ tokens: [Token], sees: (Token, Token) -> Int?) throws -> [[Double]] {
    let width = shape.width
    let timesteps = Set(tokens.map(\.timestep))
    var times: [Double: (embedding: [Double], projection: [Double])] = [:]
    for timestep in timesteps { times[timestep] = try time(timestep) }
    var x = try tokens.map { token in try linear("patch_embedding", token.patch, width) }
    for layer in 0..<shape.layers {
      let block = "blocks.\(layer)"
      let table = try load("\(block).scale_shift_table", [1, 6, width])
      let modulation = tokens.map { zip(table, times[$0.timestep]!.projection).map(+) }
      func part(_ index: Int, _ of: Int) -> ArraySlice<Double> { modulation[of][index * width..<(index + 1) * width] }
      func normal(_ index: Int, _ shift: Int) -> [Double] {
        zip(layerNorm(x[index]), zip(part(shift, index), part(shift + 1, index))).map { $0 * (1 + $1.1) + $1.0 }
      }
      var (q, k, v): ([[Double]], [[Double]], [[Double]]) = ([], [], [])
      for index in tokens.indices {
        let input = normal(index, 0)
        q.append(try rms(linear("\(block).attn1.to_q", input, width), "\(block).attn1.norm_q"))
        k.append(try rms(linear("\(block).attn1.to_k", input, width), "\(block).attn1.norm_k"))
        v.append(try linear("\(block).attn1.to_v", input, width))
      }
      let before = x
      for index in tokens.indices {
        let attended = attend(index, tokens, q, k, v, sees)
        let output = try linear("\(block).attn1.to_out.0", attended, width)
        x[index] = zip(before[index], zip(part(2, index), output)).map { $0 + $1.0 * $1.1 }
        let hidden = try linear("\(block).ffn.net.0.proj", normal(index, 3), shape.feedForwardSize).map(gelu)
        let fed = try linear("\(block).ffn.net.2", hidden, width)
        x[index] = zip(x[index], zip(part(5, index), fed)).map { $0 + $1.0 * $1.1 }
      }
    }
    let table = try load("scale_shift_table", [1, 2, width])
    return try tokens.indices.map { index in
      let embedding = times[tokens[index].timestep]!.embedding
      let normal = layerNorm(x[index]).enumerated().map { channel, value in
        value * (1 + table[width + channel] + embedding[channel]) + table[channel] + embedding[channel]
      }
      return try linear("proj_out", normal, shape.outputChannels * shape.patchSize.reduce(1, *))
    }
  }

  private func attend(
    _ query: Int, _ tokens: [Token], _ q: [[Double]], _ k: [[Double]], _ v: [[Double]],
    _ sees: (Token, Token) -> Int?
  ) -> [Double] {
    let size = shape.headSize
    var output = [Double](repeating: 0, count: shape.width)
    let from = tokens[query]
    for head in 0..<shape.heads {
      let channels = head * size..<(head + 1) * size
      var (weights, keys): ([Double], [Int]) = ([], [])
      for key in tokens.indices {
        guard let distance = sees(from, tokens[key]) else { continue }
        let to = tokens[key]
        let offsets = [distance, from.place.row - to.place.row, from.place.column - to.place.column]
        var logit = turnedProduct(q[query][channels], k[key][channels], offsets) / Double(size).squareRoot()
        if from.kind != .exo, let point = to.point { logit += bias(from, point) }
        weights.append(exponential(logit))
        keys.append(key)
      }
      let sum = weights.reduce(0, +)
      for (weight, key) in zip(weights, keys) {
        for channel in channels { output[channel] += weight / sum * v[key][channel] }
      }
    }
    return output
  }

  /// q · k after the query is turned by `offsets` against the key.
  private func turnedProduct(_ q: ArraySlice<Double>, _ k: ArraySlice<Double>, _ offsets: [Int]) -> Double {
    let (q, k) = (Array(q), Array(k))
    var (sum, at) = (0.0, 0)
    for (axis, channels) in shape.rotarySplit.enumerated() {
      for pair in 0..<channels / 2 {
        let angle = Double(offsets[axis]) * power(10_000, -Double(pair) / Double(channels / 2))
        let (c, s) = (cosine(angle), sine(angle))
        sum += (q[at] * c - q[at + 1] * s) * k[at] + (q[at] * s + q[at + 1] * c) * k[at + 1]
        at += 2
      }
    }
    return sum
  }

  private func bias(_ query: Token, _ point: [Double]) -> Double {
    let difference = zip(point, query.centre).map(-)
    let length = difference.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var c = zip(query.ray, difference).reduce(0) { $0 + $1.0 * $1.1 } / length
    c = min(1, max(-1, c))
    if c > 0 { c *= biasScale }
    return logarithm(c + 1 + 1e-6)
  }

  private func time(_ timestep: Double) throws -> ([Double], [Double]) {
    let half = shape.frequencySize / 2
    let angles = (0..<half).map { timestep * power(10_000, -Double($0) / Double(half)) }
    let name = "condition_embedder.time_embedder"
    let hidden = try linear("\(name).linear_1", angles.map(cosine) + angles.map(sine), shape.width).map(silu)
    let embedding = try linear("\(name).linear_2", hidden, shape.width)
    return (embedding, try linear("condition_embedder.time_proj", embedding.map(silu), 6 * shape.width))
  }

  private func layerNorm(_ x: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.map { ($0 - mean) / (variance + Double(shape.epsilon)).squareRoot() }
  }

  private func rms(_ x: [Double], _ name: String) throws -> [Double] {
    let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
    return zip(x, try load("\(name).weight", [x.count])).map {
      $0 / (mean + Double(shape.epsilon)).squareRoot() * $1
    }
  }

  private func linear(_ name: String, _ x: [Double], _ columns: Int) throws -> [Double] {
    let size = name == "patch_embedding" ? [columns, shape.inputChannels] + shape.patchSize : [columns, x.count]
    let (weight, bias) = (try load("\(name).weight", size), try load("\(name).bias", [columns]))
    return (0..<columns).map { column in
      var sum = bias[column]
      for index in x.indices { sum += weight[column * x.count + index] * x[index] }
      return sum
    }
  }

  private func load(_ name: String, _ size: [Int]) throws -> [Double] {
    if let known = loaded[name] { return known }
    let numbers = values(try weights.constant(name, size)).map(Double.init)
    loaded[name] = numbers
    return numbers
  }
}
