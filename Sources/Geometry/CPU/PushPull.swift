import Compute

/// Fills what is not known from ever coarser averages of what is (push-pull, after Gortler et al., "The Lumigraph", 1996).
final class PushPull {
  private struct Level {
    let width: Int
    let height: Int
    /// Mean colour in x, y, z; in w the share of the pixel's area that is known.
    let pixels: Storage<SIMD4<Float>>
  }

  private let levels: [Level]
  let width: Int
  let height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    var levels: [Level] = []
    var (w, h) = (width, height)
    while true {
      levels.append(Level(width: w, height: h, pixels: Storage(count: w * h, repeating: .zero)))
      if w == 1 && h == 1 { break }
      (w, h) = ((w + 1) / 2, (h + 1) / 2)
    }
    self.levels = levels
  }

  /// The filled picture: x, y, z in 0...255 per pixel; all zero where nothing at all is known.
  var filled: UnsafeMutablePointer<SIMD4<Float>> { levels[0].pixels.base }

  /// Fills `colour` where `coverage` is 0.
  func fill(_ colour: Storage<SIMD4<UInt8>>, coverage: Storage<UInt8>) {
    let base = levels[0].pixels.base
    Parallel.forEach(Parallel.width) { part in
      for i in Parallel.range(part, of: Parallel.width, count: width * height) {
        let c = colour.base[i]
        base[i] = coverage.base[i] != 0 ? SIMD4(Float(c.x), Float(c.y), Float(c.z), 1) : .zero
      }
    }
    for k in 1..<levels.count { push(levels[k - 1], levels[k]) }
    for k in (1..<levels.count).reversed() { pull(levels[k], levels[k - 1]) }
  }

  private func parts(_ height: Int) -> Int { height < 64 ? 1 : Parallel.width }

  private func push(_ fine: Level, _ coarse: Level) {
    let parts = parts(coarse.height)
    Parallel.forEach(parts) { part in
      for row in Parallel.range(part, of: parts, count: coarse.height) {
        let upper = fine.pixels.base + 2 &* row &* fine.width
        let lower = 2 &* row &+ 1 < fine.height ? upper + fine.width : nil
        let out = coarse.pixels.base + row &* coarse.width
        for column in 0..<coarse.width {
          let c = 2 &* column
          let hasRight = c &+ 1 < fine.width
          var sum = weighted(upper[c])
          if hasRight { sum += weighted(upper[c &+ 1]) }
          if let lower {
            sum += weighted(lower[c])
            if hasRight { sum += weighted(lower[c &+ 1]) }
          }
          out[column] = sum.w > 0 ? SIMD4(sum.x / sum.w, sum.y / sum.w, sum.z / sum.w, 0.25 * sum.w) : .zero
        }
      }
    }
  }

  @inline(__always) private func weighted(_ p: SIMD4<Float>) -> SIMD4<Float> {
    SIMD4(p.x * p.w, p.y * p.w, p.z * p.w, p.w)
  }

  private func pull(_ coarse: Level, _ fine: Level) {
    let parts = parts(fine.height)
    let source = coarse.pixels.base
    Parallel.forEach(parts) { part in
      for row in Parallel.range(part, of: parts, count: fine.height) {
        // Bilinear, pixel centres at half steps: three parts of the near row, one of the next.
        let near = row / 2
        let next = min(max(row & 1 == 0 ? near &- 1 : near &+ 1, 0), coarse.height &- 1)
        let nearLine = source + near &* coarse.width
        let nextLine = source + next &* coarse.width
        let out = fine.pixels.base + row &* fine.width
        for column in 0..<fine.width where out[column].w < 1 {
          let a = column / 2
          let b = min(max(column & 1 == 0 ? a &- 1 : a &+ 1, 0), coarse.width &- 1)
          let inner = 0.75 * nearLine[a] + 0.25 * nearLine[b]
          let outer = 0.75 * nextLine[a] + 0.25 * nextLine[b]
          let mixed = 0.75 * inner + 0.25 * outer
          // What is known of this pixel counts by its share; the rest comes from the coarser level.
          let known = out[column]
          let rest = (1 - known.w) * mixed
          out[column] = SIMD4(known.x * known.w + rest.x, known.y * known.w + rest.y, known.z * known.w + rest.z, 1)
        }
      }
    }
  }
}
