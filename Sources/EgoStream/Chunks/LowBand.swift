import CCompositionKernels
import Compute

/// The low band of a picture: what is left of it after smoothing by about 8 pixels at 448, kept on a grid that much coarser.
///
/// Smoothing counts only what a weight says is there, so that a hole does not darken its surroundings.
final class LowBand {
  /// Of the grid.
  let width: Int
  private let height: Int
  private let pictureWidth: Int
  private let pictureHeight: Int
  private let cell: Int
  /// While a picture is read, colour × weight and weight; then colour and 1, or 0 where nothing is near.
  private let grid: Storage<SIMD4<Float>>
  private let other: Storage<SIMD4<Float>>
  private let columns: ResampleSteps
  private let rows: ResampleSteps

  /// - Parameter cell: Pixels of the picture to a side of a cell.
  init(width: Int, height: Int, cell: Int) {
    (pictureWidth, pictureHeight, self.cell) = (width, height, cell)
    self.width = (width + cell - 1) / cell
    self.height = (height + cell - 1) / cell
    grid = Storage(count: self.width * self.height, repeating: .zero)
    other = Storage(count: self.width * self.height, repeating: .zero)
    columns = ResampleSteps(pixels: width, step: 1 / Float(cell), places: self.width)
    rows = ResampleSteps(pixels: height, step: 1 / Float(cell), places: self.height)
  }

  /// Takes the band of a picture; its pixels' fourth number is 1.
  func read(_ picture: Storage<SIMD4<Float>>) {
    forEachRowOfCells { top, count, sums in
      composition_sum_cells((picture.base + top &* pictureWidth).floats, pictureWidth, count, cell, sums)
    }
  }

  /// Takes the band of RGB bytes, each as far as its weight of 0 to 255 says.
  func read(_ picture: UnsafePointer<UInt8>, weights: UnsafePointer<UInt8>) {
    forEachRowOfCells { top, count, sums in
      let first = top &* pictureWidth
      composition_sum_weighted_cells(picture + 3 &* first, weights + first, pictureWidth, count, cell, sums)
    }
  }

  /// Has `sum` fill each row of the grid from so many rows of the picture, then smooths: two rounds spread by √2 cells, with
  /// the cells themselves about 1.5.
  private func forEachRowOfCells(_ sum: (_ top: Int, _ count: Int, _ sums: UnsafeMutablePointer<Float>) -> Void) {
    Parallel.forEachRow(below: height) { _, row in
      sum(row &* cell, min(cell, pictureHeight &- row &* cell), (grid.base + row &* width).floats)
    }
    composition_smooth(grid.base.floats, other.base.floats, width, height)
  }

  /// From a row that `blend` made to the picture's pixels.
  var steps: CompositionSteps { columns.steps }

  /// The band along a row of the picture, still a value a cell, and the last one twice; its fourth number is 0 where nothing is
  /// known near.
  func blend(row y: Int, into line: UnsafeMutablePointer<SIMD4<Float>>) {
    let (top, share) = rows(y)
    let lower = min(top &+ 1, height &- 1)
    composition_blend((grid.base + top &* width).floats, (grid.base + lower &* width).floats, share, width, line.floats)
  }
}

extension UnsafeMutablePointer<SIMD4<Float>> {
  /// Four numbers a pixel, as the kernels take them.
  var floats: UnsafeMutablePointer<Float> { UnsafeMutableRawPointer(self).assumingMemoryBound(to: Float.self) }
}
