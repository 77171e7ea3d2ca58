import CGStreamer

/// When an exo frame is, on the clocks that matter.
struct FrameTime {
  /// As it is pushed downstream.
  var presentation: GstClockTime
  var duration: GstClockTime
  /// Against the pipeline's clock; `nil` in a segment that is not in time.
  var running: Int64?
  /// Position in the stream: from its beginning on, in a live pipeline from its first frame on.
  var media: Int64
}

/// Gives every exo frame a time, also where its buffer has none.
struct Timeline {
  private var next: GstClockTime?
  private var firstPosition: Int64?
  private var last: GstClockTime?
  private var steps = RecentTimes()

  /// Nanoseconds from one frame to the next as they come, of the middle one of the recent steps; `nil` before the second frame.
  private(set) var interval: UInt64?

  /// The time of the frame at the head of the queue; asked again for the same frame it answers the same.
  /// - Parameter isLive: Where nobody can seek, and timestamps begin whenever the camera does.
  mutating func time(
    of buffer: UnsafeMutablePointer<GstBuffer>, in segment: GstSegment, isLive: Bool
  ) -> FrameTime {
    var segment = segment
    var presentation = buffer.pointee.pts
    if presentation == noTime {
      let start = segment.format == GST_FORMAT_TIME && segment.start != noTime ? segment.start : 0
      // What follows the last frame may lie outside of a new segment.
      presentation = next.flatMap { $0 >= start && $0 < segment.stop ? $0 : nil } ?? start
    }
    var time = FrameTime(
      presentation: presentation, duration: buffer.pointee.duration, running: nil, media: 0)
    var position = Int64(clamping: presentation)
    if segment.format == GST_FORMAT_TIME {
      time.running = signed(presentation) { gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, $0, $1) }
      position =
        signed(presentation) { gst_segment_to_stream_time_full(&segment, GST_FORMAT_TIME, $0, $1) } ?? time.running
        ?? position
    }
    if firstPosition == nil { firstPosition = isLive || segment.format != GST_FORMAT_TIME ? position : 0 }
    time.media = max(0, position.subtractingReportingOverflow(firstPosition ?? 0).partialValue)
    return time
  }

  /// The frame was taken: one without a timestamp comes after it.
  mutating func advance(past time: FrameTime, interval: UInt64) {
    let duration = time.duration == noTime ? GstClockTime(interval) : time.duration
    let (sum, overflow) = time.presentation.addingReportingOverflow(duration)
    next = overflow ? nil : sum
    if let last, time.presentation > last, time.presentation - last < Self.longestStep {
      steps.add(UInt64(time.presentation - last))
      self.interval = steps.longest((steps.count + 1) / 2)
    }
    last = time.presentation
  }

  /// Nothing comes for that time.
  mutating func pass(_ gap: FrameTime) {
    last = nil
    guard let duration = gap.duration == noTime ? nil : gap.duration else { return }
    let (sum, overflow) = gap.presentation.addingReportingOverflow(duration)
    next = overflow ? nil : sum
  }

  /// The next frame may be anywhere; positions still count from the first frame of the run.
  mutating func flush() {
    (next, last) = (nil, nil)
  }

  /// What lasts longer is a gap, and no step from one frame to the next.
  private static let longestStep: GstClockTime = 2_000_000_000

  private func signed(
    _ value: GstClockTime, _ convert: (GstClockTime, UnsafeMutablePointer<guint64>) -> Int32
  ) -> Int64? {
    var magnitude: guint64 = 0
    switch convert(value, &magnitude) {
    case 1: return Int64(clamping: magnitude)
    case -1: return -Int64(clamping: magnitude)
    default: return nil
    }
  }
}

/// Whether none of a buffer lies in a segment.
func isOutside(_ buffer: UnsafeMutablePointer<GstBuffer>, of segment: UnsafePointer<GstSegment>) -> Bool {
  let start = buffer.pointee.pts
  guard segment.pointee.format == GST_FORMAT_TIME, start != noTime else { return false }
  let (end, overflow) = start.addingReportingOverflow(buffer.pointee.duration)
  let stop = buffer.pointee.duration == noTime || overflow ? noTime : end
  return gst_segment_clip(segment, GST_FORMAT_TIME, start, stop, nil, nil) == 0
}

/// Whether a buffer stands for a stretch in which nothing comes: what the base class makes of a GAP event.
func isGap(_ buffer: UnsafeMutablePointer<GstBuffer>) -> Bool {
  gst_buffer_get_size(buffer) == 0 && gst_buffer_has_flags(buffer, GST_BUFFER_FLAG_GAP) != 0
}
