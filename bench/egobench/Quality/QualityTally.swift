import Glibc

/// All figures of one video against the truth.
struct QualityTally {
  struct Result: Encodable {
    var psnr: Double
    var psnr_observed: Double?
    var psnr_unobserved: Double?
    var ssim: Double
    var ssim_observed: Double?
    var ssim_unobserved: Double?
    /// After both are smoothed by 8 pixels at 448: layout and colour.
    var psnr_low: Double
    /// Mean gradient over the truth's: 1 is right, 0.2 is a blur, 1.5 is noise.
    var sharpness: Double
    var swd: Double
    var warping_error: Double?
    /// The truth's own: what of the warping error is not flicker.
    var warping_error_of_truth: Double?
  }

  private var sums: [String: (total: Double, count: Int)] = [:]
  private var ours = SlicedWasserstein(stream: 0)
  private var truths = SlicedWasserstein(stream: 1 << 40)
  private var warping = WarpingError()
  private var truthWarping = WarpingError()

  mutating func add(_ picture: Picture, truth: Picture, mask: [UInt8]) {
    let pixels = mask.count
    var errors = (observed: 0.0, unobserved: 0.0)
    var observed = 0
    for i in 0..<pixels {
      var error: Float = 0
      for channel in 0..<3 {
        let difference = picture.planes[channel][i] - truth.planes[channel][i]
        error += difference * difference
      }
      if mask[i] != 0 {
        observed += 1
        errors.observed += Double(error)
      } else {
        errors.unobserved += Double(error)
      }
    }
    add("psnr", Self.decibels(errors.observed + errors.unobserved, pixels))
    if observed > 0 { add("psnr_observed", Self.decibels(errors.observed, observed)) }
    if observed < pixels { add("psnr_unobserved", Self.decibels(errors.unobserved, pixels - observed)) }
    addSimilarity(StructuralSimilarity.map(picture, truth), mask)
    let sigma = 8 * Double(truth.width) / 448
    let (low, lowTruth) = (picture.smoothed(sigma: sigma), truth.smoothed(sigma: sigma))
    var lowError = 0.0
    for channel in 0..<3 {
      for (a, b) in zip(low.planes[channel], lowTruth.planes[channel]) { lowError += Double((a - b) * (a - b)) }
    }
    add("psnr_low", Self.decibels(lowError, pixels))
    add("sharpness", Self.gradient(picture) / max(Self.gradient(truth), 1e-6))
    ours.add(picture)
    truths.add(truth)
    warping.add(picture, truth: truth)
    truthWarping.add(truth, truth: truth)
  }

  var result: Result? {
    guard let psnr = mean("psnr"), let ssim = mean("ssim"), let low = mean("psnr_low"),
      let sharpness = mean("sharpness")
    else { return nil }
    return Result(
      psnr: psnr, psnr_observed: mean("psnr_observed"), psnr_unobserved: mean("psnr_unobserved"), ssim: ssim,
      ssim_observed: mean("ssim_observed"), ssim_unobserved: mean("ssim_unobserved"), psnr_low: low,
      sharpness: sharpness, swd: rounded(ours.distance(to: truths)), warping_error: warping.mean.map(rounded),
      warping_error_of_truth: truthWarping.mean.map(rounded))
  }

  private mutating func addSimilarity(_ map: [Float?], _ mask: [UInt8]) {
    var parts = [(0.0, 0), (0.0, 0)]
    for (value, observed) in zip(map, mask) {
      guard let value else { continue }
      let part = observed != 0 ? 0 : 1
      parts[part].0 += Double(value)
      parts[part].1 += 1
    }
    add("ssim", (parts[0].0 + parts[1].0) / Double(max(parts[0].1 + parts[1].1, 1)))
    for (name, part) in zip(["ssim_observed", "ssim_unobserved"], parts) where part.1 > 0 {
      add(name, part.0 / Double(part.1))
    }
  }

  private mutating func add(_ name: String, _ value: Double) {
    let old = sums[name] ?? (0, 0)
    sums[name] = (old.total + value, old.count + 1)
  }

  private func mean(_ name: String) -> Double? { sums[name].map { rounded($0.total / Double($0.count)) } }

  private static func decibels(_ squaredError: Double, _ pixels: Int) -> Double {
    10 * log10(255 * 255 / max(squaredError / Double(pixels * 3), 1e-9))
  }

  /// Mean length of the Sobel gradient of the luma, a step of 1 counting 1.
  private static func gradient(_ picture: Picture) -> Double {
    let grey = picture.grey.map { $0.rounded() }
    let (width, height) = (picture.width, picture.height)
    let difference: [Float] = [-0.5, 0, 0.5]
    let smooth: [Float] = [0.25, 0.5, 0.25]
    let across = separable(grey, width, height, difference, smooth)
    let down = separable(grey, width, height, smooth, difference)
    return zip(across, down).reduce(0.0) { $0 + Double(($1.0 * $1.0 + $1.1 * $1.1).squareRoot()) } / Double(grey.count)
  }

  private static func separable(
    _ plane: [Float], _ width: Int, _ height: Int, _ x: [Float], _ y: [Float]
  ) -> [Float] {
    let at = { (column: Int, row: Int) -> Float in
      // Mirrored without repeating the last pixel.
      let column = column < 0 ? -column : column >= width ? 2 * width - 2 - column : column
      let row = row < 0 ? -row : row >= height ? 2 * height - 2 - row : row
      return plane[row * width + column]
    }
    return (0..<width * height).map { index in
      let (column, row) = (index % width, index / width)
      var sum: Float = 0
      for dy in -1...1 { for dx in -1...1 { sum += y[dy + 1] * x[dx + 1] * at(column + dx, row + dy) } }
      return sum
    }
  }
}
