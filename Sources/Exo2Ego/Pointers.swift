import CGStreamer

/// GStreamer's "no time".
let noTime = GstClockTime.max

extension UnsafeMutablePointer {
  /// The same object as its parent class or as a subclass that it is known to be: GObject's upcast and downcast.
  func cast<Other>(to type: Other.Type = Other.self) -> UnsafeMutablePointer<Other> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: Other.self)
  }
}

/// One reference to a mini object (buffer, event, caps), given back when this goes.
///
/// Swift may let go of it after its last use, so the pointer is lent to a closure rather than handed out.
final class Held<Object> {
  private let pointer: UnsafeMutablePointer<Object>
  private var isOwned = true

  /// Takes over the caller's reference.
  init(taking pointer: UnsafeMutablePointer<Object>) {
    self.pointer = pointer
  }

  func with<Result>(_ body: (UnsafeMutablePointer<Object>) throws -> Result) rethrows -> Result {
    try withExtendedLifetime(self) { try body(pointer) }
  }

  /// Another reference to the same object.
  func again() -> Held<Object> {
    with { Held(taking: gst_mini_object_ref($0.cast()).cast()) }
  }

  /// The reference, for a function that takes it over: where nobody else holds one, the receiver may write.
  func giveAway() -> UnsafeMutablePointer<Object> {
    if !isOwned { gst_mini_object_ref(pointer.cast()) }
    isOwned = false
    return pointer
  }

  deinit {
    if isOwned { gst_mini_object_unref(pointer.cast()) }
  }
}

extension GstClockTime {
  /// `nil` for "no time" and for what no signed count of nanoseconds holds.
  var asNanoseconds: Int64? { self == noTime ? nil : Int64(exactly: self) }
}

extension GstFlowReturn {
  /// The base class waits for more data and calls again.
  static let needData = GST_FLOW_CUSTOM_ERROR
}
