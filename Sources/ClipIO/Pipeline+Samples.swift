import CGStreamerApp
import Compute

extension Pipeline {
  /// The next sample that an appsink of this pipeline got from `file`; the caller releases it.
  ///
  /// Waiting for the sink alone could take for ever: where a pipeline fails before its first frame, nothing reaches the
  /// sink any more, not even the end of the stream.
  /// - Returns: `nil` at the end of the stream, and when the user asked to stop.
  /// - Throws: `Failure` of kind `.format` that names the file, when the pipeline failed.
  public func nextSample(of sink: UnsafeMutablePointer<GstAppSink>, file: String) throws(Failure) -> OpaquePointer? {
    while true {
      if let sample = gst_app_sink_try_pull_sample(sink, 100_000_000) { return sample }
      // Asked before the bus is: whatever ended the stream early was posted there first.
      let hasEnded = gst_app_sink_is_eos(sink) != 0
      if let failure = pendingFailure() { throw Failure(.format, "\(file): \(failure.message)") }
      if hasEnded || StopRequest.isMade { return nil }
    }
  }
}
