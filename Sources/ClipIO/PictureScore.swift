import Glibc

/// How close a video is to the truth, over whole frames and over the pixels it covers.
public struct PictureScore: Sendable {
  private var frames = 0
  private var coverage = 0.0
  private var whole = MeanPSNR()
  private var covered = MeanPSNR()

  public init() {}

  /// Adds one frame of packed RGB; `mask` is non-zero where the frame shows something observed.
  public mutating func add(frame: UnsafeRawBufferPointer, mask: UnsafeRawBufferPointer, truth: UnsafeRawBufferPointer?)
  {
    var coveredPixels = 0
    var wholeError: Int64 = 0
    var coveredError: Int64 = 0
    for pixel in 0..<mask.count {
      let isCovered = mask[pixel] != 0
      if isCovered { coveredPixels += 1 }
      guard let truth else { continue }
      var error = 0
      for channel in 0..<3 {
        let difference = Int(frame[pixel * 3 + channel]) - Int(truth[pixel * 3 + channel])
        error += difference * difference
      }
      wholeError += Int64(error)
      if isCovered { coveredError += Int64(error) }
    }
    frames += 1
    coverage += Double(coveredPixels) / Double(max(mask.count, 1))
    if truth != nil {
      whole.add(squaredError: wholeError, samples: mask.count * 3)
      covered.add(squaredError: coveredError, samples: coveredPixels * 3)
    }
  }

  /// Mean share of the frame that is observed.
  public var meanCoverage: Double? { frames > 0 ? coverage / Double(frames) : nil }
  /// Mean over frames of the PSNR of the whole frame; `nil` without a truth.
  public var meanPSNR: Double? { whole.mean }
  /// Mean over frames of the PSNR over covered pixels, pooled a frame.
  public var meanCoveredPSNR: Double? { covered.mean }
}

/// A mean of decibels over frames; frames without samples do not count.
private struct MeanPSNR: Sendable {
  private var sum = 0.0
  private var frames = 0

  mutating func add(squaredError: Int64, samples: Int) {
    guard samples > 0 else { return }
    // A perfect frame would be infinitely good and swallow the mean.
    let meanSquared = max(Double(squaredError) / Double(samples), 1e-9)
    sum += 10 * log10(255 * 255 / meanSquared)
    frames += 1
  }

  var mean: Double? { frames > 0 ? sum / Double(frames) : nil }
}
