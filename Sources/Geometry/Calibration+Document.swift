import Compute
import FoundationEssentials
import Glibc

extension Calibration {
  /// Reads a calibration document.
  /// - Throws: `Failure` of kind `.calibration` naming the file, the field, the value and what was expected.
  public init(contentsOfFile path: String) throws(Failure) {
    let data = try readFile(path, what: "calibration", kind: .calibration)
    try self.init(json: data, name: path)
  }

  /// Reads a calibration document from memory; `name` stands for it in messages.
  public init(json: Data, name: String) throws(Failure) {
    let document: CalibrationDocument
    do {
      document = try JSONDecoder().decode(CalibrationDocument.self, from: json)
    } catch let error as DecodingError {
      throw Failure(.calibration, "calibration \(name): \(error.inWords)")
    } catch {
      throw Failure(.calibration, "calibration \(name): \(error)")
    }
    do {
      try self.init(document)
    } catch {
      throw Failure(.calibration, "calibration \(name): \(error.message)")
    }
  }

  init(_ document: CalibrationDocument) throws(Failure) {
    let fps = document.fps ?? 30
    guard fps.isFinite, fps >= 0.01, fps <= 1000 else {
      throw Failure(.calibration, "fps is \(fps); expected frames a second, 0.01 to 1000")
    }
    if let frames = document.frames, frames <= 0 {
      throw Failure(.calibration, "frames is \(frames); expected a count above 0")
    }
    self.init(
      name: document.name, framesPerSecond: fps, frames: document.frames,
      exo: try Camera(document.exo, field: "exo"),
      exoTrajectory: try Trajectory(document.exo.world_to_camera, framesPerSecond: fps, field: "exo")
        ?? Trajectory(fixed: .identity),
      ego: try Camera(document.ego, field: "ego"),
      egoTrajectory: try Trajectory(document.ego.world_to_camera, framesPerSecond: fps, field: "ego"),
      depth: try DepthFormat(document.depth))
  }
}

extension DepthFormat {
  init(_ document: CalibrationDocument.DepthDocument?) throws(Failure) {
    self.init()
    guard let document else { return }
    file = document.file
    if let unit = document.unit {
      let known = ["millimetre": 0.001, "centimetre": 0.01, "metre": 1.0, "millimeter": 0.001, "meter": 1.0]
      guard let metres = known[unit] else {
        throw Failure(
          .calibration,
          "depth.unit is \"\(unit)\"; expected millimetre, centimetre or metre (or give metres_per_unit)")
      }
      metresPerUnit = metres
      if let scale = document.metres_per_unit, abs(scale - metres) > 1e-9 {
        throw Failure(
          .calibration, "depth.unit \"\(unit)\" contradicts depth.metres_per_unit \(scale); give one of them")
      }
    }
    if let scale = document.metres_per_unit {
      guard scale.isFinite, scale > 0, scale <= 10 else {
        throw Failure(.calibration, "depth.metres_per_unit is \(scale); expected above 0 and at most 10")
      }
      metresPerUnit = scale
    }
    if let text = document.kind {
      guard let known = Kind(rawValue: text) else {
        throw Failure(
          .calibration, "depth.kind is \"\(text)\"; expected z (along the axis) or range (along the ray)")
      }
      kind = known
    }
    if let sample = document.invalid {
      guard let value = UInt16(exactly: sample) else {
        throw Failure(.calibration, "depth.invalid is \(sample); expected 0...65535")
      }
      invalid = value
    }
    if let assumed = document.assumed_metres {
      guard assumed.isFinite, assumed >= 0.05, assumed <= 1000 else {
        throw Failure(.calibration, "depth.assumed_metres is \(assumed); expected metres, 0.05 to 1000")
      }
      assumedMetres = assumed
    }
  }
}

extension DecodingError {
  /// The field and what is wrong with it, in a line.
  package var inWords: String {
    func place(_ path: [any CodingKey]) -> String {
      path.map { $0.intValue.map { "[\($0)]" } ?? "." + $0.stringValue }.joined().drop { $0 == "." }.description
    }
    switch self {
    case .keyNotFound(let key, let context):
      let at = place(context.codingPath + [key])
      return "\(at) is missing"
    case .typeMismatch(let type, let context):
      // The decoder's own words end in "but found a string instead."
      let words = context.debugDescription
      var found = "something else"
      if let start = words.firstRange(of: "but found "), let end = words.firstRange(of: " instead") {
        found = String(words[start.upperBound..<max(start.upperBound, end.lowerBound)])
      }
      let at = place(context.codingPath)
      return "\(at.isEmpty ? "the document" : at) is \(found); expected \(Self.inWords(type))"
    case .valueNotFound(let type, let context):
      let at = place(context.codingPath)
      return "\(at.isEmpty ? "the document" : at) is null; expected \(Self.inWords(type))"
    case .dataCorrupted(let context):
      let at = place(context.codingPath)
      return at.isEmpty ? "not a JSON document (\(context.debugDescription))" : "\(at): \(context.debugDescription)"
    @unknown default:
      return "\(self)"
    }
  }

  private static func inWords(_ type: any Any.Type) -> String {
    switch type {
    case is Double.Type, is Int.Type: "a number"
    case is String.Type: "a string"
    default: "\(type)".hasPrefix("Array") ? "an array" : "an object"
    }
  }
}

/// Reads a small file whole; what is missing, oversized or no file is a `Failure` that names it, before anything is read.
func readFile(_ path: String, what: String, kind: Failure.Kind) throws(Failure) -> Data {
  let limit = 64 << 20
  var status = stat()
  if stat(path, &status) == 0 {
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(kind, "\(what) \(path): a folder, a pipe or a device; expected a regular file")
    }
    guard status.st_size <= limit else {
      throw Failure(kind, "\(what) \(path): \(status.st_size) bytes; expected at most \(limit)")
    }
  }
  let data: Data
  do {
    data = try Data(contentsOf: URL(filePath: path))
  } catch {
    throw Failure(kind, "\(what) \(path): cannot be read; check that the file is there and readable")
  }
  return data
}
