import CGStreamer
import EgoStream

/// What the exo caps say.
struct ExoFormat {
  /// Declared as latency and used for pairing where caps name no framerate, until two frames have come.
  static let intervalWhenUnknown: UInt64 = 33_333_333

  var info: GstVideoInfo

  var width: Int { Int(info.width) }
  var height: Int { Int(info.height) }
}

/// Nanoseconds from one frame to the next; `nil` for a variable framerate.
func frameInterval(of info: GstVideoInfo) -> UInt64? {
  guard info.fps_n > 0, info.fps_d > 0 else { return nil }
  let interval = gst_util_uint64_scale_int(1_000_000_000, info.fps_d, info.fps_n)
  return interval > 0 && interval < GstClockTime(Int64.max / 64) ? UInt64(interval) : nil
}

/// What `src` and `mask` give.
struct SourceFormat {
  let width: Int32
  let height: Int32
  let framerate: (numerator: Int32, denominator: Int32)
  let info: GstVideoInfo
  let maskInfo: GstVideoInfo

  init(width: Int, height: Int, like exo: GstVideoInfo) throws {
    guard let width = Int32(exactly: width), let height = Int32(exactly: height), width > 0, height > 0 else {
      throw ElementError(.format, "ego size \(width)×\(height): expected positive")
    }
    self.width = width
    self.height = height
    framerate = (max(0, exo.fps_n), max(1, exo.fps_d))
    func describe(_ format: GstVideoFormat) throws -> GstVideoInfo {
      var info = GstVideoInfo()
      guard gst_video_info_set_format(&info, format, UInt32(width), UInt32(height)) != 0 else {
        throw ElementError(.format, "ego size \(width)×\(height): too large")
      }
      return info
    }
    info = try describe(GST_VIDEO_FORMAT_RGB)
    maskInfo = try describe(GST_VIDEO_FORMAT_GRAY8)
  }

  /// Caps that the caller owns.
  func caps(format: String) -> UnsafeMutablePointer<GstCaps>? {
    guard let caps = gst_caps_new_empty_simple("video/x-raw") else { return nil }
    caps.set("format", cgst_type_string()) { g_value_set_string($0, format) }
    caps.set("width", cgst_type_int()) { g_value_set_int($0, width) }
    caps.set("height", cgst_type_int()) { g_value_set_int($0, height) }
    caps.set("framerate", cgst_type_fraction()) {
      gst_value_set_fraction($0, framerate.numerator, framerate.denominator)
    }
    caps.set("pixel-aspect-ratio", cgst_type_fraction()) { gst_value_set_fraction($0, 1, 1) }
    caps.set("interlace-mode", cgst_type_string()) { g_value_set_string($0, "progressive") }
    if format == "RGB" { caps.set("colorimetry", cgst_type_string()) { g_value_set_string($0, "sRGB") } }
    return caps
  }
}

/// Caps in words.
func text(of caps: UnsafeMutablePointer<GstCaps>?) -> String {
  guard let caps, let text = gst_caps_to_string(caps) else { return "none" }
  defer { g_free(text) }
  return String(cString: text)
}

extension Stream {
  /// New exo caps: frames of the old ones leave first, in the old format.
  /// - Returns: whether they can be worked with.
  func takeExo(caps: UnsafeMutablePointer<GstCaps>) -> Bool {
    do {
      var info = GstVideoInfo()
      guard gst_video_info_from_caps(&info, caps) != 0, info.width > 0, info.height > 0 else {
        throw ElementError(.format, "sink: caps that describe no picture: \(text(of: caps))")
      }
      let format = ExoFormat(info: info)
      if session == nil || sessionSize != (format.width, format.height) {
        // Where a flush is on its way, the old frames are void, and these caps hold after it.
        let flow = drain()
        guard flow == GST_FLOW_FLUSHING || record(flow) else { return false }
        // The old engine's memory goes before the new one's comes.
        session = nil
        try open(width: format.width, height: format.height)
      }
      converter = try ExoConverter(format: format)
      exoFormat = format
      guard let session else { return false }
      let source = try SourceFormat(width: session.egoWidth, height: session.egoHeight, like: info)
      if sourceFormat == nil {
        setFormat(source)
      } else {
        queue.append(.format(source))
      }
    } catch {
      return record(element.fail(error))
    }
    declareLatency()
    return record(emit())
  }

  func open(width: Int, height: Int) throws {
    let session = try EgoSession(
      calibration: calibration, poses: poses, exoWidth: width, exoHeight: height,
      configuration: settings.sessionConfiguration(model: model))
    self.session = session
    sessionSize = (width, height)
    latency.restart()
    let completed = model.isEmpty ? "no model" : "model \(model)"
    tellOfBackend(of: session, "takes the CPU")
    element.log("engine for \(width)×\(height) on \(session.deviceName), \(completed)")
    let (model, frames) = (model, session.delayFrames + 1)
    element.shared.withLock { shared in
      shared.statistics.model = model.isEmpty ? ModelLibrary.noModel : model
      shared.statistics.chunkFrames = UInt64(frames)
    }
  }

  /// Caps of a source pad, which the caller owns; `nil` before the first exo caps.
  func sourceCaps(format: String) -> UnsafeMutablePointer<GstCaps>? {
    sourceFormat?.caps(format: format)
  }
}
