import Compute
import Glibc

extension Reference {
  func matmul(_ m: Matmul) -> [Double] {
    let (a, b) = (self[m.left], self[m.right])
    var result = [Double](repeating: 0, count: m.output.count)
    for batch in 0..<m.batch {
      let (left, right) = (batch * m.rows * m.depth, batch * m.depth * m.columns)
      for row in 0..<m.rows {
        for inner in 0..<m.depth {
          let factor = a[left + (m.transposeLeft ? inner * m.rows + row : row * m.depth + inner)]
          let target = (batch * m.rows + row) * m.columns
          let (start, step) = m.transposeRight ? (right + inner, m.depth) : (right + inner * m.columns, 1)
          for column in 0..<m.columns { result[target + column] += factor * b[start + column * step] }
        }
      }
    }
    return finish(m.epilogue, result, m.output)
  }

  func convolution(_ c: Convolution) -> [Double] {
    let (x, w) = (self[c.input], self[c.weights])
    let (from, to) = (c.input.shape, c.output.shape)
    let (height, width, channels, out) = (from[1], from[2], from[3], to[3])
    var result = [Double](repeating: 0, count: c.output.count)
    // The weights with channels innermost, as they are read.
    var taps = [Double](repeating: 0, count: w.count)
    for index in w.indices {
      let (channel, tap) = index.quotientAndRemainder(dividingBy: c.size * c.size)
      taps[(channel / channels * c.size * c.size + tap) * channels + channel % channels] = w[index]
    }
    for frame in 0..<to[0] {
      for y in 0..<to[1] {
        for x0 in 0..<to[2] {
          for o in 0..<out {
            var sum = 0.0
            for ky in 0..<c.size {
              let iy = y * c.stride + ky - c.size / 2
              guard (0..<height).contains(iy) else { continue }
              for kx in 0..<c.size {
                let ix = x0 * c.stride + kx - c.size / 2
                guard (0..<width).contains(ix) else { continue }
                let pixel = ((frame * height + iy) * width + ix) * channels
                let tap = ((o * c.size + ky) * c.size + kx) * channels
                for i in 0..<channels { sum += x[pixel + i] * taps[tap + i] }
              }
            }
            result[((frame * to[1] + y) * to[2] + x0) * out + o] = sum
          }
        }
      }
    }
    return finish(c.epilogue, result, c.output)
  }

  func attention(_ a: Attention) -> [Double] {
    let (q, k, v) = (self[a.queries], self[a.keys], self[a.values])
    let (rows, channels, size) = (a.queries.rows, a.queries.channels, a.headSize)
    var result = [Double](repeating: 0, count: a.output.count)
    let groups = a.keyRanges.groups
    for row in 0..<rows {
      let seen = groups[row / (rows / groups.count)].flatMap {
        Array(parameters.integer($0.start)..<parameters.integer($0.end))
      }
      guard !seen.isEmpty else { continue }
      let bias = a.bias.map { bias in seen.map { logarithm(bias, row, rows, $0) } }
      for head in 0..<a.heads {
        var logits = seen.map { key in
          (0..<size).reduce(0.0) { $0 + q[row * channels + head * size + $1] * k[key * channels + head * size + $1] }
            * Double(a.scale)
        }
        if let bias { for index in logits.indices { logits[index] += bias[index] } }
        let most = logits.max() ?? 0
        let weights = logits.map { exp($0 - most) }
        let sum = weights.reduce(0, +)
        for (weight, key) in zip(weights, seen) {
          for channel in 0..<size {
            result[row * channels + head * size + channel] += weight / sum * v[key * channels + head * size + channel]
          }
        }
      }
    }
    return result
  }

  /// log(c + 1 + 1e-6); a key of no place, or a ray of no length, has none.
  private func logarithm(_ bias: GeometryBias, _ row: Int, _ rows: Int, _ key: Int) -> Double {
    let (rays, points, centres) = (self[bias.rayDirections], self[bias.worldPoints], self[bias.egoCentres])
    let frame = row / (rows / bias.egoCentres.rows)
    let ray = (0..<3).map { rays[row * 3 + $0] }
    let way = (0..<3).map { points[key * 3 + $0] - centres[frame * 3 + $0] }
    let length = way.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length < Double(GeometryBias.noPointDistance), ray.contains(where: { $0 != 0 }) else { return 0 }
    var c = min(max(zip(ray, way).reduce(0) { $0 + $1.0 * $1.1 } / length, -1), 1)
    if c > 0 { c *= Double(parameters.real(bias.scale)) }
    return log(c + 1 + 1e-6)
  }
}
