import CGStreamerCheck
import Testing

extension Exo2EgoTests {
  @Suite struct Formats {
    static let formats: [(String, GstVideoFormat)] = [
      ("RGB", GST_VIDEO_FORMAT_RGB), ("BGRx", GST_VIDEO_FORMAT_BGRx), ("RGBA", GST_VIDEO_FORMAT_RGBA),
      ("I420", GST_VIDEO_FORMAT_I420), ("NV12", GST_VIDEO_FORMAT_NV12), ("YUY2", GST_VIDEO_FORMAT_YUY2),
    ]

    /// One frame through the element, with depth.
    private func ego(
      _ scene: Scene, _ format: String, _ buffer: UnsafeMutablePointer<GstBuffer>?
    ) throws -> [Colour] {
      let bench = Bench(scene: scene, depth: true, exoCaps: caps(format, scene.width, scene.height))
      bench.pushDepth(0)
      bench.push(0, buffer: buffer)
      let pulled = try #require(bench.pull())
      return Picture.quarters(of: pulled.buffer, scene.egoWidth, scene.egoHeight)
    }

    @Test(arguments: 0..<6) func everyFormatGivesTheSamePicture(_ index: Int) throws {
      let (name, format) = Self.formats[index]
      let scene = Scene()
      let colours = try ego(scene, name, Picture.converted(format, scene.width, scene.height))
      for (colour, expected) in zip(colours, Picture.quarters) {
        #expect(distance(colour, expected) <= 8, "\(name): \(colour), expected \(expected)")
      }
    }

    @Test func greyGivesGrey() throws {
      let scene = Scene()
      let colours = try ego(scene, "GRAY8", Picture.converted(GST_VIDEO_FORMAT_GRAY8, scene.width, scene.height))
      for (colour, quarter) in zip(colours, Picture.quarters) {
        let luma = (299 * quarter.0 + 587 * quarter.1 + 114 * quarter.2) / 1000
        #expect(distance(colour, (luma, luma, luma)) <= 12, "\(colour), expected \(luma)")
      }
    }

    @Test func oddSizesWork() throws {
      let scene = Scene(width: 65, height: 49, egoWidth: 63, egoHeight: 47)
      let colours = try ego(scene, "I420", Picture.converted(GST_VIDEO_FORMAT_I420, 65, 49))
      for (colour, expected) in zip(colours, Picture.quarters) { #expect(distance(colour, expected) <= 8) }
    }

    @Test func strideComesFromTheVideoMeta() throws {
      let scene = Scene()
      let stride = scene.width * 3 + 7
      let offset = 5
      let buffer = try #require(gst_buffer_new_allocate(nil, gsize(offset + stride * scene.height), nil))
      let packed = try #require(Picture.rgb(scene.width, scene.height))
      defer { gst_buffer_unref(packed) }
      var row = [UInt8](repeating: 0, count: scene.width * 3)
      for y in 0..<scene.height {
        gst_buffer_extract(packed, gsize(y * scene.width * 3), &row, gsize(row.count))
        gst_buffer_fill(buffer, gsize(offset + y * stride), row, gsize(row.count))
      }
      ccheck_add_video_meta(
        buffer, GST_VIDEO_FORMAT_RGB, guint(scene.width), guint(scene.height), 1, [gsize(offset)], [gint(stride)])
      let colours = try ego(scene, "RGB", buffer)
      for (colour, expected) in zip(colours, Picture.quarters) { #expect(distance(colour, expected) <= 4) }
    }
  }
}
