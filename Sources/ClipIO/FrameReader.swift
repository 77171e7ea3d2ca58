import CGStreamerApp
import Compute
import Geometry

/// Pixel layouts that frames are read and written in, by GStreamer's names.
public enum PixelFormat: String, Sendable {
  case rgbx = "RGBx"
  case rgb = "RGB"
  case gray8 = "GRAY8"
  case gray16 = "GRAY16_LE"

  public var bytesPerPixel: Int {
    switch self {
    case .rgbx: 4
    case .rgb: 3
    case .gray8: 1
    case .gray16: 2
    }
  }
}

/// One decoded frame, borrowed from GStreamer; valid only during the call it is passed to.
public struct DecodedFrame {
  public let base: UnsafePointer<UInt8>
  public let width: Int
  public let height: Int
  /// Bytes from one row to the next.
  public let stride: Int

  public var colour: ColourPlane { ColourPlane(base: base, width: width, height: height, stride: stride) }

  /// A copy with rows packed tightly.
  public func packed(bytesPerPixel: Int) -> [UInt8] {
    let rowBytes = width * bytesPerPixel
    return [UInt8](unsafeUninitializedCapacity: rowBytes * height) { buffer, count in
      for row in 0..<height {
        buffer.baseAddress?.advanced(by: row * rowBytes).update(from: base + row * stride, count: rowBytes)
      }
      count = rowBytes * height
    }
  }

  public var depth: DepthPlane {
    let samples = UnsafeRawPointer(base).assumingMemoryBound(to: UInt16.self)
    return DepthPlane(base: samples, width: width, height: height, stride: stride)
  }
}

/// Reads a video file frame by frame, in order and never dropping one.
public final class FrameReader {
  public let file: String
  private let format: PixelFormat
  private let pipeline: Pipeline
  private let sink: UnsafeMutablePointer<GstAppSink>
  /// Of the latest frame, where the file says.
  public private(set) var framesPerSecond: Double?

  /// - Parameter size: scales frames to that size; `nil` keeps the file's.
  /// - Throws: `Failure` when the file is not there or cannot be opened.
  public init(file: String, format: PixelFormat, size: (width: Int, height: Int)? = nil) throws(Failure) {
    try requireRegularFile(file, what: nil, expected: "a video")
    self.file = file
    self.format = format
    var caps = "video/x-raw,format=\(format.rawValue)"
    if let size { caps += ",width=\(size.width),height=\(size.height),pixel-aspect-ratio=1/1" }
    let decoded =
      try format == .gray16 ? DepthVideo(file).launch : "filesrc location=\(launchQuoted(file)) ! decodebin"
    pipeline = try Pipeline(
      "\(decoded) ! videoconvert ! videoscale ! \(caps) ! appsink name=frames sync=false max-buffers=4")
    guard let found = pipeline.named("frames") else { throw Failure(.library, "appsink is not installed") }
    sink = UnsafeMutableRawPointer(found).assumingMemoryBound(to: GstAppSink.self)
    try pipeline.play()
  }

  /// Reads to the end of the file.
  /// - Returns: how many frames that were.
  public func countRest() throws -> Int {
    var count = 0
    while try withNext({ _ in }) != nil { count += 1 }
    return count
  }

  /// Hands the next frame to `body`.
  /// - Returns: what `body` returned; `nil` at the end of the file, and when the user asked to stop.
  /// - Throws: `Failure` when the file does not decode; what `body` throws.
  public func withNext<Result>(_ body: (DecodedFrame) throws -> Result) throws -> Result? {
    guard let sample = try pipeline.nextSample(of: sink, file: file) else { return nil }
    defer { gst_sample_unref(sample) }
    var info = GstVideoInfo()
    var frame = GstVideoFrame()
    guard gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) != 0,
      gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ) != 0,
      let base = frame.data.0
    else { throw Failure(.format, "\(file): a decoded frame cannot be read as \(format.rawValue)") }
    defer { gst_video_frame_unmap(&frame) }
    framesPerSecond = info.fps_n > 0 && info.fps_d > 0 ? Double(info.fps_n) / Double(info.fps_d) : nil
    return try body(
      DecodedFrame(
        base: UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), width: Int(frame.info.width),
        height: Int(frame.info.height), stride: Int(frame.info.stride.0)))
  }
}
