import Compute
import Geometry

/// A folder with a recorded scene: `clip.json` (its calibration), `exo.mp4`, `depth.mkv`, and for scoring
/// `ego_truth.mp4` and `egox_prior.mp4`.
public struct Clip: Sendable {
  public let folder: String
  public let name: String
  public let calibrationFile: String
  public let calibration: Calibration
  public let exoFile: String
  public let depthFile: String?
  /// What the ego camera really saw.
  public let truthFile: String?
  /// The prior that EgoX rendered offline from the whole clip.
  public let egoxPriorFile: String?
  /// Frames that count, where the document says; the files may hold a repeated one more.
  public var frames: Int? { calibration.frames }
  public var framesPerSecond: Double { calibration.framesPerSecond }

  /// Every file of it that is there, as `requireSeparate` takes them.
  public var files: [NamedFile] {
    [calibrationFile, exoFile, depthFile, truthFile, egoxPriorFile].compactMap { $0 }.map {
      NamedFile("the clip's", $0)
    }
  }

  /// - Throws: `Failure` naming what is missing in the folder, or wrong with its calibration.
  public init(folder: String) throws(Failure) {
    let trimmed = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    func path(_ file: String) -> String { trimmed + "/" + file }
    func present(_ file: String) -> String? {
      isRegularFile(path(file)) ? path(file) : nil
    }
    guard let calibrationFile = present("clip.json"), let exoFile = present("exo.mp4") else {
      throw Failure(
        .setting, "\(folder): not a clip; expected a folder with clip.json and exo.mp4 (see samples/workbench)")
    }
    calibration = try Calibration(contentsOfFile: calibrationFile)
    self.folder = trimmed
    name = calibration.name ?? String(trimmed.split(separator: "/").last ?? "clip")
    self.calibrationFile = calibrationFile
    self.exoFile = exoFile
    let depth = calibration.depth.file ?? "depth.mkv"
    depthFile = present(depth)
    guard depthFile != nil || calibration.depth.assumedMetres != nil else {
      throw Failure(
        .format,
        "\(path(depth)): no such file, and \(calibrationFile) has no depth.assumed_metres; without depth nothing is "
          + "seen and every frame is empty; expected the clip's depth, a GRAY16_LE video")
    }
    truthFile = present("ego_truth.mp4")
    egoxPriorFile = present("egox_prior.mp4")
  }

  /// How many frames count, counted in the exo video where the document does not say.
  public func countFrames() throws -> Int {
    if let frames { return frames }
    return try FrameReader(file: exoFile, format: .rgbx).countRest()
  }
}

/// A clip's exo frames with the depth of the same index.
public final class ClipReader {
  private let exo: FrameReader
  private let depth: FrameReader?
  private var remaining: Int

  public init(_ clip: Clip, limit: Int? = nil) throws(Failure) {
    exo = try FrameReader(file: clip.exoFile, format: .rgbx)
    if let file = clip.depthFile { depth = try FrameReader(file: file, format: .gray16) } else { depth = nil }
    remaining = min(clip.frames ?? .max, limit ?? .max)
  }

  /// Hands the next frame to `body`; a missing depth frame is `nil`.
  /// - Returns: `false` at the end.
  public func readNext(_ body: (DecodedFrame, DecodedFrame?) throws -> Void) throws -> Bool {
    guard remaining > 0 else { return false }
    remaining -= 1
    let found: Void? = try exo.withNext { colour in
      let hadDepth: Void? = try depth?.withNext { try body(colour, $0) } ?? nil
      if hadDepth == nil { try body(colour, nil) }
    }
    return found != nil
  }
}
