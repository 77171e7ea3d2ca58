import CGStreamer

/// What the `stats` property shows, counted since the element last left READY.
struct Statistics: Sendable {
  var framesIn: UInt64 = 0
  var framesOut: UInt64 = 0
  var framesDropped: UInt64 = 0
  var framesRepeated: UInt64 = 0
  /// A depth pad is there, and no depth came for them.
  var framesWithoutDepth: UInt64 = 0
  /// Depth came for them, and no sample of it was measured.
  var framesWithEmptyDepth: UInt64 = 0
  var framesPoseStale: UInt64 = 0
  /// Of a live pose source.
  var posesAccepted: UInt64 = 0
  var posesRefused: UInt64 = 0
  var posesDropped: UInt64 = 0
  var mapPoints = 0
  var coverage: Float = 0
  /// What the calibration is multiplied by.
  var focalFactor = 1.0
  var depthFactor = 1.0
  var backend = ""
  var device = ""
  /// The model's folder, or `none`.
  var model = ""
  /// Frames that are made together.
  var chunkFrames: UInt64 = 0
  var declaredLatencyNanoseconds: UInt64 = 0
  private var processingCount: UInt64 = 0
  private var processingSum: UInt64 = 0
  private var processingLast: UInt64 = 0
  private var processingMaximum: UInt64 = 0

  mutating func addProcessing(nanoseconds: UInt64) {
    processingCount &+= 1
    processingSum &+= nanoseconds
    processingLast = nanoseconds
    processingMaximum = max(processingMaximum, nanoseconds)
  }

  /// A new structure that the caller owns.
  func structure() -> UnsafeMutablePointer<GstStructure>? {
    guard let structure = gst_structure_new_empty("exo2ego-stats") else { return nil }
    func set(_ field: String, _ type: GType, _ fill: (UnsafeMutablePointer<GValue>) -> Void) {
      withValue(type, fill) { gst_structure_set_value(structure, field, $0) }
    }
    func count(_ field: String, _ number: UInt64) {
      set(field, cgst_type_uint64()) { g_value_set_uint64($0, numericCast(number)) }
    }
    count("frames-in", framesIn)
    count("frames-out", framesOut)
    count("frames-dropped", framesDropped)
    count("frames-repeated", framesRepeated)
    count("frames-without-depth", framesWithoutDepth)
    count("frames-with-empty-depth", framesWithEmptyDepth)
    count("frames-pose-stale", framesPoseStale)
    count("poses-accepted", posesAccepted)
    count("poses-refused", posesRefused)
    count("poses-dropped", posesDropped)
    count("map-points", UInt64(clamping: mapPoints))
    func real(_ field: String, _ number: Double) {
      set(field, cgst_type_double()) { g_value_set_double($0, number) }
    }
    real("coverage", Double(coverage))
    real("focal-factor", focalFactor)
    real("depth-factor", depthFactor)
    count("processing-time-last", processingLast)
    count("processing-time-mean", processingCount == 0 ? 0 : processingSum / processingCount)
    count("processing-time-max", processingMaximum)
    count("declared-latency", declaredLatencyNanoseconds)
    count("chunk-frames", chunkFrames)
    set("backend", cgst_type_string()) { g_value_set_string($0, backend) }
    set("device", cgst_type_string()) { g_value_set_string($0, device) }
    set("model", cgst_type_string()) { g_value_set_string($0, model) }
    return structure
  }
}
