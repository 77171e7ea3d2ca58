import Compute

/// The low band of a picture: what is left of it after smoothing by about 8 pixels at 448, kept on a grid eight times as coarse.
///
/// Smoothing counts only what a weight says is there, so that a hole does not darken its surroundings.
final class LowBand {
  let width: Int
  let height: Int
  /// While a picture is read, colour × weight and weight; then colour and 1, or 0 where nothing is near.
  private let grid: Storage<SIMD4<Float>>
  private let other: Storage<SIMD4<Float>>
  let cell: Int
  private let perPixel: Float

  /// - Parameter cell: Pixels of the picture to a side of a cell.
  init(width: Int, height: Int, cell: Int) {
    self.cell = max(cell, 1)
    perPixel = 1 / Float(self.cell)
    self.width = (width + self.cell - 1) / self.cell
    self.height = (height + self.cell - 1) / self.cell
    grid = Storage(count: self.width * self.height, repeating: .zero)
    other = Storage(count: self.width * self.height, repeating: .zero)
  }

  /// Averages a picture over each cell.
  /// - Parameter weighted: A pixel's RGB times its weight, and the weight, by its place in rows of `pictureWidth`.
  @inline(__always)
  func read(width pictureWidth: Int, height rows: Int, _ weighted: (Int) -> SIMD4<Float>) {
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      for row in Parallel.range(part, of: parts, count: height) {
        for column in 0..<width {
          var sum = SIMD4<Float>.zero
          for y in row &* cell..<min((row &+ 1) &* cell, rows) {
            for x in column &* cell..<min((column &+ 1) &* cell, pictureWidth) {
              sum += weighted(y &* pictureWidth &+ x)
            }
          }
          grid.base[row &* width &+ column] = sum
        }
      }
    }
    settle()
  }

  /// Smooths what was read.
  private func settle() {
    // Two rounds of (1 4 6 4 1)/16 over cells spread by √2 cells; with the cells themselves about 1.5.
    for _ in 0..<2 { smooth() }
    for index in 0..<width * height {
      let sum = grid.base[index]
      // Where nothing is near the colour says nothing, and w says so.
      grid.base[index] = sum.w > 1e-3 ? SIMD4(sum.x / sum.w, sum.y / sum.w, sum.z / sum.w, 1) : .zero
    }
  }

  private func smooth() {
    pass(from: grid, to: other, step: 1, length: width)
    pass(from: other, to: grid, step: width, length: height)
  }

  private func pass(from: Storage<SIMD4<Float>>, to: Storage<SIMD4<Float>>, step: Int, length: Int) {
    for index in 0..<width * height {
      let place = step == 1 ? index % width : index / width
      func at(_ offset: Int) -> SIMD4<Float> {
        from.base[index &+ (min(max(place &+ offset, 0), length &- 1) &- place) &* step]
      }
      to.base[index] = (at(-2) + at(2) + 4 * (at(-1) + at(1)) + 6 * at(0)) / 16
    }
  }

  /// The band along a row of the picture, still a value a cell; `line` holds `width` of them.
  func blend(row y: Int, into line: UnsafeMutablePointer<SIMD4<Float>>) {
    let fy = max(0, (Float(y) + 0.5) / Float(cell) - 0.5)
    let top = min(Int(fy), height &- 1)
    let b = fy - Float(top)
    let upper = grid.base + top &* width
    let lower = grid.base + min(top &+ 1, height &- 1) &* width
    for column in 0..<width { line[column] = upper[column] * (1 - b) + lower[column] * b }
  }

  /// The band at a pixel of the row that `blend` filled `line` for, between cell middles; w is 0 where nothing is known near.
  @inline(__always) func value(_ x: Int, in line: UnsafePointer<SIMD4<Float>>) -> SIMD4<Float> {
    let fx = max(0, (Float(x) + 0.5) * perPixel - 0.5)
    let left = min(Int(fx), width &- 1)
    let a = fx - Float(left)
    return line[left] * (1 - a) + line[min(left &+ 1, width &- 1)] * a
  }
}
