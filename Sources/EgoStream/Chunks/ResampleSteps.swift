import CCompositionKernels
import Compute

/// Where the pixels of a finer row lie among the places of a coarser one, from middle to middle; beyond the outermost middles
/// the outermost places go on.
final class ResampleSteps {
  private let places: Storage<Int32>
  private let shares: Storage<Float>

  /// - Parameters:
  ///   - step: Places a pixel.
  ///   - coarse: How many places there are.
  init(pixels: Int, step: Float, places coarse: Int) {
    places = Storage(count: pixels, repeating: 0)
    shares = Storage(count: pixels, repeating: 0)
    for pixel in 0..<pixels {
      let position = min(max((Float(pixel) + 0.5) * step - 0.5, 0), Float(coarse - 1))
      places.base[pixel] = Int32(position)
      shares.base[pixel] = position - Float(Int(position))
    }
  }

  /// For the kernels, which know no more of it.
  var steps: CompositionSteps { CompositionSteps(place: places.base, share: shares.base) }

  /// The place at or before a pixel, and the share of the one after.
  func callAsFunction(_ pixel: Int) -> (place: Int, share: Float) { (Int(places.base[pixel]), shares.base[pixel]) }
}
