/// How much a video flickers: each frame against the one before, moved as the *truth* moved (8 × 8 blocks, up to 6 pixels, at a
/// quarter of 448). Mean absolute difference in 8-bit steps; a still picture under a still camera has none.
struct WarpingError {
  private static let size = 112
  private static let block = 8
  private static let reach = 6

  /// Means of frames.
  private var means: [PixelPart: (sum: Double, frames: Int)] = [:]
  private var previous: [Float]?
  private var previousTruth: [Float]?

  func mean(of part: PixelPart) -> Double? { means[part].map { $0.sum / Double($0.frames) } }

  mutating func add(_ picture: Picture, truth: Picture, mask: [UInt8]) {
    let (now, nowTruth) = (Self.reduced(picture.grey, picture), Self.reduced(truth.grey, truth))
    defer { (previous, previousTruth) = (now, nowTruth) }
    guard let previous, let previousTruth else { return }
    let shares = Self.reduced(mask.map { $0 != 0 ? 1 : 0 }, picture)
    var parts = PartSums()
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
        let (x0, y0) = Self.moved(left, top, best.dx, best.dy)
        for y in 0..<Self.block {
          for x in 0..<Self.block {
            let place = (top + y) * Self.size + left + x
            parts.add(
              Double(abs(now[place] - previous[(y0 + y) * Self.size + x0 + x])), observedShare: Double(shares[place]))
          }
        }
      }
    }
    for part in PixelPart.allCases where parts.count(of: part) > 0 {
      let old = means[part] ?? (0, 0)
      means[part] = (old.sum + (parts.mean(of: part) ?? 0), old.frames + 1)
    }
  }

  /// The corner of the block that lies (dx, dy) away, kept inside.
  private static func moved(_ left: Int, _ top: Int, _ dx: Int, _ dy: Int) -> (x: Int, y: Int) {
    (min(max(left + dx, 0), size - block), min(max(top + dy, 0), size - block))
  }

  /// Mean absolute difference of a block and the one that lies (dx, dy) away in the frame before.
  private static func difference(_ now: [Float], _ before: [Float], _ left: Int, _ top: Int, _ dx: Int, _ dy: Int)
    -> Float
  {
    let (x0, y0) = moved(left, top, dx, dy)
    var sum: Float = 0
    for y in 0..<block {
      for x in 0..<block { sum += abs(now[(top + y) * size + left + x] - before[(y0 + y) * size + x0 + x]) }
    }
    return sum / Float(block * block)
  }

  /// A plane of a picture's size, averaged to 112 × 112.
  private static func reduced(_ plane: [Float], _ picture: Picture) -> [Float] {
    (0..<size * size).map { index in
      let (x, y) = (index % size, index / size)
      let columns = x * picture.width / size..<max(x * picture.width / size + 1, (x + 1) * picture.width / size)
      let rows = y * picture.height / size..<max(y * picture.height / size + 1, (y + 1) * picture.height / size)
      var sum: Float = 0
      for row in rows { for column in columns { sum += plane[row * picture.width + column] } }
      return sum / Float(rows.count * columns.count)
    }
  }
}
