import CGStreamerApp
import ClipIO
import Compute
import Glibc

/// Decoded frames of a clip, pushed into an appsrc at the clip's rate by the clock, as a camera would.
final class LiveCamera {
  private var colour: [UnsafeMutablePointer<GstBuffer>] = []
  private var depth: [UnsafeMutablePointer<GstBuffer>] = []
  let colourCaps: String
  let depthCaps: String?
  private let framesPerSecond: Double

  init(_ clip: Clip, limit: Int) throws(Failure) {
    framesPerSecond = clip.framesPerSecond
    let frames = min(limit, clip.frames ?? .max)
    // As decoded, without conversion: a camera too delivers YUV that the pipeline has to convert.
    (colour, colourCaps) = try Self.decode(
      clip.exoFile, "filesrc location=\(launchQuoted(clip.exoFile)) ! decodebin", frames: frames)
    if let file = clip.depthFile {
      (depth, depthCaps) = try Self.decode(file, DepthVideo(file).launch, frames: frames)
    } else {
      depthCaps = nil
    }
    guard !colour.isEmpty else { throw Failure(.format, "\(clip.exoFile): holds no frames") }
  }

  deinit {
    for buffer in colour + depth { gst_buffer_unref(buffer) }
  }

  /// Pushes `frames` frames at the clip's rate and then ends the stream.
  ///
  /// A frame's timestamp is the running time at which it was due; `pushed` notes when it really went in.
  func play(
    into pipeline: Pipeline, colourSource: String, depthSource: String, frames: Int, pushed: PadStopwatch
  ) throws(Failure) {
    guard let colourSource = pipeline.named(colourSource) else { throw Failure(.library, "no appsrc for the frames") }
    let depthSource = depth.isEmpty ? nil : pipeline.named(depthSource)
    guard let clock = gst_pipeline_get_clock(raw(pipeline.element)) else {
      throw Failure(.library, "pipeline has no clock")
    }
    defer { gst_object_unref(clock) }
    let start = gst_clock_get_time(clock) - gst_element_get_base_time(pipeline.element)
    let period = max(2 * (colour.count - 1), 1)
    for index in 0..<frames {
      let due = start + GstClockTime(Double(index) * 1e9 / framesPerSecond)
      wait(until: due + gst_element_get_base_time(pipeline.element), on: clock)
      let phase = index % period
      let frame = phase < colour.count ? phase : period - phase
      pushed.note(due)
      if let depthSource, frame < depth.count { push(depth[frame], at: due, into: depthSource) }
      push(colour[frame], at: due, into: colourSource)
      guard try pipeline.handleMessages(timeout: 0) else { return }
    }
    for source in [colourSource, depthSource] {
      if let source { gst_app_src_end_of_stream(raw(source)) }
    }
  }

  private func push(
    _ frame: UnsafeMutablePointer<GstBuffer>, at timestamp: GstClockTime, into source: UnsafeMutablePointer<GstElement>
  ) {
    // A copy shares the pixels and has a timestamp of its own.
    guard let copy = gst_buffer_copy(frame) else { return }
    copy.pointee.pts = timestamp
    copy.pointee.dts = GstClockTime.max
    copy.pointee.duration = GstClockTime(1e9 / framesPerSecond)
    gst_app_src_push_buffer(raw(source), copy)
  }

  private func wait(until time: GstClockTime, on clock: UnsafeMutablePointer<GstClock>) {
    guard let alarm = gst_clock_new_single_shot_id(clock, time) else { return }
    gst_clock_id_wait(alarm, nil)
    gst_clock_id_unref(alarm)
  }

  private static func decode(
    _ file: String, _ source: String, frames: Int
  ) throws(Failure) -> ([UnsafeMutablePointer<GstBuffer>], String) {
    let pipeline = try Pipeline("\(source) ! appsink name=frames sync=false max-buffers=4")
    guard let sink = pipeline.named("frames") else { throw Failure(.library, "appsink is not installed") }
    try pipeline.play()
    var buffers: [UnsafeMutablePointer<GstBuffer>] = []
    var caps = ""
    while buffers.count < frames, let sample = try pipeline.nextSample(of: raw(sink), file: file) {
      defer { gst_sample_unref(sample) }
      // A deep copy, because the decoder reuses its buffers.
      guard let copy = gst_buffer_copy_deep(gst_sample_get_buffer(sample)) else { break }
      buffers.append(copy)
      if caps.isEmpty, let text = gst_caps_to_string(gst_sample_get_caps(sample)) {
        caps = String(cString: text)
        g_free(text)
      }
    }
    return (buffers, caps)
  }
}

/// The same object under the type a function of GStreamer's asks for: C casts between these freely.
func raw<Object>(_ element: UnsafeMutablePointer<GstElement>) -> UnsafeMutablePointer<Object> {
  UnsafeMutableRawPointer(element).assumingMemoryBound(to: Object.self)
}
