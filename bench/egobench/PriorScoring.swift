import ClipIO
import Compute

/// Holds rendered frames, and EgoX's prior where the clip has it, against the truth of the same index.
struct PriorScoring {
  private let clip: Clip
  private var truth: FrameReader?
  private var prior: FrameReader?
  private var isOpen = false
  private var oursScore = PictureScore()
  private var priorScore = PictureScore()
  private var oursCommon = PictureScore()
  private var priorCommon = PictureScore()

  /// A pixel of EgoX's prior counts as covered from this brightness on: it draws on black, and its video is lossy.
  private static let coveredFromBrightness: UInt8 = 16

  init(clip: Clip) { self.clip = clip }

  /// Scores one rendered frame; frames must come in order, none left out.
  mutating func add(_ frame: RenderedFrame, sheet: SheetWriter?) throws {
    try open(width: frame.width, height: frame.height)
    let truthPixels = try truth?.withNext { $0.packed(bytesPerPixel: 3) } ?? nil
    let priorPixels = try prior?.withNext { $0.packed(bytesPerPixel: 3) } ?? nil
    try sheet?.add(Array(frame.ego), width: frame.width, height: frame.height, column: .ours, index: frame.index)
    if let priorPixels {
      try sheet?.add(priorPixels, width: frame.width, height: frame.height, column: .egoxPrior, index: frame.index)
    }
    if let truthPixels {
      try sheet?.add(truthPixels, width: frame.width, height: frame.height, column: .truth, index: frame.index)
    }

    withOptionalBytes(truthPixels) { truthBytes in
      oursScore.add(frame: frame.ego, mask: frame.mask, truth: truthBytes)
      guard let priorPixels else { return }
      let priorMask = Self.mask(of: priorPixels)
      let commonMask = zip(priorMask, frame.mask).map { $0 & $1 }
      priorPixels.withUnsafeBytes { prior in
        priorMask.withUnsafeBytes { priorScore.add(frame: prior, mask: $0, truth: truthBytes) }
        commonMask.withUnsafeBytes {
          oursCommon.add(frame: frame.ego, mask: $0, truth: truthBytes)
          priorCommon.add(frame: prior, mask: $0, truth: truthBytes)
        }
      }
    }
  }

  var ours: PriorCommand.Score {
    Self.report(oursScore, common: oursCommon)
  }

  /// `nil` where the clip has no prior of EgoX's.
  var egoxPrior: PriorCommand.Score? {
    prior == nil ? nil : Self.report(priorScore, common: priorCommon)
  }

  private static func report(_ score: PictureScore, common: PictureScore) -> PriorCommand.Score {
    PriorCommand.Score(
      coverage: score.meanCoverage.map(rounded), psnr_covered: score.meanCoveredPSNR.map(rounded),
      psnr: score.meanPSNR.map(rounded), psnr_covered_common: common.meanCoveredPSNR.map(rounded))
  }

  private mutating func open(width: Int, height: Int) throws {
    guard !isOpen else { return }
    isOpen = true
    if let file = clip.truthFile { truth = try FrameReader(file: file, format: .rgb, size: (width, height)) }
    if let file = clip.egoxPriorFile { prior = try FrameReader(file: file, format: .rgb, size: (width, height)) }
  }

  private static func mask(of pixels: [UInt8]) -> [UInt8] {
    (0..<pixels.count / 3).map { pixel in
      let brightest = max(pixels[pixel * 3], pixels[pixel * 3 + 1], pixels[pixel * 3 + 2])
      return brightest >= coveredFromBrightness ? 255 : 0
    }
  }
}

private func withOptionalBytes(_ bytes: [UInt8]?, _ body: (UnsafeRawBufferPointer?) -> Void) {
  guard let bytes else { return body(nil) }
  bytes.withUnsafeBytes { body($0) }
}
