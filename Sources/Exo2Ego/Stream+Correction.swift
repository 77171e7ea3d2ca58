import Geometry

extension Stream {
  /// Tells of a correction of the calibration that the last frame brought: the first as a warning, the others in the log.
  func tellOfCorrection() {
    guard let found = session?.correction, found != correction else { return }
    correction = found
    element.shared.withLock { shared in
      shared.statistics.focalFactor = found.focal
      shared.statistics.depthFactor = found.depth
    }
    guard found != .none, !hasWarnedOfCorrection else {
      return element.log(found == .none ? "the exo camera's calibration is taken as it is again" : found.inWords)
    }
    hasWarnedOfCorrection = true
    element.warn(
      "\(found.inWords); both are corrected from here on: calibrate again, or set align=none where nobody wears the ego camera",
      .settings)
  }
}
