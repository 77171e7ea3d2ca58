import CGStreamer

extension Exo2EgoElement {
  /// What `sink` takes: the calibrated size rather than another, and only framerates that downstream takes, since one ego frame
  /// leaves for each exo frame.
  func answer(caps query: UnsafeMutablePointer<GstQuery>) {
    var filter: UnsafeMutablePointer<GstCaps>?
    gst_query_parse_caps(query, &filter)
    guard let template = gst_pad_get_pad_template_caps(sink.cast()) else { return }
    defer { gst_caps_unref(template) }
    guard let all = gst_caps_new_empty() else { return }
    let rates = framerates(within: template)
    defer { gst_caps_unref(rates) }
    if let size = shared.withLock({ $0.calibratedSize }), let preferred = gst_caps_copy(rates) {
      preferred.set("width", cgst_type_int()) { g_value_set_int($0, Int32(clamping: size.width)) }
      preferred.set("height", cgst_type_int()) { g_value_set_int($0, Int32(clamping: size.height)) }
      gst_caps_append(all, preferred)
    }
    gst_caps_append(all, gst_caps_ref(rates))
    let answer = filter.map { gst_caps_intersect_full($0, all, GST_CAPS_INTERSECT_FIRST) } ?? gst_caps_ref(all)
    gst_caps_unref(all)
    gst_query_set_caps_result(query, answer)
    gst_caps_unref(answer)
  }

  /// Caps with each of the framerates that the peer of `src` names, which the caller owns.
  private func framerates(within template: UnsafeMutablePointer<GstCaps>) -> UnsafeMutablePointer<GstCaps>? {
    guard let peer = gst_pad_peer_query_caps(source, nil) else { return gst_caps_ref(template) }
    defer { gst_caps_unref(peer) }
    guard gst_caps_is_any(peer) == 0, gst_caps_is_empty(peer) == 0, let named = gst_caps_new_empty() else {
      return gst_caps_ref(template)
    }
    for index in 0..<gst_caps_get_size(peer) {
      let structure = gst_caps_get_structure(peer, index)
      guard let rate = gst_structure_get_value(structure, "framerate"), let one = gst_caps_copy(template) else {
        gst_caps_unref(named)
        return gst_caps_ref(template)
      }
      gst_caps_set_value(one, "framerate", rate)
      gst_caps_append(named, one)
    }
    let simple = gst_caps_simplify(named)
    let within = gst_caps_intersect(simple, template)
    gst_caps_unref(simple)
    return within
  }
}
