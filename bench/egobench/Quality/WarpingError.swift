/// How much a video flickers: each frame against the one before, moved as the *truth* moved (8 × 8 blocks, up to 6 pixels, at a
/// quarter of 448). Mean absolute difference in 8-bit steps; a still picture under a still camera has none.
struct WarpingError {
  private static let size = 112
  private static let block = 8
  private static let reach = 6

  private(set) var sum = 0.0
  private(set) var frames = 0
  private var previous: [Float]?
  private var previousTruth: [Float]?

  var mean: Double? { frames > 0 ? sum / Double(frames) : nil }

  mutating func add(_ picture: Picture, truth: Picture) {
    let (now, nowTruth) = (Self.reduced(picture), Self.reduced(truth))
    defer { (previous, previousTruth) = (now, nowTruth) }
    guard let previous, let previousTruth else { return }
    var error = 0.0
    for top in stride(from: 0, to: Self.size, by: Self.block) {
      for left in stride(from: 0, to: Self.size, by: Self.block) {
        var best = (cost: Float.infinity, dx: 0, dy: 0)
        for dy in -Self.reach...Self.reach {
          for dx in -Self.reach...Self.reach {
            // Of equal matches the nearest.
            let cost =
              Self.difference(nowTruth, previousTruth, left, top, dx, dy) + 0.05 * Float(abs(dx) + abs(dy))
            if cost < best.cost { best = (cost, dx, dy) }
          }
        }
        error += Double(Self.difference(now, previous, left, top, best.dx, best.dy))
      }
    }
    let blocks = Double((Self.size / Self.block) * (Self.size / Self.block))
    sum += error / blocks
    frames += 1
  }

  /// Mean absolute difference of a block and the one that lies (dx, dy) away in the frame before, kept inside.
  private static func difference(_ now: [Float], _ before: [Float], _ left: Int, _ top: Int, _ dx: Int, _ dy: Int)
    -> Float
  {
    let x0 = min(max(left + dx, 0), size - block)
    let y0 = min(max(top + dy, 0), size - block)
    var sum: Float = 0
    for y in 0..<block {
      for x in 0..<block { sum += abs(now[(top + y) * size + left + x] - before[(y0 + y) * size + x0 + x]) }
    }
    return sum / Float(block * block)
  }

  /// Grey, averaged to 112 × 112.
  private static func reduced(_ picture: Picture) -> [Float] {
    let grey = picture.grey
    return (0..<size * size).map { index in
      let (x, y) = (index % size, index / size)
      let columns = x * picture.width / size..<max(x * picture.width / size + 1, (x + 1) * picture.width / size)
      let rows = y * picture.height / size..<max(y * picture.height / size + 1, (y + 1) * picture.height / size)
      var sum: Float = 0
      for row in rows { for column in columns { sum += grey[row * picture.width + column] } }
      return sum / Float(rows.count * columns.count)
    }
  }
}
