import CGStreamer

/// What an ego buffer takes over from the exo buffer that it is made from.
struct FrameSlot {
  let presentation: GstClockTime
  let duration: GstClockTime
  let running: Int64?
  let offset: guint64
  let offsetEnd: guint64
  let isDiscontinuous: Bool
  /// Whether depth came with the exo frame, empty or not.
  let hasDepth: Bool
  private let metas: Held<GstBuffer>?

  /// - Parameter followsGap: Whether frames before it were left out.
  init(_ exo: UnsafeMutablePointer<GstBuffer>, at time: FrameTime, hasDepth: Bool, followsGap: Bool) {
    presentation = time.presentation
    duration = time.duration
    running = time.running
    offset = exo.pointee.offset
    offsetEnd = exo.pointee.offset_end
    isDiscontinuous = followsGap || gst_buffer_has_flags(exo, GST_BUFFER_FLAG_DISCONT) != 0
    self.hasDepth = hasDepth
    metas = CaptureMetas.carried(from: exo)
  }

  func stamp(_ buffer: UnsafeMutablePointer<GstBuffer>) {
    buffer.pointee.pts = presentation
    buffer.pointee.dts = noTime
    buffer.pointee.duration = duration
    buffer.pointee.offset = offset
    buffer.pointee.offset_end = offsetEnd
    if isDiscontinuous {
      gst_buffer_set_flags(buffer, GST_BUFFER_FLAG_DISCONT)
    } else {
      gst_buffer_unset_flags(buffer, GST_BUFFER_FLAG_DISCONT)
    }
    CaptureMetas.put(metas, on: buffer)
  }
}

/// Frames that the engine holds, and what arrived between them, in arrival order: nothing overtakes a frame.
struct OutputQueue {
  enum Item {
    /// The engine's next finished frame.
    case frame(FrameSlot)
    /// The last ego picture again, in place of a frame that was too late.
    case repeated(FrameSlot)
    case segment(Held<GstEvent>)
    case event(Held<GstEvent>)
    case format(SourceFormat)
  }

  /// More than this waits for no chunk: what the engine holds is finished first.
  static let limit = 1024

  private var items: [Item] = []
  /// Items before this one have left; they go together, so that many cost no more than a few.
  private var head = 0

  init() {
    items.reserveCapacity(64)
  }

  var first: Item? { head < items.count ? items[head] : nil }
  var isFull: Bool { items.count - head >= Self.limit }

  /// Whether a picture will be pushed before anything appended now.
  var holdsFrame: Bool {
    items[head...].contains { if case .frame = $0 { true } else { false } }
  }

  mutating func append(_ item: Item) {
    items.append(item)
  }

  mutating func removeFirst() {
    guard head < items.count else { return }
    head += 1
    guard head == items.count || head >= Self.limit else { return }
    items.removeFirst(head)
    head = 0
  }

  /// Forgets what a flush makes void: frames, segments and passing events. Caps, tags and other events that stick to a pad hold on.
  mutating func flush() {
    items.removeFirst(head)
    head = 0
    items.removeAll { item in
      switch item {
      case .format: false
      case .event(let event): event.with { cgst_event_is_sticky($0) == 0 }
      case .frame, .repeated, .segment: true
      }
    }
  }
}
