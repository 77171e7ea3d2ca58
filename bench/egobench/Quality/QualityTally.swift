import Glibc

/// All figures of one video against the truth.
///
/// `psnr`, `ssim`, `psnr_low`, `sharpness`, `swd` and `warping_error` are of whole pictures; with `_observed` and `_unobserved` behind them, of
/// the pixels that the product's mask tells apart.
struct QualityTally {
  /// Figures by name.
  typealias Result = [String: Double]

  /// Names of figures that are of whole pictures, in the order in which people read them.
  static let names = ["psnr", "ssim", "psnr_low", "sharpness", "swd", "warping_error"]

  /// Below this many pixels a ratio of gradients says nothing.
  private static let leastPixels = 64

  private var sums: [String: (total: Double, count: Int)] = [:]
  private var ours = SlicedWasserstein(stream: 0)
  private var truths = SlicedWasserstein(stream: 1 << 40)
  private var warping: WarpingError?
  private var truthWarping: WarpingError?

  /// - Parameter hasMotion: Whether every frame of the video is given; only then does one follow from the one before.
  init(hasMotion: Bool = true) {
    warping = hasMotion ? WarpingError() : nil
    truthWarping = warping
  }

  mutating func add(_ picture: Picture, truth: Picture, mask: [UInt8]) {
    addErrors("psnr", picture, truth, mask)
    addMeans("ssim", StructuralSimilarity.map(picture, truth), mask)
    let sigma = 8 * Double(truth.width) / 448
    addErrors("psnr_low", picture.smoothed(sigma: sigma), truth.smoothed(sigma: sigma), mask)
    addSharpness(picture, truth, mask)
    ours.add(picture, mask: mask)
    truths.add(truth, mask: mask)
    warping?.add(picture, truth: truth, mask: mask)
    truthWarping?.add(truth, truth: truth, mask: mask)
  }

  /// Nothing before the first frame.
  var result: Result? {
    guard !sums.isEmpty else { return nil }
    var all = sums.mapValues { $0.total / Double($0.count) }
    for part in PixelPart.allCases {
      all["swd" + part.suffix] = ours.distance(to: truths, of: part)
      all["warping_error" + part.suffix] = warping?.mean(of: part)
      all["warping_error_of_truth" + part.suffix] = truthWarping?.mean(of: part)
    }
    return all.mapValues(rounded)
  }

  private mutating func add(_ name: String, _ value: Double) {
    let old = sums[name] ?? (0, 0)
    sums[name] = (old.total + value, old.count + 1)
  }

  private mutating func addErrors(_ name: String, _ picture: Picture, _ truth: Picture, _ mask: [UInt8]) {
    var parts = PartSums()
    for i in mask.indices {
      var error: Float = 0
      for channel in 0..<3 {
        let difference = picture.planes[channel][i] - truth.planes[channel][i]
        error += difference * difference
      }
      parts.add(Double(error), isObserved: mask[i] != 0)
    }
    for part in PixelPart.allCases {
      guard let mean = parts.mean(of: part) else { continue }
      add(name + part.suffix, 10 * log10(255 * 255 / max(mean / 3, 1e-9)))
    }
  }

  private mutating func addMeans(_ name: String, _ map: [Float?], _ mask: [UInt8]) {
    var parts = PartSums()
    for (value, observed) in zip(map, mask) {
      if let value { parts.add(Double(value), isObserved: observed != 0) }
    }
    for part in PixelPart.allCases {
      if let mean = parts.mean(of: part) { add(name + part.suffix, mean) }
    }
  }

  /// Mean gradient over the truth's: 1 is right, 0.2 is a blur, 1.5 is noise.
  private mutating func addSharpness(_ picture: Picture, _ truth: Picture, _ mask: [UInt8]) {
    var (parts, truthParts) = (PartSums(), PartSums())
    let (gradients, truthGradients) = (Self.gradients(picture), Self.gradients(truth))
    for i in mask.indices {
      parts.add(Double(gradients[i]), isObserved: mask[i] != 0)
      truthParts.add(Double(truthGradients[i]), isObserved: mask[i] != 0)
    }
    for part in PixelPart.allCases where parts.count(of: part) >= Self.leastPixels {
      if let mean = parts.mean(of: part), let wanted = truthParts.mean(of: part) {
        add("sharpness" + part.suffix, mean / max(wanted, 1e-6))
      }
    }
  }

  /// Lengths of the Sobel gradient of the luma, a step of 1 counting 1.
  private static func gradients(_ picture: Picture) -> [Float] {
    let grey = picture.grey.map { $0.rounded() }
    let (width, height) = (picture.width, picture.height)
    let difference: [Float] = [-0.5, 0, 0.5]
    let smooth: [Float] = [0.25, 0.5, 0.25]
    let across = separable(grey, width, height, difference, smooth)
    let down = separable(grey, width, height, smooth, difference)
    return zip(across, down).map { ($0 * $0 + $1 * $1).squareRoot() }
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
