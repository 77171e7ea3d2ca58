import ClipIO
import Geometry

/// Holds poses that are one a frame against the video's frames: there is one each, as far apart in time.
struct PaceCheck {
  private(set) var warnings: [String] = []

  /// - Parameter reader: of the exo video, which gave its first frame already.
  init(_ calibration: Calibration, _ reader: FrameReader) throws {
    let poses = max(calibration.exoTrajectory.poses.count, calibration.egoTrajectory?.poses.count ?? 1)
    guard poses > 1 else { return }
    // From here on the last pose would be half a frame off.
    if let rate = reader.framesPerSecond, abs(rate / calibration.framesPerSecond - 1) * Double(poses) > 0.5 {
      warnings.append(
        "the video has \(hundredths(rate)) frames a second and the document \(hundredths(calibration.framesPerSecond)), "
          + "which its \(poses) poses are spaced by; is fps right?")
    }
    let frames = try 1 + reader.countRest()
    // A file may hold its last frame twice.
    if frames != poses, frames != poses + 1 {
      warnings.append("the video has \(frames) frames for \(poses) poses, one a frame; were both cut alike?")
    }
  }

  private func hundredths(_ value: Double) -> String { String((value * 100).rounded() / 100) }
}
