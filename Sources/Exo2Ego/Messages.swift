import CExo2Ego
import CGStreamer
import Compute

/// An error in GStreamer's terms.
struct ElementError: Error {
  enum Kind {
    case notFound, openRead, settings, noSpaceLeft, library, format, failed
  }

  let kind: Kind
  let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  init(_ error: any Error) {
    switch error {
    case let error as ElementError: self = error
    case let failure as Failure: self.init(Self.kind(of: failure.kind), failure.message)
    default: self.init(.failed, "\(error)")
    }
  }

  private static func kind(of kind: Failure.Kind) -> Kind {
    switch kind {
    case .calibration, .setting: .settings
    case .pose: .openRead
    case .format: .format
    case .deviceNotFound, .model: .notFound
    case .library: .library
    case .outOfMemory: .noSpaceLeft
    }
  }

  var domain: GQuark {
    switch kind {
    case .library: gst_library_error_quark()
    case .format, .failed: gst_stream_error_quark()
    default: gst_resource_error_quark()
    }
  }

  var code: Int32 {
    switch kind {
    case .notFound: Int32(GST_RESOURCE_ERROR_NOT_FOUND.rawValue)
    case .openRead: Int32(GST_RESOURCE_ERROR_OPEN_READ.rawValue)
    case .settings: Int32(GST_RESOURCE_ERROR_SETTINGS.rawValue)
    case .noSpaceLeft: Int32(GST_RESOURCE_ERROR_NO_SPACE_LEFT.rawValue)
    case .library: Int32(GST_LIBRARY_ERROR_FAILED.rawValue)
    case .format: Int32(GST_STREAM_ERROR_FORMAT.rawValue)
    case .failed: Int32(GST_STREAM_ERROR_FAILED.rawValue)
    }
  }
}

extension Exo2EgoElement {
  /// Posts an error message on the bus.
  func post(_ error: any Error) {
    let error = ElementError(error)
    post(GST_MESSAGE_ERROR, domain: error.domain, code: error.code, error.message)
  }

  /// Posts an error message and gives the flow return that goes with it.
  func fail(_ error: any Error) -> GstFlowReturn {
    post(error)
    return GST_FLOW_ERROR
  }

  /// Posts a warning, by default about the stream.
  func warn(_ message: String, _ kind: ElementError.Kind = .failed) {
    let warning = ElementError(kind, message)
    post(GST_MESSAGE_WARNING, domain: warning.domain, code: warning.code, warning.message)
  }

  /// Writes to the element's debug category.
  func log(_ text: String) {
    gst_exo2ego_log(gstElement, GST_LEVEL_INFO, text)
  }

  private func post(_ type: GstMessageType, domain: GQuark, code: Int32, _ message: String) {
    gst_element_message_full(
      gstElement, type, domain, code, g_strdup(message), nil, "exo2ego", "Exo2EgoElement", 0)
  }
}
