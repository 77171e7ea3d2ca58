import Compute
import Geometry

/// The wearer's pose at a moment, and whether it is fresh.
public struct PoseSample: Sendable {
  public let worldToCamera: Pose
  /// The source had nothing near that time: the last known pose was held.
  public let isStale: Bool

  public init(worldToCamera: Pose, isStale: Bool) {
    self.worldToCamera = worldToCamera
    self.isStale = isStale
  }
}

/// Where the ego camera is: fixed, from a file, or live from a socket.
public protocol PoseSource: AnyObject {
  /// The pose at a frame's time; sources from files look at the media time, live ones at the host time.
  func pose(mediaNanoseconds: Int64, hostNanoseconds: Int64) -> PoseSample

  /// What a live source received so far; `nil` for sources that receive nothing.
  var counters: PoseCounters? { get }
}

extension PoseSource {
  public var counters: PoseCounters? { nil }
}

/// What a live pose source received since it was opened. The counts only grow.
public struct PoseCounters: Equatable, Sendable {
  /// Datagrams read from the socket.
  public var datagrams = 0
  /// Poses taken into the history.
  public var accepted = 0
  /// Lines and datagrams that hold no usable pose.
  public var refused = 0
  /// Why the first of them was refused: what a log should say once.
  public var firstRefusal: String?
  /// Why the most recent of them was refused.
  public var lastRefusal: String?
  /// Poses left out though they are valid: older than one already here, or less than a millisecond after it; and
  /// datagrams that the kernel threw away because they came faster than they may be read.
  public var dropped = 0
  /// How often the sender's clock was taken to have started anew.
  public var clockResets = 0

  public init() {}
}

/// Opens a pose source by its specification, as the element's `pose` property takes it:
/// - empty: the poses in the calibration;
/// - `udp://HOST:PORT`, `unix:PATH`: live JSON lines in datagrams, see `LivePoses`;
/// - `PATH.json`: the ego poses of another calibration document; any other path: a TUM trajectory.
/// - Throws: `Failure` of kind `.pose`, or `.calibration` for a document that cannot be read.
public func openPoseSource(_ specification: String, calibration: Calibration) throws(Failure) -> any PoseSource {
  if specification.isEmpty {
    guard let trajectory = calibration.egoTrajectory else {
      throw Failure(
        .pose,
        "the calibration has no ego.world_to_camera and no pose source is set; set pose to a file, udp://HOST:PORT or unix:PATH"
      )
    }
    return TrajectoryPoses(trajectory)
  }
  if let address = try PoseAddress(specification) {
    return try LivePoses(address: address, calibration: calibration)
  }
  if specification.hasSuffix(".json") {
    guard let trajectory = try Calibration(contentsOfFile: specification).egoTrajectory else {
      throw Failure(.pose, "pose \(specification): the document has no ego.world_to_camera")
    }
    return TrajectoryPoses(trajectory)
  }
  return TrajectoryPoses(try Trajectory(tumFile: specification))
}
