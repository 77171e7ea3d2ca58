import CGStreamer

/// What an exo buffer says of when it was taken beside its timestamp: by other clocks (GstReferenceTimestampMeta) and by count
/// (GstVideoTimeCodeMeta).
///
/// An ego frame stands for the exo frame of its time, so it and its mask say the same; nothing else that an exo buffer carries
/// is true of them. While a frame waits in a chunk these wait beside it in an empty buffer, without the exo picture.
enum CaptureMetas {
  private static let kinds = [gst_reference_timestamp_meta_api_get_type(), gst_video_time_code_meta_api_get_type()]

  /// A buffer with nothing but those of `exo`; `nil` where it has none.
  static func carried(from exo: UnsafeMutablePointer<GstBuffer>) -> Held<GstBuffer>? {
    guard kinds.contains(where: { gst_buffer_get_meta(exo, $0) != nil }), let carrier = gst_buffer_new() else {
      return nil
    }
    copy(from: exo, to: carrier)
    return Held(taking: carrier)
  }

  /// Puts them on a buffer, in place of those that came with the copy of another frame.
  static func put(_ carrier: Held<GstBuffer>?, on buffer: UnsafeMutablePointer<GstBuffer>) {
    for kind in kinds {
      while let meta = gst_buffer_get_meta(buffer, kind), gst_buffer_remove_meta(buffer, meta) != 0 {}
    }
    carrier?.with { copy(from: $0, to: buffer) }
  }

  private static func copy(from source: UnsafeMutablePointer<GstBuffer>, to target: UnsafeMutablePointer<GstBuffer>) {
    for kind in kinds {
      var state: gpointer?
      while let meta = gst_buffer_iterate_meta_filtered(source, &state, kind) {
        var whole = GstMetaTransformCopy(region: 0, offset: 0, size: gsize.max)
        _ = meta.pointee.info.pointee.transform_func?(target, meta, source, cgst_meta_transform_copy(), &whole)
      }
    }
  }
}
