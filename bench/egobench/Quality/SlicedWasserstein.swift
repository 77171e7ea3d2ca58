import Glibc

/// How far the texture of two videos is apart, wherever it stands: the sliced Wasserstein distance between 7 × 7 patches of
/// Laplacian pyramids of four levels (Karras and others, 2018), in units of the truth's standard deviation, × 100.
struct SlicedWasserstein {
  private static let levels = 4
  private static let side = 7
  private static let patchesAFrame = 128
  private static let directions = 128
  /// With fewer patches a distance says nothing.
  private static let leastPatches = 256
  private struct Patch {
    let values: [Float]
    let isObserved: Bool
  }
  private var patches: [[Patch]] = Array(repeating: [], count: levels)
  private var frames: UInt64 = 0
  private let stream: UInt64

  /// - Parameter stream: Two videos take their patches from different places.
  init(stream: UInt64) { self.stream = stream }

  /// - Parameter mask: Not 0 where something was observed: a patch is where its middle is.
  mutating func add(_ picture: Picture, mask: [UInt8]) {
    var random = SplitMix(state: frames &* 2 &+ stream)
    frames += 1
    var now = picture
    for level in 0..<Self.levels {
      var band = now
      let down = level < Self.levels - 1 ? halved(now) : nil
      if let down {
        let up = doubled(down, width: now.width, height: now.height)
        for channel in 0..<3 { band.planes[channel] = zip(now.planes[channel], up.planes[channel]).map { $0 - $1 } }
      }
      for _ in 0..<Self.patchesAFrame where band.width > Self.side && band.height > Self.side {
        let (x, y) = (random.next(below: band.width - Self.side), random.next(below: band.height - Self.side))
        var patch: [Float] = []
        for dy in 0..<Self.side {
          for dx in 0..<Self.side {
            for channel in 0..<3 { patch.append(band.planes[channel][(y + dy) * band.width + x + dx]) }
          }
        }
        let half = Self.side / 2
        let (column, row) = (
          min((x + half) << level, picture.width - 1), min((y + half) << level, picture.height - 1)
        )
        patches[level].append(Patch(values: patch, isObserved: mask[row * picture.width + column] != 0))
      }
      if let down { now = down }
    }
  }

  private func patches(_ level: Int, of part: PixelPart) -> [[Float]] {
    patches[level].filter { part == .all || $0.isObserved == (part == .observed) }.map(\.values)
  }

  /// - Returns: `nil` where there is too little of that part.
  func distance(to truth: SlicedWasserstein, of part: PixelPart) -> Double? {
    var sum = 0.0
    for level in 0..<Self.levels {
      var (p, q) = (patches(level, of: part), truth.patches(level, of: part))
      let count = min(p.count, q.count)
      guard let size = q.first?.count, part == .all ? count > 0 : count >= Self.leastPatches else { return nil }
      // As many of both, evenly.
      (p, q) = ((0..<count).map { p[$0 * p.count / count] }, (0..<count).map { q[$0 * q.count / count] })
      let all = q.joined()
      let overall = Double(all.reduce(0, +)) / Double(all.count)
      let deviation = Float(
        (all.reduce(0.0) { $0 + pow(Double($1) - overall, 2) } / Double(all.count)).squareRoot() + 1e-6)
      let mean = (0..<size).map { i in q.reduce(Float(0)) { $0 + $1[i] } / Float(q.count) }
      var random = SplitMix(state: 1)
      var total = 0.0
      for _ in 0..<Self.directions {
        var direction = (0..<size).map { _ in random.nextNormal() }
        let length = direction.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        direction = direction.map { $0 / length }
        let onto = { (patches: [[Float]]) in
          patches.map { patch in
            patch.indices.reduce(Float(0)) { $0 + (patch[$1] - mean[$1]) / deviation * direction[$1] }
          }.sorted()
        }
        total += zip(onto(p), onto(q)).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(p.count)
      }
      sum += total / Double(Self.directions)
    }
    return 100 * sum / Double(Self.levels)
  }

  private static let binomial: [Float] = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]

  private func halved(_ picture: Picture) -> Picture {
    let (width, height) = ((picture.width + 1) / 2, (picture.height + 1) / 2)
    return Picture(
      width: width, height: height,
      planes: picture.planes.map { plane in
        let smooth = filtered(plane, picture.width, picture.height, Self.binomial)
        return (0..<width * height).map { smooth[$0 / width * 2 * picture.width + $0 % width * 2] }
      })
  }

  private func doubled(_ picture: Picture, width: Int, height: Int) -> Picture {
    Picture(
      width: width, height: height,
      planes: picture.planes.map { plane in
        var sparse = [Float](repeating: 0, count: width * height)
        for y in 0..<picture.height where 2 * y < height {
          for x in 0..<picture.width where 2 * x < width {
            sparse[2 * y * width + 2 * x] = plane[y * picture.width + x] * 4
          }
        }
        return filtered(sparse, width, height, Self.binomial)
      })
  }
}

/// A small generator, the same everywhere.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  mutating func nextNormal() -> Float {
    let u = (Double(next() >> 11) + 0.5) / 9007199254740992
    let v = Double(next() >> 11) / 9007199254740992
    return Float((-2 * log(u)).squareRoot() * cos(2 * .pi * v))
  }
}
