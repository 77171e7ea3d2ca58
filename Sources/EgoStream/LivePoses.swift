import Compute
import Geometry

/// Poses of the ego camera that arrive live: JSON lines in datagrams, from a tracker on this machine or near it.
///
///     let poses = try openPoseSource("udp://127.0.0.1:5005", calibration: calibration)
///
/// A line is `{"t": 12.345, "position": [x, y, z], "quaternion": [x, y, z, w]}` (`cameraToWorld`, metres) or
/// `{"t": 12.345, "world_to_camera": [[…], […], […]]}`; `t` is the sender's own clock in seconds and may be left out,
/// when the time of arrival stands for it. See docs/calibration.md.
///
/// A frame gets the pose interpolated at its capture time (`hostNanoseconds`, CLOCK_MONOTONIC). Outside what has
/// arrived the nearest pose is held; a pose more than 250 ms from the frame is flagged stale. Before the first pose
/// the calibration's ego pose stands in, or the exo camera's where it has none, also flagged stale.
///
/// Datagrams are read on a thread that ends when this object goes. What cannot be read is counted in `counters`, with
/// the reason; nothing that arrives makes it fail.
public final class LivePoses: PoseSource {
  /// What stands in before the first pose, by media time.
  private let fallback: Trajectory
  private let inbox = PoseInbox()
  // In this order: the receiver goes first, so that its thread has ended before the socket is closed.
  private var receiver: PoseReceiver?
  private let socket: PoseSocket

  /// - Throws: `Failure` of kind `.pose` when the address cannot be listened on, `.library` when no thread can be had.
  init(address: PoseAddress, calibration: Calibration) throws(Failure) {
    fallback = calibration.egoTrajectory ?? calibration.exoTrajectory
    socket = try PoseSocket(address)
    receiver = try PoseReceiver(socket: socket, inbox: inbox)
  }

  deinit { receiver = nil }

  public var counters: PoseCounters? { inbox.content.withLock { $0.counters } }

  /// The UDP port listened on; 0 for a socket in the file system.
  var localPort: UInt16 { socket.localPort }

  public func pose(mediaNanoseconds: Int64, hostNanoseconds: Int64) -> PoseSample {
    inbox.content.withLock { $0.history.pose(hostNanoseconds: hostNanoseconds) }
      ?? PoseSample(worldToCamera: fallback.pose(at: mediaNanoseconds).pose, isStale: true)
  }
}
