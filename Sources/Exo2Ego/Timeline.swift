import CGStreamer

/// When an exo frame is, on the clocks that matter.
struct FrameTime {
  /// As it is pushed downstream.
  var presentation: GstClockTime
  var duration: GstClockTime
  /// Against the pipeline's clock; `nil` in a segment that is not in time.
  var running: Int64?
  /// Position in the stream from its first frame on.
  var media: Int64
}

/// Gives every exo frame a time, also where its buffer has none.
struct Timeline {
  private var next: GstClockTime?
  private var firstPosition: Int64?

  /// The time of the frame at the head of the queue; asked again for the same frame it answers the same.
  mutating func time(of buffer: UnsafeMutablePointer<GstBuffer>, in segment: GstSegment) -> FrameTime {
    var segment = segment
    var presentation = buffer.pointee.pts
    if presentation == noTime {
      presentation = next ?? (segment.format == GST_FORMAT_TIME && segment.start != noTime ? segment.start : 0)
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
    let first = firstPosition ?? position
    firstPosition = first
    time.media = max(0, position.subtractingReportingOverflow(first).partialValue)
    return time
  }

  /// The frame was taken: one without a timestamp comes after it.
  mutating func advance(past time: FrameTime, interval: UInt64) {
    let duration = time.duration == noTime ? GstClockTime(interval) : time.duration
    let (sum, overflow) = time.presentation.addingReportingOverflow(duration)
    next = overflow ? nil : sum
  }

  /// The next frame may be anywhere; positions still count from the first frame of the run.
  mutating func flush() {
    next = nil
  }

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
