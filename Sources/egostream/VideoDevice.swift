import CVideo4Linux
import Glibc

/// A Video4Linux capture device and what it delivers.
struct VideoDevice {
  struct Format {
    /// Four characters, as in `YUYV` or `Z16 `.
    let fourCharacterCode: String
    let description: String
    let sizes: [Size]
  }

  struct Size: Equatable {
    let width: Int
    let height: Int
    /// Frames a second, fastest first; empty where the driver does not say.
    let rates: [Double]
  }

  let path: String
  let card: String
  let driver: String
  let formats: [Format]

  /// Why a device is not listed as a camera.
  struct Refused: Error, CustomStringConvertible {
    let description: String
  }

  init(path: String) throws(Refused) {
    let device = open(path, O_RDWR | O_NONBLOCK)
    guard device >= 0 else {
      let hint = errno == EACCES ? "; add yourself to the group 'video'" : ""
      throw Refused(description: "cannot be opened: \(String(cString: strerror(errno)))\(hint)")
    }
    defer { close(device) }
    var capability = v4l2_capability()
    guard ego_v4l2_query_capability(device, &capability) == 0 else {
      throw Refused(description: "is no Video4Linux device")
    }
    let abilities =
      capability.capabilities & ego_v4l2_has_device_capabilities != 0
      ? capability.device_caps : capability.capabilities
    let kind: v4l2_buf_type
    if abilities & ego_v4l2_capture != 0 {
      kind = V4L2_BUF_TYPE_VIDEO_CAPTURE
    } else if abilities & ego_v4l2_capture_multiplanar != 0 {
      kind = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
    } else {
      throw Refused(description: "does not capture video (metadata, output or radio)")
    }
    guard abilities & ego_v4l2_streaming != 0 else { throw Refused(description: "cannot stream") }
    self.path = path
    card = text(capability.card)
    driver = text(capability.driver)
    formats = Self.formats(of: device, kind: kind)
  }

  /// Capture devices in the order of their numbers, and why the others are not.
  static func all() -> (cameras: [VideoDevice], refused: [(path: String, reason: String)]) {
    var cameras: [VideoDevice] = []
    var refused: [(path: String, reason: String)] = []
    // The kernel hands out at most 256 minors to Video4Linux.
    for number in 0..<256 where access("/dev/video\(number)", F_OK) == 0 {
      let path = "/dev/video\(number)"
      do {
        cameras.append(try VideoDevice(path: path))
      } catch {
        refused.append((path, error.description))
      }
    }
    return (cameras, refused)
  }

  private static func formats(of device: Int32, kind: v4l2_buf_type) -> [Format] {
    var formats: [Format] = []
    var format = v4l2_fmtdesc()
    format.type = kind.rawValue
    while ego_v4l2_enumerate_format(device, &format) == 0 {
      formats.append(
        Format(
          fourCharacterCode: fourCharacters(format.pixelformat), description: text(format.description),
          sizes: sizes(of: device, format: format.pixelformat)))
      format.index += 1
    }
    return formats
  }

  /// The code in characters; its topmost bit says that samples are big-endian.
  private static func fourCharacters(_ code: UInt32) -> String {
    let characters = (0..<4).map { index in
      Character(UnicodeScalar(UInt8(truncatingIfNeeded: code >> (index * 8)) & 0x7f))
    }
    return String(characters) + (code >> 31 == 1 ? "-BE" : "")
  }

  private static func sizes(of device: Int32, format: UInt32) -> [Size] {
    var sizes: [Size] = []
    var size = v4l2_frmsizeenum()
    size.pixel_format = format
    while ego_v4l2_enumerate_size(device, &size) == 0 {
      if size.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue {
        let discrete = size.discrete
        sizes.append(
          Size(
            width: Int(discrete.width), height: Int(discrete.height),
            rates: rates(of: device, format: format, width: discrete.width, height: discrete.height)))
      } else {
        // A range of sizes: its largest says what the device can do.
        let range = size.stepwise
        sizes.append(
          Size(
            width: Int(range.max_width), height: Int(range.max_height),
            rates: rates(of: device, format: format, width: range.max_width, height: range.max_height)))
        break
      }
      size.index += 1
    }
    return sizes
  }

  private static func rates(of device: Int32, format: UInt32, width: UInt32, height: UInt32) -> [Double] {
    var rates: [Double] = []
    var interval = v4l2_frmivalenum()
    interval.pixel_format = format
    interval.width = width
    interval.height = height
    while ego_v4l2_enumerate_interval(device, &interval) == 0 {
      let isDiscrete = interval.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
      let seconds = isDiscrete ? interval.discrete : interval.stepwise.min
      if seconds.numerator > 0 { rates.append(Double(seconds.denominator) / Double(seconds.numerator)) }
      if !isDiscrete { break }
      interval.index += 1
    }
    return rates.sorted(by: >)
  }
}

/// Text from a fixed C array, up to its terminating zero.
private func text<Bytes>(_ bytes: Bytes) -> String {
  withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
