import Compute

/// A scene's calibration: both cameras, where they are, and the depth format (one JSON document a scene).
///
/// See docs/calibration.md for the document's fields.
public struct Calibration: Sendable {
  /// The scene's name, for messages and picture titles.
  public var name: String?
  /// Frames a second that per-frame poses are spaced at.
  public var framesPerSecond: Double
  /// How many frames the clip has, where the document describes a clip.
  public var frames: Int?
  public var exo: Camera
  /// Exo camera `worldToCamera` over media time; one pose for a tripod.
  public var exoTrajectory: Trajectory
  public var ego: Camera
  /// Ego camera `worldToCamera` over media time, where the document has it.
  public var egoTrajectory: Trajectory?
  public var depth: DepthFormat

  public init(
    name: String? = nil, framesPerSecond: Double = 30, frames: Int? = nil, exo: Camera,
    exoTrajectory: Trajectory = Trajectory(fixed: .identity), ego: Camera, egoTrajectory: Trajectory? = nil,
    depth: DepthFormat = DepthFormat()
  ) {
    self.name = name
    self.framesPerSecond = framesPerSecond
    self.frames = frames
    self.exo = exo
    self.exoTrajectory = exoTrajectory
    self.ego = ego
    self.egoTrajectory = egoTrajectory
    self.depth = depth
  }
}

/// What the samples of a depth image mean.
public struct DepthFormat: Equatable, Sendable {
  public enum Kind: String, Sendable {
    /// Distance along the optical axis.
    case z
    /// Distance along the pixel's ray.
    case range
  }

  /// Metres that one unit of a sample stands for: 0.001 for millimetres.
  public var metresPerUnit: Double
  public var kind: Kind
  /// The sample that means "not measured"; 0 and 65535 always do too.
  public var invalid: UInt16
  /// The depth video's file name beside the document, where the document describes a clip.
  public var file: String?
  /// With no depth image at all: a flat backdrop at this z distance is assumed, metres.
  public var assumedMetres: Double?

  public init(
    metresPerUnit: Double = 0.001, kind: Kind = .z, invalid: UInt16 = 0, file: String? = nil,
    assumedMetres: Double? = nil
  ) {
    self.metresPerUnit = metresPerUnit
    self.kind = kind
    self.invalid = invalid
    self.file = file
    self.assumedMetres = assumedMetres
  }

  /// Along the axis, of a unit ray: depth along the axis tells next to nothing of rays that go less far.
  static let leastAxial = 0.02

  /// A pixel's ray, as long as it is for a metre of depth; `nil` where depth does not tell how far along it something lies.
  public func ray(_ unit: SIMD3<Double>) -> SIMD3<Double>? {
    guard kind == .z else { return unit }
    return unit.z > Self.leastAxial ? unit / unit.z : nil
  }

  /// Whether a sample is a distance.
  @inline(__always) public func isMeasured(_ sample: UInt16) -> Bool {
    sample != 0 && sample != invalid && sample != .max
  }
}
