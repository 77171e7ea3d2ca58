import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Geometry

/// Looks a calibration over before anything is made with it.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Checks a calibration document and says in words what it describes.",
    discussion: "Exit status is 1 when the document cannot be used; warnings alone leave it 0.")

  @Option(help: "The calibration document (.json).")
  var check: String

  @Option(help: "An exo video it should fit.")
  var exo: String?

  @Option(help: "Its depth video: is the wearer's head where the poses say?")
  var depth: String?

  @Option(
    help: "The wearer's poses while it was filmed: a document (.json) or a TUM trajectory; empty takes the document's.")
  var pose = ""

  func validate() throws {
    guard pose.isEmpty || depth != nil else { throw ValidationError("--pose: only --depth is held against poses") }
  }

  func run() throws {
    let calibration = try Calibration(contentsOfFile: check)
    let report = CalibrationReport(calibration)
    for line in report.lines { print(line) }
    var warnings = report.warnings + (try UnknownKeys(inFile: check).warnings)
    if let exo {
      let reader = try FrameReader(file: exo, format: .rgbx)
      guard let size = try reader.withNext({ (width: $0.width, height: $0.height) }) else {
        throw Failure(.format, "\(exo): holds no frames")
      }
      print("video   \(exo): \(size.width)x\(size.height)")
      warnings += try PaceCheck(calibration, reader).warnings
      let wanted = (width: calibration.exo.width, height: calibration.exo.height)
      if !calibration.exo.hasShape(width: size.width, height: size.height) {
        throw Failure(
          .calibration,
          "\(exo): \(size.width)x\(size.height) has another shape than the calibrated \(wanted.width)x\(wanted.height); "
            + "expected the picture the camera was calibrated with, or that resized; calibrate again, or cut the video")
      }
      if size != wanted {
        warnings.append(
          "the video is not of the calibrated size; the camera is scaled to it, which is right only for "
            + "the whole picture resized")
      }
    }
    if let depth {
      let poses = try openPoseSource(pose, calibration: calibration)
      guard poses.counters == nil else {
        throw Failure(
          .pose, "--pose \(pose): poses come live there; expected a file, of the time when --depth was filmed")
      }
      let check = try AlignmentCheck(calibration, depthFile: depth, poses: poses)
      print(check.line)
      if let warning = check.warning { warnings.append(warning) }
    }
    for warning in warnings { print("warning: \(warning)") }
    print(warnings.isEmpty ? "ok" : "usable, with \(warnings.count) warning\(warnings.count == 1 ? "" : "s")")
  }
}
