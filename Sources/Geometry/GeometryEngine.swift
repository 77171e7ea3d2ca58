import Compute

/// The geometry of one stream: exo frames go into a map, the ego camera looks at it. One implementation a backend.
///
/// Not thread-safe. After `init` no buffer is allocated a frame; sharing a loop among the cores takes a few words.
public protocol GeometryEngine: AnyObject {
  /// The processor or device it runs on, in words.
  var deviceName: String { get }
  /// Points in the map now.
  var mapPoints: Int { get }
  /// The most recent rendering. Host memory; valid until the next `render`.
  var prior: Prior { get }

  /// Fuses a frame into the map.
  /// - Parameter depth: `nil` leaves the map as it was (or, where the calibration assumes a depth, uses that).
  /// - Returns: whether the map saw a frame.
  func integrate(colour: ColourPlane, depth: DepthPlane?, exoWorldToCamera: Pose) throws(Failure) -> Bool

  /// Renders the map from the ego camera into `prior`, and where `fill` asks for it also colours what is not known, for
  /// `write`; `prior` itself stays as it is known.
  func render(egoWorldToCamera: Pose, fill: Bool) throws(Failure)

  /// Writes the picture: filled if asked for and rendered so, and, as a viewer gets it, under the photometric profile if
  /// there is one.
  /// - Parameters: `picture` is RGB, `mask` one channel; both of the ego camera's size.
  func write(picture: MutablePlane, mask: MutablePlane?, fill: Bool, photometric: Bool)

  /// Forgets the scene.
  func forget()

  /// Takes what is known of the exo camera anew, for pictures of the size there was, and forgets the scene.
  ///
  /// Not of the streaming kind: it allocates, and takes as long as a few frames.
  func recalibrate(exo: Camera, depth: DepthFormat) throws(Failure)
}

/// What a geometry engine is built from.
public struct GeometryConfiguration: Sendable {
  public var exo: Camera
  public var ego: Camera
  public var depth: DepthFormat
  public var mapCapacity: Int
  /// Points closer together than this are kept once, metres; 0 keeps one a pixel.
  public var voxelSizeMetres: Float
  public var mapPolicy = MapPolicy()
  public var splatPolicy = SplatPolicy()

  public init(exo: Camera, ego: Camera, depth: DepthFormat, mapCapacity: Int, voxelSizeMetres: Float) {
    self.exo = exo
    self.ego = ego
    self.depth = depth
    self.mapCapacity = mapCapacity
    self.voxelSizeMetres = voxelSizeMetres
  }

  /// About what an engine on the processor takes: of each point its columns, what it is drawn as and where it is listed, and of each
  /// pixel planes and canvases.
  var hostBytes: Int { mapCapacity * 128 + (exo.width * exo.height + ego.width * ego.height) * 96 }

  /// Refuses what an engine must not be built from.
  /// - Throws: `.setting` naming the value that is out of range, and the range.
  public func check() throws(Failure) {
    guard (10_000...50_000_000).contains(mapCapacity) else {
      throw Failure(.setting, "map-capacity is \(mapCapacity); expected 10,000 to 50,000,000 points")
    }
    guard voxelSizeMetres >= 0, voxelSizeMetres <= 1 else {
      throw Failure(.setting, "voxel-size is \(voxelSizeMetres); expected metres, 0 (keeps one a pixel) to 1")
    }
  }
}
