import CGStreamer
import Geometry

/// A video buffer mapped into memory, with its planes checked to lie inside it; unmapped when this goes.
final class MappedFrame {
  /// On the heap, since GStreamer wants the same address for unmapping.
  let frame: UnsafeMutablePointer<GstVideoFrame>

  convenience init(
    reading buffer: UnsafeMutablePointer<GstBuffer>, as info: GstVideoInfo, called name: String
  ) throws {
    try self.init(buffer, info, GST_MAP_READ, name)
  }

  convenience init(
    writing buffer: UnsafeMutablePointer<GstBuffer>, as info: GstVideoInfo, called name: String
  ) throws {
    try self.init(buffer, info, GstMapFlags(GST_MAP_READ.rawValue | GST_MAP_WRITE.rawValue), name)
  }

  private init(
    _ buffer: UnsafeMutablePointer<GstBuffer>, _ info: GstVideoInfo, _ flags: GstMapFlags, _ name: String
  ) throws {
    let frame = UnsafeMutablePointer<GstVideoFrame>.allocate(capacity: 1)
    frame.initialize(to: GstVideoFrame())
    var info = info
    guard gst_video_frame_map(frame, &info, buffer, flags) != 0 else {
      frame.deallocate()
      throw ElementError(
        .format, "\(name): a buffer of \(gst_buffer_get_size(buffer)) bytes, expected \(info.size) from its caps")
    }
    // From here on `deinit` runs, also when the check throws.
    self.frame = frame
    try check(against: info, name)
  }

  deinit {
    gst_video_frame_unmap(frame)
    frame.deallocate()
  }

  func plane(_ index: UInt32) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutablePointer(mutating: cgst_video_frame_plane_data(frame, index))
  }

  func stride(_ index: UInt32) -> Int {
    Int(cgst_video_frame_plane_stride(frame, index))
  }

  func writablePlane(channels: Int) -> MutablePlane {
    MutablePlane(
      base: plane(0), width: Int(frame.pointee.info.width), height: Int(frame.pointee.info.height), channels: channels,
      stride: stride(0))
  }

  /// A GstVideoMeta is believed only as far as the memory under it reaches: mapping alone does not look.
  private func check(against info: GstVideoInfo, _ name: String) throws {
    let own = frame.pointee.info
    guard own.width == info.width, own.height == info.height else {
      throw ElementError(
        .format, "\(name): a buffer of \(own.width)×\(own.height), expected \(info.width)×\(info.height) from its caps")
    }
    for component in 0..<cgst_video_frame_n_components(frame) {
      let plane = cgst_video_frame_component_plane(frame, component)
      let stride = Int(cgst_video_frame_plane_stride(frame, plane))
      // A row of a packed 4:2:2 picture holds whole pairs of pixels.
      let isPacked = cgst_video_frame_n_planes(frame) == 1
      let width = Int(cgst_video_frame_component_width(frame, component))
      let sampleBytes = (Int(cgst_video_frame_component_depth(frame, component)) + 7) / 8
      let pixelStride = Int(cgst_video_frame_component_pixel_stride(frame, component))
      let columns = isPacked && pixelStride == 2 && sampleBytes == 1 ? (width + 1) / 2 * 2 : width
      let rowBytes =
        Int(cgst_video_frame_component_pixel_offset(frame, component)) + (columns - 1) * pixelStride + sampleBytes
      let rows = Int(cgst_video_frame_component_height(frame, component))
      guard stride >= rowBytes, bytes(from: plane) >= (rows - 1) * stride + rowBytes else {
        throw ElementError(
          .format,
          "\(name): plane \(plane) has \(bytes(from: plane)) bytes and rows of \(stride), expected \(rows) rows of \(rowBytes)"
        )
      }
    }
  }

  /// Mapped bytes from the start of a plane on.
  private func bytes(from plane: UInt32) -> Int {
    let index = frame.pointee.meta == nil ? 0 : plane
    let start = Int(bitPattern: cgst_video_frame_plane_data(frame, plane))
    let map = cgst_video_frame_map(frame, index)
    guard let data = map.data else { return 0 }
    return Int(bitPattern: data) + Int(map.size) - start
  }
}
