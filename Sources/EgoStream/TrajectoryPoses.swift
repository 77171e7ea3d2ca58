import Geometry

/// Poses along a trajectory over media time: fixed, from a calibration or from a file.
public final class TrajectoryPoses: PoseSource {
  private let trajectory: Trajectory

  public init(_ trajectory: Trajectory) { self.trajectory = trajectory }

  public func pose(mediaNanoseconds: Int64, hostNanoseconds: Int64) -> PoseSample {
    let (pose, isHeld) = trajectory.pose(at: mediaNanoseconds)
    return PoseSample(worldToCamera: pose, isStale: isHeld)
  }
}
