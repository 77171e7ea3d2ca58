import ClipIO
import Compute
import EgoStream
import Geometry

/// Holds a calibration against a depth video: is the wearer's head where the poses say?
struct AlignmentCheck {
  let line: String
  let warning: String?

  /// - Throws: `Failure` of kind `.format` for a video of another shape.
  init(_ calibration: Calibration, depthFile: String, poses: any PoseSource) throws {
    let reader = try FrameReader(file: depthFile, format: .gray16)
    var alignment: WearerAlignment?
    var frame = 0
    while try reader.withNext({ depth in
      let alignment = try alignment ?? Self.begin(calibration, depthFile, width: depth.width, height: depth.height)
      let time = Int64((Double(frame) * 1e9 / calibration.framesPerSecond).rounded())
      let sample = poses.pose(mediaNanoseconds: time, hostNanoseconds: time)
      if !sample.isStale {
        _ = alignment.observe(
          depth.depth, exoWorldToCamera: calibration.exoTrajectory.pose(at: time).pose,
          egoWorldToCamera: sample.worldToCamera)
      }
      return alignment
    }).map({ alignment = $0 }) != nil { frame += 1 }
    guard let alignment else { throw Failure(.format, "\(depthFile): holds no frames") }
    line = "wearer  looked for in \(alignment.frames) of \(frame) depth pictures"
    let found = alignment.correction
    let focal = calibration.exo.lens.focal * found.focal
    let numbers =
      "exo.fx \(Self.short(focal.x)), exo.fy \(Self.short(focal.y)), "
      + "depth.metres_per_unit \(Self.short(calibration.depth.metresPerUnit * found.depth))"
    warning = found == .none ? nil : "\(found.inWords); with \(numbers) the head stands where the poses have it"
  }

  private static func begin(
    _ calibration: Calibration, _ file: String, width: Int, height: Int
  ) throws(Failure) -> WearerAlignment {
    let exo = calibration.exo
    guard exo.hasShape(width: width, height: height) else {
      throw Failure(
        .format,
        "\(file): \(width)x\(height) has another shape than the calibrated \(exo.width)x\(exo.height); "
          + "expected depth that is aligned with the exo picture")
    }
    return WearerAlignment(camera: exo.resized(width: width, height: height), depthFormat: calibration.depth)
  }

  /// Four digits.
  private static func short(_ value: Double) -> String {
    let unit = value >= 1000 ? 1.0 : value >= 1 ? 100.0 : 1e6
    return String((value * unit).rounded() / unit)
  }
}
