import Compute

/// Writes a prior as a viewer gets it: holes filled where a fill is given, under the photometric profile if there is one.
struct PictureWriter {
  let prior: Prior
  /// Colours 0...255 for the pixels without coverage; `nil` leaves them black, as what the lens does not see always is.
  let filled: UnsafePointer<SIMD4<Float>>?
  let photometric: PhotometricTable?

  /// - Parameters: `picture` is RGB, `mask` one channel; what lies outside the prior is left alone.
  func write(picture: MutablePlane, mask: MutablePlane?) {
    let width = min(prior.width, picture.width)
    let height = min(prior.height, picture.height)
    Parallel.forEachRow(below: height) { _, row in
      let line = picture.base + row &* picture.stride
      for column in 0..<width {
        let colour = colour(row &* prior.width &+ column)
        let out = line + 3 &* column
        out[0] = colour.x
        out[1] = colour.y
        out[2] = colour.z
      }
      guard let mask, row < mask.height else { return }
      (mask.base + row &* mask.stride)
        .update(from: prior.coverage.base + row &* prior.width, count: min(width, mask.width))
    }
  }

  @inline(__always) private func colour(_ pixel: Int) -> SIMD4<UInt8> {
    var colour = prior.colour.base[pixel]
    if let filled, prior.coverage.base[pixel] == 0, prior.rays.base[pixel].w > 0 {
      // Averages of 8-bit colours; the comparison also turns away what a failing device may have left there.
      let raw = filled[pixel] + 0.5
      let f = SIMD4<Float>.zero.replacing(with: pointwiseMin(raw, SIMD4(repeating: 255)), where: raw .>= 0)
      colour = SIMD4(UInt8(f.x), UInt8(f.y), UInt8(f.z), 255)
    }
    return photometric?.apply(colour, at: pixel) ?? colour
  }
}
