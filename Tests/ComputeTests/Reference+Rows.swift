import Compute
import Glibc

extension Reference {
  func normalisation(_ n: Normalisation) -> [Double] {
    let (x, channels, rows) = (self[n.input], n.input.channels, n.input.rows)
    var result = x
    for row in 0..<rows {
      let values = x[row * channels..<(row + 1) * channels]
      let mean = n.kind == .layer ? values.reduce(0, +) / Double(channels) : 0
      let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(channels)
      for channel in 0..<channels {
        var value = (x[row * channels + channel] - mean) / (square + Double(n.epsilon)).squareRoot()
        if let weight = n.weight { value *= self[weight][channel] }
        if let bias = n.bias { value += self[bias][channel] }
        if let scale = n.scale { value *= 1 + broadcast(scale, row, rows, channel) }
        if let shift = n.shift { value += broadcast(shift, row, rows, channel) }
        result[row * channels + channel] = value
      }
    }
    return result
  }

  func elementwise(_ e: Elementwise) -> [Double] {
    let (channels, rows) = (e.input.channels, e.input.rows)
    return self[e.input].enumerated().map { index, start in
      let (row, channel) = index.quotientAndRemainder(dividingBy: channels)
      return e.steps.reduce(start) { value, step in
        switch step {
        case .activation(let activation): return Self.activate(activation, value)
        case .add(let tensor): return value + broadcast(tensor, row, rows, channel)
        case .multiply(let tensor): return value * broadcast(tensor, row, rows, channel)
        case .addScaled(let tensor, let factor):
          return value + Double(parameters.real(factor)) * broadcast(tensor, row, rows, channel)
        case .scale(let factor): return value * Double(parameters.real(factor))
        case .offset(let term): return value + Double(parameters.real(term))
        case .clamp(let low, let high): return min(max(value, Double(low)), Double(high))
        }
      }
    }
  }

  func rotaryEmbedding(_ r: RotaryEmbedding) -> [Double] {
    let x = self[r.input]
    var result = x
    let size = r.input.channels / r.heads
    for token in 0..<r.input.rows {
      let frame = r.framePlaces[token / r.tokenPlaces.count]
      let place = r.tokenPlaces[token % r.tokenPlaces.count]
      let places = [parameters.integer(frame.start) + frame.offset, place.row, place.column]
      for head in 0..<r.heads {
        var at = token * r.input.channels + head * size
        for axis in 0..<3 {
          for pair in 0..<r.split[axis] / 2 {
            let angle = Double(places[axis]) * pow(Double(r.base), -2 * Double(pair) / Double(r.split[axis]))
            result[at] = x[at] * cos(angle) - x[at + 1] * sin(angle)
            result[at + 1] = x[at] * sin(angle) + x[at + 1] * cos(angle)
            at += 2
          }
        }
      }
    }
    return result
  }

  func timestepEmbedding(_ t: TimestepEmbedding) -> [Double] {
    let half = t.output.channels / 2
    return t.timesteps.flatMap { timestep -> [Double] in
      let angles = (0..<half).map {
        Double(parameters.real(timestep)) * exp(-log(10_000) * Double($0) / Double(half))
      }
      return angles.map { cos($0) } + angles.map { sin($0) }
    }
  }
}
