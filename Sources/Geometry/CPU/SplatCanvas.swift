import CGeometryKernels
import Compute

/// A band of rows on which ellipses are drawn: the nearest distance at each pixel, and the weighted sums of what is there.
///
/// Eight pixels of a row are worked on at a time. Rows are padded so that the last eight may reach past the picture's
/// edge, and a band has memory of its own, so that they never reach into another core's rows.
final class SplatCanvas {
  private let width: Int
  private let height: Int
  private let firstRow: Int
  private let pitch: Int
  private let nearest: Storage<Float>
  /// Sums of red, green, blue and weight, a plane each.
  private let sums: [Storage<UInt32>]

  init(width: Int, height: Int, firstRow: Int) {
    self.width = width
    self.height = height
    self.firstRow = firstRow
    pitch = width + 8
    nearest = Storage(count: pitch * height, repeating: .infinity)
    sums = (0..<4).map { [pitch] _ in Storage(count: pitch * height, repeating: 0) }
  }

  func clear() {
    nearest.base.update(repeating: .infinity, count: nearest.count)
    for plane in sums { plane.base.update(repeating: 0, count: plane.count) }
  }

  /// Lowers the nearest distance under the listed ellipses.
  func cover(_ splats: UnsafePointer<GeometrySplat>, _ list: UnsafePointer<UInt32>, count: Int) {
    withUnsafePointer(to: kernel) { geometry_cover($0, splats, list, count) }
  }

  /// Adds the listed ellipses' colours, weighted towards their middles, wherever nothing nearer than their distance times
  /// `reach` hides them.
  func blend(
    _ splats: UnsafePointer<GeometrySplat>, _ list: UnsafePointer<UInt32>, count: Int,
    _ colours: UnsafePointer<SIMD4<UInt16>>, reach: Float
  ) {
    withUnsafePointer(to: kernel) { kernel in
      UnsafeRawPointer(colours).withMemoryRebound(to: UInt16.self, capacity: 4) {
        geometry_blend(kernel, splats, list, count, $0, reach)
      }
    }
  }

  private var kernel: GeometryCanvas {
    GeometryCanvas(
      first_row: Int32(truncatingIfNeeded: firstRow), width: Int32(truncatingIfNeeded: width),
      height: Int32(truncatingIfNeeded: height), pitch: Int32(truncatingIfNeeded: pitch), nearest: nearest.base,
      red: sums[0].base, green: sums[1].base, blue: sums[2].base, weight: sums[3].base)
  }

  /// Writes the band into the prior.
  /// - Returns: how many of its pixels are covered.
  func resolve(into prior: Prior) -> Int {
    let (red, green, blue, weight) = (sums[0].base, sums[1].base, sums[2].base, sums[3].base)
    var count = 0
    for row in 0..<height {
      for column in 0..<width {
        let at = row &* pitch &+ column
        let i = (row &+ firstRow) &* width &+ column
        let sum = weight[at]
        // An ellipse's rim may reach past the edge of what the lens sees.
        guard sum > 0, sum <= SplatPolicy.mostWeight, prior.rays.base[i].w > 0 else {
          prior.colour.base[i] = .zero
          prior.coverage.base[i] = 0
          prior.distance.base[i] = .infinity
          continue
        }
        // Colours carry 3 fractional bits.
        let scale = 0.125 / Float(sum)
        prior.colour.base[i] = SIMD4(
          UInt8(truncatingIfNeeded: Int32(min(Float(red[at]) * scale + 0.5, 255))),
          UInt8(truncatingIfNeeded: Int32(min(Float(green[at]) * scale + 0.5, 255))),
          UInt8(truncatingIfNeeded: Int32(min(Float(blue[at]) * scale + 0.5, 255))), 255)
        prior.coverage.base[i] = 255
        prior.distance.base[i] = nearest.base[at]
        count &+= 1
      }
    }
    return count
  }
}
