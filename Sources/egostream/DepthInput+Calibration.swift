import ClipIO
import Compute
import Geometry

extension DepthInput {
  /// What `--depth` names; `nil` without it.
  /// - Throws: `Failure` where there would be no depth at all: every frame would be black, and nothing else would say why.
  static func depth(_ text: String?, for calibration: Calibration, of document: String) throws(Failure) -> DepthInput? {
    if let text { return try DepthInput(text) }
    guard calibration.depth.assumedMetres == nil else { return nil }
    let folder = document.lastIndex(of: "/").map { String(document[...$0]) } ?? ""
    let advice =
      calibration.depth.file.map { "--depth \(folder)\($0)" }
      ?? "--depth with a GRAY16_LE video or a depth camera, or depth.assumed_metres in the document for a flat backdrop"
    throw Failure(
      .setting,
      "--depth is missing, and calibration \(document) has no depth.assumed_metres; without depth nothing is seen and "
        + "every frame is black; expected \(advice)")
  }
}
