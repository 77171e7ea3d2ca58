import CGStreamerApp
import Compute

/// A video of 16-bit depth samples, looked at before a pipeline is built of it.
public struct DepthVideo {
  public let file: String
  /// Samples that begin with the higher byte, as PNG and TIFF have them.
  private let isBigEndian: Bool

  /// - Throws: `Failure` of kind `.format` that names the file, when it does not decode or holds no depth.
  public init(_ file: String) throws(Failure) {
    try requireRegularFile(file, what: "depth", expected: "a GRAY16_LE video file, or /dev/videoN of a depth camera")
    self.file = file
    let found = try Self.pictureFormat(of: file)
    guard found == PixelFormat.gray16.rawValue || found == "GRAY16_BE" else {
      throw Failure(
        .format,
        "depth \(file): is \(found); expected GRAY16_LE, whole samples of distance in a lossless video (FFV1 in .mkv)")
    }
    isBigEndian = found == "GRAY16_BE"
  }

  /// Its frames as GRAY16_LE, as the beginning of a launch line.
  ///
  /// Converted only where it is the order of bytes: a conversion would make depth of any picture.
  public var launch: String {
    "filesrc location=\(launchQuoted(file)) ! decodebin ! " + (isBigEndian ? "videoconvert ! " : "")
      + "video/x-raw,format=\(PixelFormat.gray16.rawValue)"
  }

  /// The layout of a video's pixels as it decodes, by GStreamer's name.
  private static func pictureFormat(of file: String) throws(Failure) -> String {
    let pipeline = try Pipeline(
      "filesrc location=\(launchQuoted(file)) ! decodebin"
        + " ! appsink name=frames caps=video/x-raw sync=false max-buffers=1")
    guard let sink = pipeline.named("frames") else { throw Failure(.library, "appsink is not installed") }
    try pipeline.play()
    let sample = try pipeline.nextSample(
      of: UnsafeMutableRawPointer(sink).assumingMemoryBound(to: GstAppSink.self), file: file)
    guard let sample else { throw Failure(.format, "\(file): holds no frames") }
    defer { gst_sample_unref(sample) }
    guard let structure = gst_caps_get_structure(gst_sample_get_caps(sample), 0),
      let format = gst_structure_get_string(structure, "format")
    else { throw Failure(.format, "\(file): a decoded frame does not say what it holds") }
    return String(cString: format)
  }
}
