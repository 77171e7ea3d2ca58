import CGStreamer

/// Lends out a value of a type, filled, for whoever copies it.
func withValue(
  _ type: GType, _ fill: (UnsafeMutablePointer<GValue>) -> Void, _ body: (UnsafeMutablePointer<GValue>) -> Void
) {
  var value = GValue()
  g_value_init(&value, type)
  fill(&value)
  body(&value)
  g_value_unset(&value)
}

extension UnsafeMutablePointer<GstCaps> {
  /// Sets a field of all structures.
  func set(_ field: String, _ type: GType, _ fill: (UnsafeMutablePointer<GValue>) -> Void) {
    withValue(type, fill) { gst_caps_set_value(self, field, $0) }
  }
}
