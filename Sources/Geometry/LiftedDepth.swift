/// Which depth a frame is lifted by: what was measured, or the backdrop that a calibration assumes where no depth camera is.
///
/// Once depth has come, a frame without it is not lifted: the map is shown as it was.
struct LiftedDepth {
  enum Choice {
    case measured(DepthPlane)
    /// Metres, the same everywhere.
    case assumed(Float)
    case none
  }

  private var hasCome = false

  mutating func choose(_ depth: DepthPlane?, _ format: DepthFormat) -> Choice {
    if let depth {
      hasCome = true
      return .measured(depth)
    }
    guard !hasCome, let metres = format.assumedMetres else { return .none }
    return .assumed(Float(metres))
  }

  /// Another scene begins, which may have no depth camera.
  mutating func forget() { hasCome = false }
}
