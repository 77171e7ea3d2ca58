import Compute

extension Reference {
  func resize(_ r: Resize) -> [Double] {
    let (x, from, to) = (self[r.input], r.input.shape, r.output.shape)
    func pixel(_ frame: Int, _ y: Int, _ x0: Int, _ channel: Int) -> Double {
      x[((frame * from[1] + min(max(y, 0), from[1] - 1)) * from[2] + min(max(x0, 0), from[2] - 1)) * from[3] + channel]
    }
    return (0..<r.output.count).map { index in
      let channel = index % to[3]
      let (column, row, frame) = (index / to[3] % to[2], index / to[3] / to[2] % to[1], index / to[3] / to[2] / to[1])
      if r.mode == .nearest { return pixel(frame, row * from[1] / to[1], column * from[2] / to[2], channel) }
      let y = max((Double(row) + 0.5) * Double(from[1]) / Double(to[1]) - 0.5, 0)
      let x0 = max((Double(column) + 0.5) * Double(from[2]) / Double(to[2]) - 0.5, 0)
      let (iy, ix) = (Int(y), Int(x0))
      let (fy, fx) = (y - Double(iy), x0 - Double(ix))
      let top = pixel(frame, iy, ix, channel) * (1 - fx) + pixel(frame, iy, ix + 1, channel) * fx
      let bottom = pixel(frame, iy + 1, ix, channel) * (1 - fx) + pixel(frame, iy + 1, ix + 1, channel) * fx
      return top * (1 - fy) + bottom * fy
    }
  }

  func patches(_ p: Patches) -> [Double] {
    let gathers = p.direction == .gather
    let tokens = gathers ? p.output.shape : p.input.shape
    let pixels = gathers ? p.input.shape : p.output.shape
    let x = self[p.input]
    var result = x
    // Over every pixel, in the direction in which no two meet.
    for f in 0..<pixels[0] {
      for y in 0..<pixels[1] {
        for x0 in 0..<pixels[2] {
          for c in 0..<pixels[3] {
            let (dt, dy, dx) = (f % p.patch[0], y % p.patch[1], x0 % p.patch[2])
            let place = (dt * p.patch[1] + dy) * p.patch[2] + dx
            let channel =
              p.order == .channelFirst ? c * p.patch.reduce(1, *) + place : place * pixels[3] + c
            let token =
              (((f / p.patch[0]) * tokens[1] + y / p.patch[1]) * tokens[2] + x0 / p.patch[2]) * tokens[3] + channel
            let pixel = ((f * pixels[1] + y) * pixels[2] + x0) * pixels[3] + c
            if gathers { result[token] = x[pixel] } else { result[pixel] = x[token] }
          }
        }
      }
    }
    return result
  }

  func concatenate(_ c: Concatenate) -> [Double] {
    let outer = c.output.shape[..<c.axis].reduce(1, *)
    return (0..<outer).flatMap { index in
      c.inputs.flatMap { input -> ArraySlice<Double> in
        let run = input.count / outer
        return self[input][index * run..<(index + 1) * run]
      }
    }
  }

  func slice(_ s: Slicing) -> [Double] {
    let inner = s.input.shape[(s.axis + 1)...].reduce(1, *)
    let (from, count) = (s.input.shape[s.axis], s.output.shape[s.axis])
    let x = self[s.input]
    return (0..<s.output.count).map { index in
      let (outer, rest) = index.quotientAndRemainder(dividingBy: count * inner)
      return x[(outer * from + s.start) * inner + rest]
    }
  }

  func imageInput(_ i: ImageInput) -> [Double] {
    let steps = i.layout.steps
    return (0..<i.output.count).map { index in
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: i.layout.channels)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: i.layout.width)
      return self[i.input][y * steps.row + x * steps.pixel + channel * steps.channel] * Double(i.scale)
        + Double(i.offset)
    }
  }

  func imageOutput(_ o: ImageOutput) -> [Double] {
    let steps = o.layout.steps
    var result = [Double](repeating: 0, count: o.output.count)
    for index in 0..<o.input.count {
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: o.layout.channels)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: o.layout.width)
      let value = (self[o.input][index] - Double(o.offset)) / Double(o.scale)
      result[y * steps.row + x * steps.pixel + channel * steps.channel] =
        min(max(value, 0), 255).rounded(.toNearestOrEven)
    }
    return result
  }
}
