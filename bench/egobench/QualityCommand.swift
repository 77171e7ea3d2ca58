import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// How good the product's picture is on clips with a true ego video, beside what naive outputs would have scored.
struct QualityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Scores the product's ego video on clips with a truth, beside naive outputs.",
    discussion: """
      PSNR and SSIM reward blur: read them beside sharpness (1 is right), swd (texture, 0 is best), psnr_low (layout and \
      colour) and warping_error (flicker). Figures of observed and unobserved pixels go by the product's own mask. The \
      naive outputs are the bare prior, its push-pull fill without and with the photometric profile, its Telea fill (every \
      fourth frame, so that it has no warping_error), and the true ego video's first frame, kept.
      """)

  @Argument(help: "Folders with clip.json, exo.mp4, depth.mkv and ego_truth.mp4.")
  var clips: [String]

  @OptionGroup var product: ProductOptions

  @Option(help: "Score at most this many frames of each clip.")
  var frames = 49

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  @Option(help: "Write a picture for each clip into this folder: exo, prior, ours and truth at a few times.")
  var sheets: String?

  @Flag(help: "Leave out the naive outputs.")
  var alone = false

  struct Entry: Encodable {
    var clip: String
    var frames: Int
    var output: QualityTally.Result
    var naive: [String: QualityTally.Result]
  }

  /// Each figure's mean over the clips that have it.
  struct Mean: Encodable {
    var output: QualityTally.Result
    var naive: [String: QualityTally.Result]

    init(of entries: [Entry]) {
      func mean(_ results: [QualityTally.Result]) -> QualityTally.Result {
        Dictionary(grouping: results.flatMap { $0 }, by: \.key).mapValues { figures in
          rounded(figures.reduce(0) { $0 + $1.value } / Double(figures.count))
        }
      }
      output = mean(entries.map(\.output))
      naive = Dictionary(grouping: entries.flatMap(\.naive), by: \.key).mapValues { mean($0.map(\.value)) }
    }
  }

  struct Report: Encodable {
    var model: String
    var clips: [Entry]
    var mean: Mean
    /// Clips without a truth, or that could not be read, and why.
    var skipped: [String: String]
  }

  func validate() throws { try requireFrames(frames) }

  func run() throws {
    if let sheets { try makeFolder(NamedFile("--sheets", sheets)) }
    // Those that cannot be read are told of when it is their turn.
    let readable = clips.compactMap { try? Clip(folder: $0) }
    var outputs: [(name: String, path: String?)] = [("--json", json)]
    outputs += readable.map { (name: "--sheets", path: sheet(of: $0)) }
    try requireOutputs(outputs, inputs: readable.flatMap(\.files))
    let model = try product.model.folder()
    var entries: [Entry] = []
    var skipped: [String: String] = [:]
    for folder in clips {
      do {
        let clip = try Clip(folder: folder)
        guard let truth = clip.truthFile else {
          skipped[folder] = "no ego_truth.mp4"
          continue
        }
        writeProgress("\(clip.name): scoring")
        let entry = try score(clip, truth, model: model)
        entries.append(entry)
        writeProgress(QualityTable(clip.name, entry.output, entry.naive).text)
      } catch let failure as Failure {
        skipped[folder] = failure.message
        writeProgress("\(folder): skipped: \(failure.message)")
      }
    }
    guard !entries.isEmpty else {
      throw Failure(.format, "none of \(clips.count) clips could be scored: \(skipped)")
    }
    let mean = Mean(of: entries)
    if entries.count > 1 {
      writeProgress(QualityTable("mean of \(entries.count) clips", mean.output, mean.naive).text)
    }
    try writeReport(
      Report(model: model.isEmpty ? ModelLibrary.noModel : model, clips: entries, mean: mean, skipped: skipped),
      to: json)
  }

  private func sheet(of clip: Clip) -> String? { sheets.map { "\($0)/\(clip.name).png" } }

  private func score(_ clip: Clip, _ truthFile: String, model: String) throws -> Entry {
    let truth = try TruthFrames(truthFile, clip, limit: frames)
    let sheet = self.sheet(of: clip).map { SheetWriter(file: $0, frames: truth.count) }
    var naive: [String: QualityTally] = [:]
    let filled = product.configuration()
    var bare = filled
    bare.fill = .none
    if let sheet {
      try play(clip, ClipRenderer(clip, photometric: false, bare), truth) { frame, _ in
        try sheet.add(Array(frame.ego), width: frame.width, height: frame.height, column: .prior, index: frame.index)
      } exo: { exo, index in
        try sheet.add(exo, column: .exo, index: index)
      }
    }
    if !alone {
      try play(clip, ClipRenderer(clip, photometric: false, bare), truth) { frame, truth in
        let mask = Array(frame.mask)
        let picture = Picture(Array(frame.ego), width: frame.width, height: frame.height)
        naive["prior", default: QualityTally()].add(picture, truth: truth, mask: mask)
        if frame.index % 4 == 0 {
          let inpainted = TeleaInpainting.fill(picture, known: mask.map { $0 != 0 })
          naive["telea", default: QualityTally(hasMotion: false)].add(inpainted, truth: truth, mask: mask)
        }
      }
      try play(clip, ClipRenderer(clip, photometric: false, filled), truth) { frame, truth in
        naive["push_pull", default: QualityTally()].add(
          Picture(Array(frame.ego), width: frame.width, height: frame.height), truth: truth, mask: Array(frame.mask))
      }
      let first = truth.picture(0)
      try play(clip, ClipRenderer(clip, photometric: true, filled), truth) { frame, truth in
        naive["push_pull_lens", default: QualityTally()].add(
          Picture(Array(frame.ego), width: frame.width, height: frame.height), truth: truth, mask: Array(frame.mask))
        naive["first_frame", default: QualityTally()].add(first, truth: truth, mask: Array(frame.mask))
      }
    }
    var ours = QualityTally()
    try play(clip, ClipRenderer(clip, photometric: true, product.configuration(model: model)), truth) { frame, truth in
      ours.add(
        Picture(Array(frame.ego), width: frame.width, height: frame.height), truth: truth, mask: Array(frame.mask))
      try sheet?.add(Array(frame.ego), width: frame.width, height: frame.height, column: .ours, index: frame.index)
    }
    if let sheet {
      for moment in sheet.moments where moment < truth.count {
        try sheet.add(truth.bytes[moment], width: truth.width, height: truth.height, column: .truth, index: moment)
      }
      try sheet.finish()
    }
    guard let output = ours.result else { throw Failure(.format, "\(clip.exoFile): holds no frames") }
    return Entry(
      clip: clip.name, frames: truth.count, output: output, naive: naive.compactMapValues(\.result))
  }

  /// Renders a clip and hands each frame on with its truth.
  private func play(
    _ clip: Clip, _ renderer: ClipRenderer, _ truth: TruthFrames, _ body: (RenderedFrame, Picture) throws -> Void,
    exo: (DecodedFrame, Int) throws -> Void = { _, _ in }
  ) throws {
    let reader = try ClipReader(clip, limit: truth.count)
    var index = 0
    func finished(_ frame: RenderedFrame) throws {
      guard frame.width == truth.width, frame.height == truth.height else {
        throw Failure(
          .format,
          "\(clip.name): the truth is \(truth.width)×\(truth.height), the ego camera \(frame.width)×\(frame.height)")
      }
      if frame.index < truth.count { try body(frame, truth.picture(frame.index)) }
    }
    while try reader.readNext({ colour, depth in
      try exo(colour, index)
      try renderer.render(index: index, colour: colour.colour, depth: depth?.depth, finished)
    }) { index += 1 }
    try renderer.drain(finished)
  }
}

/// A clip's true ego frames, in memory: 0.6 MB each at 448 × 448.
private struct TruthFrames {
  let width: Int
  let height: Int
  let bytes: [[UInt8]]

  var count: Int { bytes.count }

  init(_ file: String, _ clip: Clip, limit: Int) throws {
    let camera = clip.calibration.ego
    (width, height) = (camera.width, camera.height)
    let reader = try FrameReader(file: file, format: .rgb, size: (width, height))
    var all: [[UInt8]] = []
    while all.count < min(limit, clip.frames ?? .max), let frame = try reader.withNext({ $0.packed(bytesPerPixel: 3) })
    {
      all.append(frame)
    }
    guard !all.isEmpty else { throw Failure(.format, "\(file): holds no frames") }
    bytes = all
  }

  func picture(_ index: Int) -> Picture { Picture(bytes[index], width: width, height: height) }
}
