import Compute

/// The geometry on the host processor's cores; also the reference the Vulkan kernels are held against.
public final class CPUGeometry: GeometryEngine {
  private let configuration: GeometryConfiguration
  private var exoSide: ExoSide
  private let map: PointMap
  private let renderer: PriorRenderer
  private let pushPull: PushPull
  private let profile: PhotometricTable?
  /// Of the frame that was integrated last.
  private var exoWorldToCamera = Pose.identity
  private var liftedDepth = LiftedDepth()

  public var deviceName: String { "CPU, \(Parallel.width) cores" }
  public var mapPoints: Int { map.count }
  public var prior: Prior { renderer.prior }

  /// - Precondition: The machine has the memory for it; see `checkMemory`.
  public init(_ configuration: GeometryConfiguration) {
    self.configuration = configuration
    map = PointMap(capacity: configuration.mapCapacity)
    exoSide = ExoSide(exo: configuration.exo, depth: configuration.depth, configuration, map)
    renderer = PriorRenderer(
      camera: configuration.ego, mapCapacity: configuration.mapCapacity, policy: configuration.splatPolicy,
      mapPolicy: configuration.mapPolicy)
    pushPull = PushPull(width: configuration.ego.width, height: configuration.ego.height)
    profile = configuration.ego.photometric.map { PhotometricTable($0, camera: configuration.ego) }
  }

  /// - Throws: `.outOfMemory` where the machine cannot hold an engine of this size.
  public static func checkMemory(_ configuration: GeometryConfiguration) throws(Failure) {
    try HostMemory.check(
      configuration.hostBytes, for: "a map of \(configuration.mapCapacity) points",
      remedy: "lower map-capacity, or take smaller pictures")
  }

  public func integrate(colour: ColourPlane, depth: DepthPlane?, exoWorldToCamera: Pose) throws(Failure) -> Bool {
    try exoSide.view.check(colour: colour, depth: depth)
    switch liftedDepth.choose(depth, exoSide.view.depthFormat) {
    case .measured(let depth):
      guard exoSide.lifted.lift(depth) > 0 else { return false }
    case .assumed(let metres):
      exoSide.lifted.lift(assumedMetres: metres)
    case .none:
      return false
    }
    exoSide.integrator.integrate(colour: colour, worldToCamera: exoWorldToCamera)
    self.exoWorldToCamera = exoWorldToCamera
    return true
  }

  public func render(egoWorldToCamera: Pose, fill: Bool) throws(Failure) {
    let nearest = configuration.splatPolicy.nearest(ego: egoWorldToCamera, exo: exoWorldToCamera)
    renderer.render(map, worldToCamera: egoWorldToCamera, nearest: nearest)
    if fill { pushPull.fill(prior.colour, coverage: prior.coverage) }
  }

  public func write(picture: MutablePlane, mask: MutablePlane?, fill: Bool, photometric: Bool) {
    PictureWriter(
      prior: prior, filled: fill ? UnsafePointer(pushPull.filled) : nil, photometric: photometric ? profile : nil
    )
    .write(picture: picture, mask: mask)
  }

  public func forget() {
    map.removeAll()
    liftedDepth.forget()
  }

  public func recalibrate(exo: Camera, depth: DepthFormat) {
    map.removeAll()
    exoSide = ExoSide(exo: exo, depth: depth, configuration, map)
  }
}

/// What hangs on the exo camera's calibration.
private struct ExoSide {
  let view: ExoView
  let lifted: DepthLift
  let integrator: MapIntegrator

  init(exo: Camera, depth: DepthFormat, _ configuration: GeometryConfiguration, _ map: PointMap) {
    view = ExoView(camera: exo, depthFormat: depth, mapCapacity: configuration.mapCapacity)
    lifted = DepthLift(view: view, policy: configuration.mapPolicy)
    integrator = MapIntegrator(
      view: view, policy: configuration.mapPolicy, map: map, lifted: lifted,
      voxelSize: configuration.voxelSizeMetres)
  }
}

extension ExoView {
  /// Refuses pictures that do not fit the calibrated exo camera.
  func check(colour: ColourPlane, depth: DepthPlane?) throws(Failure) {
    guard colour.width == width, colour.height == height, colour.stride >= width * 4 else {
      throw Failure(
        .format,
        "exo frame is \(colour.width)×\(colour.height), \(colour.stride) bytes a row; expected \(width)×\(height)")
    }
    guard let depth else { return }
    guard depth.width == width, depth.height == height, depth.stride >= width * 2, depth.stride % 2 == 0 else {
      throw Failure(
        .format,
        "depth frame is \(depth.width)×\(depth.height), \(depth.stride) bytes a row; expected \(width)×\(height) samples of 16 bits, aligned with the exo picture (scale it upstream with videoscale method=nearest-neighbour)"
      )
    }
  }
}
