import Compute
import EgoStream
import Geometry
import Glibc

/// One ego frame and its mask, borrowed from the renderer; valid only during the call they are passed to.
public struct RenderedFrame {
  /// Which frame of the clip it was made from.
  public let index: Int
  public let info: EgoFrameInfo
  public let width: Int
  public let height: Int
  /// R, G, B, tightly packed rows.
  public let ego: UnsafeRawBufferPointer
  /// 255 observed, 0 nothing known.
  public let mask: UnsafeRawBufferPointer
}

/// Pushes decoded frames through the engine and times the engine alone.
///
/// The session is made at the first frame, because only then is the exo picture's size known.
public final class ClipRenderer {
  private let calibration: Calibration
  /// Where the ego camera is; a renderer made later may go on with it, since a live address can be listened on only once.
  public let poses: any PoseSource
  private let configuration: EgoSession.Configuration
  private let framesPerSecond: Double
  private var ego: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)
  private var mask: UnsafeMutableRawBufferPointer = .init(start: nil, count: 0)
  private var pulled = 0
  private var hasToldOfFallback = false

  public private(set) var session: EgoSession?
  /// Time spent inside the engine's push and pull so far.
  public var engineSeconds: Double { inEngine.wall }
  /// Processor time spent there, over all threads: other programs do not add to it.
  public var engineProcessorSeconds: Double { inEngine.processor }
  private var inEngine = (wall: 0.0, processor: 0.0)

  public init(
    calibration: Calibration, poses: any PoseSource, configuration: EgoSession.Configuration, framesPerSecond: Double
  ) {
    self.calibration = calibration
    self.poses = poses
    self.configuration = configuration
    self.framesPerSecond = framesPerSecond
  }

  deinit {
    ego.deallocate()
    mask.deallocate()
  }

  /// Renders the next frame and hands every frame that is finished by then to `body`.
  ///
  /// - Parameters:
  ///   - index: how many frames were pushed before.
  ///   - clipIndex: which frame of the clip it is, where that differs: poses go by it.
  public func render(
    index: Int, clipIndex: Int? = nil, colour: ColourPlane, depth: DepthPlane?,
    _ body: (RenderedFrame) throws -> Void
  ) throws {
    let session = try self.session ?? start(width: colour.width, height: colour.height)
    try timed {
      try session.push(
        ExoFrame(
          colour: colour, depth: depth, presentationNanoseconds: nanoseconds(ofFrame: index),
          mediaNanoseconds: nanoseconds(ofFrame: clipIndex ?? index),
          hostNanoseconds: Int64(monotonicSeconds() * 1e9)))
    }
    try pullFinished(session, body)
  }

  /// Finishes what the engine holds.
  public func drain(_ body: (RenderedFrame) throws -> Void) throws {
    guard let session else { return }
    try timed { try session.drain() }
    try pullFinished(session, body)
  }

  private func timed<Result>(_ body: () throws -> Result) rethrows -> Result {
    let begin = (wall: monotonicSeconds(), processor: processorSeconds())
    defer {
      inEngine.wall += monotonicSeconds() - begin.wall
      inEngine.processor += processorSeconds() - begin.processor
    }
    return try body()
  }

  private func nanoseconds(ofFrame index: Int) -> Int64 {
    Int64((Double(index) * 1e9 / framesPerSecond).rounded())
  }

  private func start(width: Int, height: Int) throws -> EgoSession {
    let made = try EgoSession(
      calibration: calibration, poses: poses, exoWidth: width, exoHeight: height, configuration: configuration)
    ego = .allocate(byteCount: made.egoWidth * made.egoHeight * 3, alignment: 64)
    mask = .allocate(byteCount: made.egoWidth * made.egoHeight, alignment: 64)
    ego.initializeMemory(as: UInt8.self, repeating: 0)
    mask.initializeMemory(as: UInt8.self, repeating: 0)
    session = made
    return made
  }

  private func pullFinished(_ session: EgoSession, _ body: (RenderedFrame) throws -> Void) throws {
    if !hasToldOfFallback, let why = session.fallback {
      hasToldOfFallback = true
      let line = Array("backend=auto takes the CPU, because the Vulkan device failed: \(why)\n".utf8)
      _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
    let width = session.egoWidth
    let height = session.egoHeight
    guard let egoBase = ego.bindMemory(to: UInt8.self).baseAddress,
      let maskBase = mask.bindMemory(to: UInt8.self).baseAddress
    else { return }
    while true {
      let info = try timed {
        try session.pull(
          ego: MutablePlane(base: egoBase, width: width, height: height, channels: 3, stride: width * 3),
          mask: MutablePlane(base: maskBase, width: width, height: height, channels: 1, stride: width))
      }
      guard let info else { return }
      defer { pulled += 1 }
      try body(
        RenderedFrame(
          index: pulled, info: info, width: width, height: height, ego: UnsafeRawBufferPointer(ego),
          mask: UnsafeRawBufferPointer(mask)))
    }
  }
}

/// Seconds on the host's monotonic clock.
public func monotonicSeconds() -> Double { seconds(of: CLOCK_MONOTONIC) }

/// Seconds that this process's threads have run, together.
public func processorSeconds() -> Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

private func seconds(of clock: clockid_t) -> Double {
  var now = timespec()
  clock_gettime(clock, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
