import Compute
import Geometry

/// What one pushed exo frame is and when it was seen.
public struct ExoFrame {
  public let colour: ColourPlane
  /// `nil` where no depth came for this frame: the map is then shown as it was.
  public let depth: DepthPlane?
  /// The stream's own timestamp, handed back with the ego frame made from it.
  public let presentationNanoseconds: Int64
  /// Stream time from the first frame on (running time): indexes poses that come from a file.
  public let mediaNanoseconds: Int64
  /// When the frame was captured, on the host's monotonic clock: matches poses that arrive live.
  public let hostNanoseconds: Int64

  public init(
    colour: ColourPlane, depth: DepthPlane?, presentationNanoseconds: Int64, mediaNanoseconds: Int64,
    hostNanoseconds: Int64
  ) {
    self.colour = colour
    self.depth = depth
    self.presentationNanoseconds = presentationNanoseconds
    self.mediaNanoseconds = mediaNanoseconds
    self.hostNanoseconds = hostNanoseconds
  }
}

/// What is known of one ego frame beside its pixels.
public struct EgoFrameInfo: Sendable {
  /// The timestamp of the exo frame it was made from.
  public let presentationNanoseconds: Int64
  /// Share of the ego camera's view in which something was observed, 0...1.
  public let coverage: Float
  /// The pose source had nothing fresh; the last pose was held.
  public let poseIsStale: Bool
  /// No depth came with the frame, or no sample of it was measured; the map was shown as it was.
  public let depthWasMissing: Bool
}

/// The engine: push exo frames, pull ego frames in the same order, one for one.
///
/// Without a model the ego picture is the prior, and comes at once. With one, frames are completed a chunk at a time: the
/// first of a chunk waits for the others (`delayFrames`).
///
/// Not thread-safe: one thread at a time may call it. Once it runs a frame takes no new buffers.
///
///     let session = try EgoSession(calibration: calibration, poses: poses, exoWidth: 784, exoHeight: 448)
///     try session.push(frame)
///     while let info = try session.pull(ego: picture, mask: nil) { … }
public final class EgoSession {
  public struct Configuration: Sendable {
    public var backend = BackendChoice.auto
    /// A Vulkan device by index or part of its name; empty takes the best.
    public var device = ""
    public var fill = Fill.pushPull
    /// Points closer together than this are kept once, metres.
    public var voxelSizeMetres: Float = 0.005
    /// The most points the map holds.
    public var mapCapacity = 1_000_000
    /// A model folder; empty shows the prior itself.
    public var model = ""
    /// Steps of denoising; `nil` for as many as the model was made for. Fewer are faster.
    public var steps: Int?
    /// Frames from one that the model is given to the next, 1 to 16. With more than 1 the model has that much more time for
    /// each; the others are made from their own priors and from what it changed of the frames around them.
    public var modelInterval = 1
    /// What the exo camera's calibration is checked and corrected by.
    public var alignment = Alignment.wearer
    /// How a model's products are computed on the processor; `nil` for bf16 where it can, which is twice as fast.
    public var precision: CPUBackend.Precision?
    public init() {}
  }

  /// How pixels with nothing observed are coloured.
  public enum Fill: String, Sendable, CaseIterable {
    /// Black.
    case none
    /// From ever coarser averages of what is known.
    case pushPull = "push-pull"
  }

  /// What an error of the exo camera's focal length and of the depth's scale is found by.
  public enum Alignment: String, Sendable, CaseIterable {
    /// Nothing: the calibration is taken as it is.
    case none
    /// The wearer's head, which has to be seen where the ego pose is (`WearerAlignment`).
    case wearer
  }

  /// Size of the ego frames, upright.
  public let egoWidth: Int
  public let egoHeight: Int
  /// The most frames that an ego frame comes after the exo frame it is made from; 0 without a model.
  public let delayFrames: Int
  /// Where it runs: as was chosen, or the processor since a device failed.
  public var backend: BackendChoice { engines.backend }
  /// The processor or device it runs on, in words.
  public var deviceName: String { engines.geometry.deviceName }
  /// Why the processor does what a Vulkan device should have done; `nil` where nothing went wrong. May come with any frame: the
  /// map is then begun anew, and no frame is lost.
  public var fallback: String? { engines.fallback }

  private let calibration: Calibration
  private let poses: any PoseSource
  private let configuration: Configuration
  private let exo: Camera
  private let engines: SessionEngines
  private let alignment: WearerAlignment?
  private let chunks: ChunkPipeline?
  /// The frame whose picture the geometry engine holds, until it is pulled; without a model.
  private var finished: EgoFrameInfo?
  /// Met where it could not be thrown; the next push throws it.
  private var failure: Failure?

  /// Opens a session for exo frames of one size.
  /// - Parameters:
  ///   - exoWidth: may differ from the calibration's by a common factor (the same picture, resized).
  ///   - model: Completes the prior in place of the configuration's model; the session resets it when it is flushed.
  /// - Throws: `Failure` of kind `.format` for a size of another shape, `.setting` for values out of range,
  ///   `.deviceNotFound`, `.outOfMemory` or `.library` for the backend, `.model` for a model folder that does not fit.
  public convenience init(
    calibration: Calibration, poses: any PoseSource, exoWidth: Int, exoHeight: Int,
    configuration: Configuration = Configuration(), model: (any ChunkModel)? = nil
  ) throws(Failure) {
    try self.init(
      calibration: calibration, poses: poses, exoWidth: exoWidth, exoHeight: exoHeight, configuration: configuration
    ) { geometry throws(Failure) in try EgoStream.makeEngines(geometry, configuration, model: model) }
  }

  /// The same with engines of the caller's making.
  init(
    calibration: Calibration, poses: any PoseSource, exoWidth: Int, exoHeight: Int, configuration: Configuration,
    makeEngines: (GeometryConfiguration) throws(Failure) -> SessionEngines
  ) throws(Failure) {
    let exo = try calibration.exo.fitted(width: exoWidth, height: exoHeight)
    guard (1...16).contains(configuration.modelInterval) else {
      throw Failure(.setting, "model-interval is \(configuration.modelInterval); expected 1 to 16 frames")
    }
    self.calibration = calibration
    self.poses = poses
    self.configuration = configuration
    let engines = try makeEngines(
      GeometryConfiguration(
        exo: exo, ego: calibration.ego, depth: calibration.depth, mapCapacity: configuration.mapCapacity,
        voxelSizeMetres: configuration.voxelSizeMetres))
    if let model = engines.model {
      try ChunkPipeline.checkMemory(model.shape, interval: configuration.modelInterval, ego: calibration.ego)
    }
    self.exo = exo
    self.engines = engines
    alignment =
      configuration.alignment == .wearer ? WearerAlignment(camera: exo, depthFormat: calibration.depth) : nil
    egoWidth = calibration.ego.width
    egoHeight = calibration.ego.height
    chunks = engines.model.map {
      ChunkPipeline(
        shape: $0.shape, fill: $0.fill, engines: engines, interval: configuration.modelInterval, exo: exo,
        ego: calibration.ego, depthFormat: calibration.depth)
    }
    delayFrames = chunks?.delayFrames ?? 0
  }

  /// Takes one exo frame; what it points to is not kept.
  ///
  /// Pull what is finished before pushing the next: pictures that were not pulled are overwritten.
  /// - Throws: `Failure` of kind `.format` when a size differs from the session's; the session stays usable. `.library` from a
  ///   driver, and `.model` where the model's numbers leave what the device can hold: after these it has to be flushed.
  public func push(_ frame: ExoFrame) throws(Failure) {
    if let failure {
      self.failure = nil
      throw failure
    }
    finished = nil
    let exoPose = calibration.exoTrajectory.pose(at: frame.mediaNanoseconds).pose
    let sample = poses.pose(mediaNanoseconds: frame.mediaNanoseconds, hostNanoseconds: frame.hostNanoseconds)
    try chunks?.settle()
    try align(frame.depth, exoWorldToCamera: exoPose, sample)
    // A model is trained on priors without holes.
    let sawDepth = try engines.show(
      frame, exoWorldToCamera: exoPose, egoWorldToCamera: sample.worldToCamera,
      fill: chunks != nil || configuration.fill == .pushPull)
    let prior = engines.geometry.prior
    let info = EgoFrameInfo(
      presentationNanoseconds: frame.presentationNanoseconds,
      coverage: Float(prior.coveredPixels) / Float(max(prior.width * prior.height, 1)), poseIsStale: sample.isStale,
      depthWasMissing: !sawDepth)
    guard let chunks else {
      finished = info
      return
    }
    try chunks.append(frame, exoWorldToCamera: exoPose, egoWorldToCamera: sample.worldToCamera, info: info)
  }

  /// What the calibration of the exo camera is multiplied by now; changes during `push`.
  public var correction: ExoCorrection { alignment?.correction ?? .none }

  /// Looks whether the wearer is seen where the calibration says; if not, corrects it and begins a new map.
  private func align(_ depth: DepthPlane?, exoWorldToCamera: Pose, _ sample: PoseSample) throws(Failure) {
    guard let depth, !sample.isStale,
      let found = alignment?.observe(
        depth, exoWorldToCamera: exoWorldToCamera, egoWorldToCamera: sample.worldToCamera)
    else { return }
    let corrected = (exo: exo.withFocal(times: found.focal), depth: calibration.depth.withScale(times: found.depth))
    try engines.recalibrate(exo: corrected.exo, depth: corrected.depth)
    chunks?.recalibrate(exo: corrected.exo, depthFormat: corrected.depth)
  }

  /// Writes the next finished ego frame (RGB) and its mask (255 observed, 0 nothing known), oldest first.
  /// - Returns: `nil` when none is finished.
  /// - Throws: `Failure` of kind `.format` when a plane is not of the ego camera's size.
  public func pull(ego: MutablePlane, mask: MutablePlane?) throws(Failure) -> EgoFrameInfo? {
    guard hasFinishedFrame else { return nil }
    for (plane, channels) in [(ego, 3)] + (mask.map { [($0, 1)] } ?? []) {
      guard plane.width == egoWidth, plane.height == egoHeight, plane.channels == channels,
        plane.stride >= egoWidth * channels
      else {
        throw Failure(
          .format,
          "ego plane is \(plane.width)×\(plane.height)×\(plane.channels), \(plane.stride) bytes a row; expected \(egoWidth)×\(egoHeight)×\(channels)"
        )
      }
    }
    if let chunks { return chunks.pull(ego: ego, mask: mask) }
    defer { finished = nil }
    engines.geometry.write(picture: ego, mask: mask, fill: configuration.fill == .pushPull, photometric: true)
    return finished
  }

  /// Whether `pull` would return a frame.
  public var hasFinishedFrame: Bool { chunks?.hasFinishedFrame ?? (finished != nil) }

  /// No more frames will be pushed: finishes what is held, so that `pull` returns every frame.
  public func drain() throws(Failure) { try chunks?.drain() }

  /// Forgets frames in flight, and the map too when the scene may have changed.
  public func flush(forgetMap: Bool) {
    finished = nil
    do {
      try chunks?.flush()
    } catch {
      failure = error
    }
    if forgetMap { engines.geometry.forget() }
  }

  /// Points in the map now.
  public var mapPoints: Int { engines.geometry.mapPoints }
}

extension Camera {
  /// The camera for a picture of another size: the same shape, resized.
  /// - Throws: `Failure` of kind `.format` when the shapes differ by more than 1%.
  fileprivate func fitted(width: Int, height: Int) throws(Failure) -> Camera {
    if width == self.width && height == self.height { return self }
    guard width >= 16, height >= 16, width <= 16384, height <= 16384, width * height <= Camera.mostPixels,
      hasShape(width: width, height: height)
    else {
      throw Failure(
        .format,
        "exo video is \(width)×\(height) but the calibration's exo camera is \(self.width)×\(self.height); expected the same shape, 16 to 16384 pixels a side and \(Camera.mostPixels) in all: crop or scale upstream, or calibrate for this size"
      )
    }
    return resized(width: width, height: height)
  }
}
