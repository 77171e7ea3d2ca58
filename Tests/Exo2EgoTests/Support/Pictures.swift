import CGStreamerCheck

let second: GstClockTime = 1_000_000_000
let frameDuration: GstClockTime = 33_333_333
let noTime = GstClockTime.max

/// An RGB colour.
typealias Colour = (Int, Int, Int)

/// Test pictures: four flat quarters, so that a point well inside one survives any resampling.
enum Picture {
  static let quarters: [Colour] = [(200, 40, 40), (40, 180, 60), (50, 60, 210), (220, 210, 60)]

  static func rgb(_ width: Int, _ height: Int) -> UnsafeMutablePointer<GstBuffer>? {
    buffer(width: width, height: height, format: GST_VIDEO_FORMAT_RGB) { frame in
      let base = frame.pointee.data.0!.assumingMemoryBound(to: UInt8.self)
      let stride = Int(frame.pointee.info.stride.0)
      for y in 0..<height {
        for x in 0..<width {
          let colour = quarters[(y * 2 / height) * 2 + x * 2 / width]
          let pixel = base + y * stride + x * 3
          (pixel[0], pixel[1], pixel[2]) = (UInt8(colour.0), UInt8(colour.1), UInt8(colour.2))
        }
      }
    }
  }

  static func depth(_ width: Int, _ height: Int, millimetres: UInt16 = 2000) -> UnsafeMutablePointer<GstBuffer>? {
    buffer(width: width, height: height, format: GST_VIDEO_FORMAT_GRAY16_LE) { frame in
      let base = frame.pointee.data.0!
      for y in 0..<height {
        let row = (base + y * Int(frame.pointee.info.stride.0)).assumingMemoryBound(to: UInt16.self)
        for x in 0..<width { row[x] = millimetres }
      }
    }
  }

  /// A depth picture of samples, row by row.
  static func depth(_ width: Int, _ height: Int, samples: [UInt16]) -> UnsafeMutablePointer<GstBuffer>? {
    buffer(width: width, height: height, format: GST_VIDEO_FORMAT_GRAY16_LE) { frame in
      let base = frame.pointee.data.0!
      for y in 0..<height {
        let row = (base + y * Int(frame.pointee.info.stride.0)).assumingMemoryBound(to: UInt16.self)
        for x in 0..<width { row[x] = samples[y * width + x] }
      }
    }
  }

  /// The same picture in another format.
  static func converted(_ format: GstVideoFormat, _ width: Int, _ height: Int) -> UnsafeMutablePointer<GstBuffer>? {
    guard let source = rgb(width, height) else { return nil }
    defer { gst_buffer_unref(source) }
    var from = info(width, height, GST_VIDEO_FORMAT_RGB)
    var to = info(width, height, format)
    guard let converter = gst_video_converter_new(&from, &to, nil) else { return nil }
    defer { gst_video_converter_free(converter) }
    return buffer(width: width, height: height, format: format) { target in
      var frame = GstVideoFrame()
      guard gst_video_frame_map(&frame, &from, source, GST_MAP_READ) != 0 else { return }
      gst_video_converter_frame(converter, &frame, target)
      gst_video_frame_unmap(&frame)
    }
  }

  static func info(_ width: Int, _ height: Int, _ format: GstVideoFormat) -> GstVideoInfo {
    var info = GstVideoInfo()
    gst_video_info_set_format(&info, format, UInt32(width), UInt32(height))
    return info
  }

  static func buffer(
    width: Int, height: Int, format: GstVideoFormat, fill: (UnsafeMutablePointer<GstVideoFrame>) -> Void
  ) -> UnsafeMutablePointer<GstBuffer>? {
    var info = info(width, height, format)
    guard let buffer = gst_buffer_new_allocate(nil, info.size, nil) else { return nil }
    var frame = GstVideoFrame()
    guard gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE) != 0 else { return nil }
    fill(&frame)
    gst_video_frame_unmap(&frame)
    return buffer
  }

  /// The colours in the middle of each quarter of an RGB buffer.
  static func quarters(of buffer: UnsafeMutablePointer<GstBuffer>, _ width: Int, _ height: Int) -> [Colour] {
    var info = info(width, height, GST_VIDEO_FORMAT_RGB)
    var frame = GstVideoFrame()
    guard gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ) != 0 else { return [] }
    defer { gst_video_frame_unmap(&frame) }
    let base = frame.data.0!.assumingMemoryBound(to: UInt8.self)
    return [(1, 1), (3, 1), (1, 3), (3, 3)].map { column, row in
      let pixel = base + (height * row / 4) * Int(frame.info.stride.0) + (width * column / 4) * 3
      return (Int(pixel[0]), Int(pixel[1]), Int(pixel[2]))
    }
  }
}

func caps(_ format: String, _ width: Int, _ height: Int, framerate: String = "30/1") -> String {
  "video/x-raw,format=\(format),width=\(width),height=\(height),framerate=\(framerate)"
}

func distance(_ a: Colour, _ b: Colour) -> Int {
  max(abs(a.0 - b.0), abs(a.1 - b.1), abs(a.2 - b.2))
}
