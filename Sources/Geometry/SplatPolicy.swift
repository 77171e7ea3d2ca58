/// How points become pixels; the same values drive the CPU and the Vulkan renderer.
public struct SplatPolicy: Sendable, Equatable {
  /// Points nearer to the ego camera's centre than this are the wearer's own head, metres.
  public var nearest: Float = 0.18
  /// The same as a share of the distance between the cameras, up to `furthestHead` metres: depth's error grows with
  /// distance, and a head that is drawn too near to the exo camera hangs before its own eyes.
  public var headShare: Float = 0.09
  public var furthestHead: Float = 0.45
  /// A disc's radius as a share of the distance between neighbouring points. Above √½, discs meet across the diagonal of
  /// four points.
  public var overlap: Float = 0.72
  /// Disc radii in pixels are kept between these.
  public var smallestRadius: Float = 0.75
  public var largestRadius: Float = 12
  /// Points this much further than the nearest at a pixel (a share of distance) still count as the same surface.
  public var blendDepth: Float = 0.05
  public init() {}

  /// Nearer than this to the ego camera, metres, points are the wearer's own head.
  func nearest(ego egoWorldToCamera: Pose, exo exoWorldToCamera: Pose) -> Float {
    let way = egoWorldToCamera.centre - exoWorldToCamera.centre
    return max(nearest, min(furthestHead, headShare * (way * way).sum().squareRoot()))
  }
}
