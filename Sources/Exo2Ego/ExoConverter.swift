import CGStreamer
import Geometry

/// Turns exo buffers of one format into packed RGBx, in one picture that it keeps: the buffer is free again at once.
final class ExoConverter {
  private let format: ExoFormat
  private let converter: OpaquePointer
  private let picture: MappedFrame

  init(format: ExoFormat) throws {
    self.format = format
    var input = format.info
    var output = GstVideoInfo()
    guard
      gst_video_info_set_format(&output, GST_VIDEO_FORMAT_RGBx, UInt32(input.width), UInt32(input.height)) != 0
    else { throw ElementError(.format, "sink: \(input.width)×\(input.height) is too large") }
    // The converter refuses to change these, and nobody asks what they are for the picture.
    output.fps_n = input.fps_n
    output.fps_d = input.fps_d
    output.interlace_mode = input.interlace_mode
    guard let buffer = gst_buffer_new_allocate(nil, output.size, nil) else {
      throw ElementError(.noSpaceLeft, "no memory for an exo picture of \(output.size) bytes")
    }
    picture = try Held(taking: buffer).with { try MappedFrame(writing: $0, as: output, called: "exo picture") }
    guard let converter = gst_video_converter_new(&input, &output, nil) else {
      throw ElementError(.format, "sink: no conversion to RGB from this format")
    }
    self.converter = converter
  }

  deinit {
    gst_video_converter_free(converter)
  }

  /// The plane is valid until the next call.
  func convert(_ buffer: UnsafeMutablePointer<GstBuffer>) throws -> ColourPlane {
    let frame = try MappedFrame(reading: buffer, as: format.info, called: "sink")
    withExtendedLifetime(frame) { gst_video_converter_frame(converter, frame.frame, picture.frame) }
    return ColourPlane(
      base: UnsafePointer(picture.plane(0)), width: format.width, height: format.height, stride: picture.stride(0))
  }
}
