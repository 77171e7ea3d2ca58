import CGStreamerApp
import Compute

extension Pipeline {
  /// Opens what this pipeline opens before its first frame (devices; the calibration, the poses and the model of
  /// exo2ego), and closes it again: what is wrong with it shows before anybody waits for frames.
  /// - Throws: the bus's error when an element refuses.
  public func tryOut() throws(Failure) {
    defer { gst_element_set_state(element, GST_STATE_NULL) }
    if gst_element_set_state(element, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE {
      throw pendingFailure() ?? Failure(.library, "pipeline cannot be opened and named no reason")
    }
  }
}
