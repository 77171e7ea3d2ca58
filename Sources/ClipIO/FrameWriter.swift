import CGStreamerApp
import Compute

/// Writes frames to a video or picture file.
public final class FrameWriter {
  public let file: String
  private let pipeline: Pipeline
  private let source: UnsafeMutablePointer<GstAppSrc>
  private let frameNanoseconds: Double
  private let rowBytes: Int
  private let height: Int
  private var written = 0
  /// Frames that may wait for the encoder.
  private static let mostWaiting: guint64 = 8

  /// - Parameters:
  ///   - ending: what kind of file it is; that of a picture takes a single frame.
  ///   - filters: elements between the frames and the encoder, as they stand in a launch line.
  public init(
    file: String, ending: FileEnding, format: PixelFormat, width: Int, height: Int, framesPerSecond: Double,
    filters: [String] = []
  ) throws(Failure) {
    self.file = file
    self.height = height
    rowBytes = width * format.bytesPerPixel
    frameNanoseconds = 1e9 / framesPerSecond
    let rate = Int((framesPerSecond * 1000).rounded())
    let caps =
      "video/x-raw,format=\(format.rawValue),width=\(width),height=\(height),framerate=\(rate)/1000"
    let between = ["videoconvert"] + filters.flatMap { [$0, "videoconvert"] }
    pipeline = try Pipeline(
      (["appsrc name=frames format=time max-bytes=0 caps=\(launchQuoted(caps))"] + between
        + [Self.encoder(for: ending), "filesink location=\(launchQuoted(file))"]).joined(separator: " ! "))
    guard let found = pipeline.named("frames") else { throw Failure(.library, "appsrc is not installed") }
    source = UnsafeMutableRawPointer(found).assumingMemoryBound(to: GstAppSrc.self)
    try pipeline.play()
  }

  private static func encoder(for ending: FileEnding) -> String {
    switch ending {
    // Quality 12 is beyond what scoring can tell from the original, so a figure taken from the file holds.
    case .mp4: "x264enc pass=qual quantizer=12 ! video/x-h264,profile=high ! h264parse ! mp4mux"
    case .mkv: "avenc_ffv1 ! matroskamux"
    case .png: "pngenc snapshot=true"
    }
  }

  /// Appends one frame of tightly packed rows.
  public func write(_ pixels: UnsafeRawBufferPointer) throws(Failure) {
    // GStreamer expects rows that start at multiples of 4 bytes.
    let stride = (rowBytes + 3) & ~3
    guard pixels.count == rowBytes * height, let base = pixels.baseAddress,
      let buffer = gst_buffer_new_allocate(nil, gsize(stride * height), nil)
    else { throw Failure(.format, "\(file): frame of \(pixels.count) bytes; expected \(rowBytes * height)") }
    for row in 0..<height {
      gst_buffer_fill(buffer, gsize(row * stride), base + row * rowBytes, gsize(rowBytes))
    }
    buffer.pointee.pts = GstClockTime(Double(written) * frameNanoseconds)
    buffer.pointee.duration = GstClockTime(frameNanoseconds)
    written += 1
    // Not appsrc's own `block`: it would wait for ever on a pipeline that failed, on a full disk for example.
    // A request to stop ends the waiting too: what is left goes in at once, and is finished.
    while gst_app_src_get_current_level_buffers(source) >= Self.mostWaiting, !StopRequest.isMade {
      do {
        if try pipeline.handleMessages(timeout: 1_000_000) { continue }
      } catch {
        gst_buffer_unref(buffer)
        throw Failure(.library, "\(file): \(error.message)")
      }
      gst_buffer_unref(buffer)
      throw Failure(.library, "\(file): the encoder ended after fewer than \(written) frames")
    }
    guard gst_app_src_push_buffer(source, buffer) == GST_FLOW_OK else {
      throw Failure(.library, "\(file): \(pipeline.pendingFailure()?.message ?? "the encoder took no more frames")")
    }
  }

  /// Ends the file; without this it is not playable.
  public func finish() throws(Failure) {
    gst_app_src_end_of_stream(source)
    do throws(Failure) {
      while try pipeline.handleMessages(timeout: 100_000_000) {
        guard !StopRequest.isInsistent else { throw Failure(.library, "not finished: asked to stop at once") }
      }
    } catch {
      throw Failure(.library, "\(file): \(error.message)")
    }
  }
}
