import Compute
import FoundationEssentials

/// Reads EgoX's `meta.json` (github.com/DAVIAN-Robotics/EgoX) and writes it as a calibration document.
///
/// What EgoX keeps in its code rather than in that file is filled in here: videos of 784×448 made by scaling the
/// camera's picture to cover that size and cutting the middle out; an ego camera with the nominal lens of Project Aria's
/// glasses, mounted turned by a quarter. `ego_intrinsics` is not taken over: it describes no camera that the videos
/// show.
public struct EgoXImport: Sendable {
  public var exoWidth = 784
  public var exoHeight = 448
  public var framesPerSecond = 30.0
  /// Which of the file's `test_datasets` is meant.
  public var entry = 0

  public init() {}

  private struct Meta: Decodable {
    struct Entry: Decodable {
      let exo_path: String?
      let prompt: String?
      let camera_intrinsics: [[Double]]
      let camera_extrinsics: [[Double]]
      let ego_extrinsics: [[[Double]]]
    }
    let test_datasets: [Entry]
  }

  /// The calibration document's JSON text.
  /// - Throws: `Failure` of kind `.calibration` naming the file, the field, the value and what was expected.
  public func document(ofMetaFile path: String) throws(Failure) -> String {
    let data = try readFile(path, what: "EgoX description", kind: .calibration)
    let meta: Meta
    do {
      meta = try JSONDecoder().decode(Meta.self, from: data)
    } catch let error as DecodingError {
      throw Failure(.calibration, "EgoX description \(path): \(error.inWords)")
    } catch {
      throw Failure(.calibration, "EgoX description \(path): \(error)")
    }
    guard meta.test_datasets.indices.contains(entry) else {
      throw Failure(
        .calibration,
        "EgoX description \(path): entry \(entry) is not among its \(meta.test_datasets.count) test_datasets")
    }
    do throws(Failure) {
      let document = try calibration(of: meta.test_datasets[entry])
      // What cannot be read back is not written.
      _ = try Calibration(document)
      return try text(of: document)
    } catch {
      throw Failure(.calibration, "EgoX description \(path): \(error.message)")
    }
  }

  private func calibration(of entry: Meta.Entry) throws(Failure) -> CalibrationDocument {
    let exo = try exoCamera(entry.camera_intrinsics)
    guard !entry.ego_extrinsics.isEmpty else {
      throw Failure(.calibration, "ego_extrinsics is empty; expected one 3×4 matrix a frame")
    }
    return CalibrationDocument(
      name: entry.exo_path.flatMap(Self.clipName), source: "imported from EgoX", fps: framesPerSecond,
      frames: entry.ego_extrinsics.count, exo: with(exo, [entry.camera_extrinsics], isOne: true),
      ego: with(Self.ariaCamera, entry.ego_extrinsics, isOne: false),
      depth: .init(file: "depth.mkv", unit: "millimetre", kind: "z", invalid: 0), prompt: entry.prompt)
  }

  /// The camera of the scaled and cut picture, from the matrix of the original one.
  private func exoCamera(_ matrix: [[Double]]) throws(Failure) -> CalibrationDocument.CameraDocument {
    guard matrix.count == 3, matrix.allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isFinite) }), matrix[0][0] > 0,
      matrix[1][1] > 0, matrix[0][2] > 0, matrix[1][2] > 0
    else { throw Failure(.calibration, "camera_intrinsics is \(matrix); expected a 3×3 pinhole matrix in pixels") }
    // The original's size is nowhere said, but its principal point is its middle.
    let originalWidth = 2 * matrix[0][2]
    let originalHeight = 2 * matrix[1][2]
    let cover = max(Double(exoWidth) / originalWidth, Double(exoHeight) / originalHeight)
    // Scaled to whole pixels, as the resizing that made the videos does; a hair more guards against 447.9999.
    let scaledWidth = (originalWidth * cover + 1e-6).rounded(.down)
    let scaledHeight = (originalHeight * cover + 1e-6).rounded(.down)
    return .init(
      model: "pinhole", width: exoWidth, height: exoHeight, fx: matrix[0][0] * scaledWidth / originalWidth,
      fy: matrix[1][1] * scaledHeight / originalHeight,
      cx: matrix[0][2] * scaledWidth / originalWidth - (scaledWidth - Double(exoWidth)) / 2,
      cy: matrix[1][2] * scaledHeight / originalHeight - (scaledHeight - Double(exoHeight)) / 2)
  }

  /// Project Aria's RGB camera as its documentation gives it, at 448×448.
  private static var ariaCamera: CalibrationDocument.CameraDocument {
    .init(
      model: "fisheye624", width: 448, height: 448, f: 194, cx: 223.5, cy: 223.5,
      radial: [
        -0.02340373583137989, 0.09388021379709244, -0.06088035926222801, 0.0053304750472307205, 0.003342868760228157,
        -0.0006356257363222539,
      ],
      tangential: [0.0005087381578050554, -0.0004747129278257489],
      thin_prism: [
        -0.0011330085108056664, -0.00025734835071489215, 9.328465239377692e-05, 9.424977179151028e-05,
      ], rotate_clockwise_degrees: 90)
  }

  private func with(
    _ camera: CalibrationDocument.CameraDocument, _ matrices: [[[Double]]], isOne: Bool
  ) -> CalibrationDocument.CameraDocument {
    var camera = camera
    // Some hold the fourth row (0 0 0 1) too; it says nothing.
    camera.world_to_camera = .init(list: matrices.map { Array($0.prefix(3)) }, isOne: isOne)
    return camera
  }

  private func text(of document: CalibrationDocument) throws(Failure) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(document), as: UTF8.self) + "\n"
    } catch {
      throw Failure(.calibration, "cannot be written as JSON: \(error)")
    }
  }

  /// `./videos/NAME/exo.mp4` → `NAME`.
  private static func clipName(_ path: String) -> String? {
    let parts = path.split(separator: "/")
    return parts.count >= 2 ? String(parts[parts.count - 2]) : nil
  }
}
