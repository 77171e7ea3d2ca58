import Compute

/// The geometry on a Vulkan device: map, prior and fill live in its memory; only frames and finished pictures cross over.
///
/// Command buffers are recorded once and submitted again for every frame: one fuses, one renders, with or without the fill.
/// What varies (poses, frame number) is in a small mapped buffer. The arithmetic is that of `CPUGeometry`.
public final class VulkanGeometry: GeometryEngine {
  public let prior: Prior
  private let configuration: GeometryConfiguration
  private var view: ExoView
  private let buffers: VulkanGeometryBuffers
  private let fusing: CommandRecording
  private let rendering: CommandRecording
  private let renderingFilled: CommandRecording
  private var fetchingDistances: CommandRecording?
  /// Whether the last rendering was filled.
  private var isFilled = false
  private let profile: PhotometricTable?
  private var parameters: GeometryParameters
  /// Of the frame that was integrated last.
  private var exoWorldToCamera = Pose.identity
  private var frame: UInt32 = 0
  private var liftedDepth = LiftedDepth()

  public var deviceName: String { buffers.device.report.name }
  public private(set) var mapPoints = 0

  /// - Throws: `Failure` of kind `.outOfMemory` or `.library`, which names the setting that a device is too small for.
  public init(_ configuration: GeometryConfiguration, device: VulkanDevice) throws(Failure) {
    self.configuration = configuration
    view = ExoView(camera: configuration.exo, depthFormat: configuration.depth, mapCapacity: configuration.mapCapacity)
    try GeometryLimits.check(configuration, view, device.report)
    prior = Prior(camera: configuration.ego)
    parameters = GeometryParameters(configuration, view: view)
    do {
      buffers = try VulkanGeometryBuffers(
        device: device, view: view, prior: prior, mapCapacity: configuration.mapCapacity)
      fusing = try CommandRecording(try buffers.fusingCommands(), label: "point map")
      rendering = try CommandRecording(try buffers.renderingCommands(fill: false), label: "prior")
      renderingFilled = try CommandRecording(try buffers.renderingCommands(fill: true), label: "filled prior")
    } catch {
      throw error.advising(
        whereMemoryRanOut:
          "lower map-capacity (it is \(configuration.mapCapacity)), calibrate the ego camera for a smaller "
          + "picture (it is \(configuration.ego.width)×\(configuration.ego.height)), or use backend=cpu")
    }
    profile = configuration.ego.photometric.map { PhotometricTable($0, camera: configuration.ego) }
    try buffers.uploadRays(view)
    try forgetMap()
  }

  public func integrate(colour: ColourPlane, depth: DepthPlane?, exoWorldToCamera: Pose) throws(Failure) -> Bool {
    try view.check(colour: colour, depth: depth)
    switch liftedDepth.choose(depth, view.depthFormat) {
    case .measured(let depth):
      guard buffers.stage(depth, view.depthFormat) else { return false }
      parameters.various.y = 0
    case .assumed(let metres):
      parameters.various.y = metres
    case .none:
      return false
    }
    buffers.stage(colour)
    frame &+= 1
    parameters.map.x = frame
    self.exoWorldToCamera = exoWorldToCamera
    parameters.exo.setPose(exoWorldToCamera)
    let back = exoWorldToCamera.inverse
    parameters.exoToWorld0 = SIMD4(back.rows.0, back.translation.x)
    parameters.exoToWorld1 = SIMD4(back.rows.1, back.translation.y)
    parameters.exoToWorld2 = SIMD4(back.rows.2, back.translation.z)
    try buffers.parameters.write(value: parameters)
    try fusing.run()
    let counters = try buffers.counters.read(UInt32.self, count: 2)
    mapPoints = Int(counters[1]) - Int(Int32(bitPattern: counters[0]))
    return true
  }

  public func render(egoWorldToCamera: Pose, fill: Bool) throws(Failure) {
    parameters.ego.setPose(egoWorldToCamera)
    parameters.splat.x = configuration.splatPolicy.nearest(ego: egoWorldToCamera, exo: exoWorldToCamera)
    try buffers.parameters.write(value: parameters)
    try (fill ? renderingFilled : rendering).run()
    isFilled = fill
    prior.coveredPixels = buffers.fetch(into: prior)
  }

  /// Copies the distances of the last rendering into `prior`: nothing that streams looks at them, so no frame waits for them.
  func fetchDistances() throws(Failure) {
    let fetching: CommandRecording
    if let made = fetchingDistances {
      fetching = made
    } else {
      fetching = try CommandRecording(try buffers.distanceCommands(), label: "distances of the prior")
      fetchingDistances = fetching
    }
    try fetching.run()
    try buffers.fetchDistances(into: prior)
  }

  public func write(picture: MutablePlane, mask: MutablePlane?, fill: Bool, photometric: Bool) {
    PictureWriter(
      prior: prior, filled: fill && isFilled ? buffers.filled : nil, photometric: photometric ? profile : nil
    )
    .write(picture: picture, mask: mask)
  }

  public func forget() {
    liftedDepth.forget()
    // A device that is lost says so at the next frame, in a call that can throw.
    try? forgetMap()
  }

  public func recalibrate(exo: Camera, depth: DepthFormat) throws(Failure) {
    var corrected = configuration
    corrected.exo = exo
    corrected.depth = depth
    view = ExoView(camera: exo, depthFormat: depth, mapCapacity: configuration.mapCapacity)
    parameters = GeometryParameters(corrected, view: view)
    try buffers.uploadRays(view)
    try forgetMap()
  }

  private func forgetMap() throws(Failure) {
    frame = 0
    mapPoints = 0
    var list = CommandList(buffers.device)
    try list.fill(buffers.lastSeen, word: 0)
    try list.fill(buffers.counters, word: 0)
    try CommandRecording(list, label: "forgetting the map").run()
  }
}
