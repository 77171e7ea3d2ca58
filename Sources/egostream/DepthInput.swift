import ArgumentParser
import ClipIO
import Compute

/// Where depth comes from.
enum DepthInput {
  case device(String)
  case file(DepthVideo)

  /// What `--depth` takes.
  static let help: ArgumentHelp = """
    A GRAY16_LE video, or a camera (/dev/videoN) that delivers depth as Y16 (for Z16: pipelines/depth-camera-serve.sh); \
    without it the calibration's depth.assumed_metres is used.
    """

  init(_ text: String) throws(Failure) {
    if isCamera(text) {
      // What else is wrong with a device GStreamer says itself.
      let formats = (try? VideoDevice(path: text))?.formats.map(\.fourCharacterCode) ?? []
      if let reason = Self.refusal(ofFormats: formats) { throw Failure(.format, "depth \(text): \(reason)") }
      self = .device(text)
    } else {
      self = .file(try DepthVideo(text))
    }
  }

  /// Why depth in these formats cannot be captured; `nil` where it can.
  ///
  /// Z16, which most depth cameras deliver, is none that GStreamer's v4l2src knows (1.22 does not). Y16 has the same
  /// layout of samples, GRAY16_LE.
  static func refusal(ofFormats formats: [String]) -> String? {
    guard formats.contains("Z16 "), !formats.contains("Y16 ") else { return nil }
    return "delivers \(formats.joined(separator: ", ")), of which depth is Z16, which GStreamer's v4l2src cannot "
      + "capture; expected Y16; CALIBRATION=scene.json pipelines/depth-camera-serve.sh COLOUR_DEVICE DEPTH_DEVICE reads "
      + "Z16 with v4l2-ctl"
  }

  func launch(width: Int, height: Int) -> String {
    switch self {
    // GStreamer calls Video4Linux's Y16 by the layout of its samples.
    case .device(let path):
      "v4l2src device=\(launchQuoted(path)) ! video/x-raw,format=GRAY16_LE,width=\(width),height=\(height)"
    case .file(let video): video.launch
    }
  }
}
