import Compute
import Geometry

@testable import EgoStream

/// A session, on the host's processor unless it is told otherwise, with buffers to pull into.
final class SessionRig {

  let session: EgoSession
  private(set) var picture: [UInt8]
  private(set) var mask: [UInt8]
  private var frames: Int64 = 0

  typealias MakeEngines = (GeometryConfiguration, EgoSession.Configuration) throws(Failure) -> SessionEngines

  convenience init(
    _ calibration: Calibration, model: (any ChunkModel)? = nil,
    configure: (inout EgoSession.Configuration) -> Void = { _ in }
  ) throws {
    try self.init(calibration, configure: configure) { geometry, session throws(Failure) in
      try EgoStream.makeEngines(geometry, session, model: model)
    }
  }

  /// With engines of the caller's making.
  init(
    _ calibration: Calibration, configure: (inout EgoSession.Configuration) -> Void, makeEngines: MakeEngines
  ) throws {
    var configuration = EgoSession.Configuration()
    configuration.backend = .cpu
    configuration.mapCapacity = 100_000
    configure(&configuration)
    session = try EgoSession(
      calibration: calibration, poses: try openPoseSource("", calibration: calibration),
      exoWidth: calibration.exo.width, exoHeight: calibration.exo.height, configuration: configuration
    ) { geometry throws(Failure) in try makeEngines(geometry, configuration) }
    picture = [UInt8](repeating: 0, count: session.egoWidth * session.egoHeight * 3)
    mask = [UInt8](repeating: 0, count: session.egoWidth * session.egoHeight)
  }

  /// Pushes a frame, with its depth or without.
  func push(_ frame: AnalyticFrame, withDepth: Bool = true) throws {
    try frame.withPlanes { colour, depth throws(Failure) in try push(colour, withDepth ? depth : nil) }
  }

  func push(_ colour: ColourPlane, _ depth: DepthPlane?) throws(Failure) {
    let time = frames * 33_333_333
    frames += 1
    try session.push(
      ExoFrame(
        colour: colour, depth: depth, presentationNanoseconds: time + 7, mediaNanoseconds: time, hostNanoseconds: time))
  }

  /// Pulls the finished frame; planes may be told to be another size than they are.
  func pull(width: Int? = nil, channels: Int = 3) throws -> EgoFrameInfo? {
    let (width, height) = (width ?? session.egoWidth, session.egoHeight)
    return try picture.withUnsafeMutableBufferPointer { picture in
      try mask.withUnsafeMutableBufferPointer { mask in
        guard let base = picture.baseAddress, let maskBase = mask.baseAddress else { return nil }
        return try session.pull(
          ego: MutablePlane(base: base, width: width, height: height, channels: channels, stride: width * channels),
          mask: MutablePlane(base: maskBase, width: width, height: height, channels: 1, stride: width))
      }
    }
  }
}
