/// The fast marching inpainting of Telea (2004): holes are filled from their edge inwards, each pixel from the known ones within
/// `radius` pixels, weighted by direction, distance and level. A naive rival, as OpenCV has it.
enum TeleaInpainting {
  private static let radius = 5

  static func fill(_ picture: Picture, known: [Bool]) -> Picture {
    let (width, height) = (picture.width, picture.height)
    var result = picture
    var isKnown = known
    var distance = known.map { $0 ? Float(0) : .infinity }
    var isDone = known
    var front = Front()
    for i in known.indices where known[i] {
      let hasHole = neighbours(i, width, height).contains { !known[$0] }
      if hasHole { front.push(i, 0) }
    }
    while let (pixel, _) = front.pop() {
      isDone[pixel] = true
      for next in neighbours(pixel, width, height) where !isDone[next] {
        let reached = arrival(next, distance, isDone, width, height)
        if !isKnown[next] {
          isKnown[next] = true
          inpaint(next, &result, distance: distance, isKnown: isKnown, reached: reached)
        }
        if reached < distance[next] {
          distance[next] = reached
          front.push(next, reached)
        }
      }
    }
    return result
  }

  private static func neighbours(_ i: Int, _ width: Int, _ height: Int) -> [Int] {
    let (x, y) = (i % width, i / width)
    return [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].compactMap {
      $0.0 >= 0 && $0.0 < width && $0.1 >= 0 && $0.1 < height ? $0.1 * width + $0.0 : nil
    }
  }

  /// When the front reaches a pixel: the eikonal equation from its finished neighbours.
  private static func arrival(
    _ i: Int, _ distance: [Float], _ isDone: [Bool], _ width: Int, _ height: Int
  ) -> Float {
    let (x, y) = (i % width, i / width)
    func time(_ x: Int, _ y: Int) -> Float {
      guard x >= 0, y >= 0, x < width, y < height, isDone[y * width + x] else { return .infinity }
      return distance[y * width + x]
    }
    let a = min(time(x - 1, y), time(x + 1, y))
    let b = min(time(x, y - 1), time(x, y + 1))
    if a.isInfinite || b.isInfinite { return min(a, b) + 1 }
    let gap = abs(a - b)
    return gap >= 1 ? min(a, b) + 1 : (a + b + (2 - gap * gap).squareRoot()) / 2
  }

  private static func inpaint(
    _ i: Int, _ picture: inout Picture, distance: [Float], isKnown: [Bool], reached: Float
  ) {
    let (width, height) = (picture.width, picture.height)
    let (x, y) = (i % width, i / width)
    func time(_ x: Int, _ y: Int) -> Float? {
      guard x >= 0, y >= 0, x < width, y < height, isKnown[y * width + x] else { return nil }
      let value = distance[y * width + x]
      return value.isInfinite ? nil : value
    }
    func slope(_ before: Float?, _ after: Float?) -> Float {
      if let before, let after { return (after - before) / 2 }
      return after.map { $0 - reached } ?? before.map { reached - $0 } ?? 0
    }
    let gradient = SIMD2(slope(time(x - 1, y), time(x + 1, y)), slope(time(x, y - 1), time(x, y + 1)))
    var sums = [Float](repeating: 0, count: 3)
    var weights: Float = 0
    for row in max(0, y - radius)...min(height - 1, y + radius) {
      for column in max(0, x - radius)...min(width - 1, x + radius) {
        let other = row * width + column
        guard isKnown[other], other != i, !distance[other].isInfinite else { continue }
        let offset = SIMD2(Float(x - column), Float(y - row))
        let square = (offset * offset).sum()
        guard square <= Float(radius * radius) else { continue }
        let length = square.squareRoot()
        let direction = max(abs((offset * gradient).sum()) / length, 1e-6)
        let weight = direction / square / (1 + abs(distance[other] - reached))
        for channel in 0..<3 { sums[channel] += weight * picture.planes[channel][other] }
        weights += weight
      }
    }
    guard weights > 0 else { return }
    for channel in 0..<3 { picture.planes[channel][i] = sums[channel] / weights }
  }
}

/// Pixels by when the front reaches them, earliest first: a binary heap.
private struct Front {
  private var heap: [(pixel: Int, time: Float)] = []

  mutating func push(_ pixel: Int, _ time: Float) {
    heap.append((pixel, time))
    var at = heap.count - 1
    while at > 0, heap[(at - 1) / 2].time > heap[at].time {
      heap.swapAt(at, (at - 1) / 2)
      at = (at - 1) / 2
    }
  }

  mutating func pop() -> (Int, Float)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var at = 0
      while true {
        var least = at
        for child in [2 * at + 1, 2 * at + 2] where child < heap.count && heap[child].time < heap[least].time {
          least = child
        }
        if least == at { break }
        heap.swapAt(at, least)
        at = least
      }
    }
    return (first.pixel, first.time)
  }
}
