import CGeometryKernels

/// How points become pixels; the same values drive the CPU and the Vulkan renderer.
public struct SplatPolicy: Sendable, Equatable {
  /// Points nearer to the ego camera's centre than this are the wearer's own head, metres.
  public var nearest: Float = 0.18
  /// The same as a share of the distance between the cameras, up to `furthestHead` metres: depth's error grows with
  /// distance, and a head that is drawn too near to the exo camera hangs before its own eyes.
  public var headShare: Float = 0.09
  public var furthestHead: Float = 0.45
  /// An ellipse's half axes as a share of the distances between neighbouring points. Above √½, ellipses meet across the
  /// diagonal of four points.
  public var overlap: Float = 0.85
  /// Half axes in pixels are kept between these.
  public var smallestRadius: Float = 0.75
  public var largestRadius: Float = 12
  /// Points this much further than the nearest at a pixel (a share of distance) still count as the same surface.
  public var blendDepth: Float = 0.05
  /// An ellipse that is smaller than `smallestRadius` times this both ways is one of hundreds in its pixel: of such points
  /// a share is drawn, so that a map seen from afar weighs no more than one seen from nearer.
  public var finest: Float = 1 / 16
  public init() {}

  /// A pixel of more weight than this is left out: its sums of colours may have wrapped, at 11 bits to a colour.
  static let mostWeight = UInt32.max / 2047

  /// From this square of their longer half axis on, as it is before it is enlarged, all points are drawn.
  var finestSquare: Float {
    let radius = finest * smallestRadius
    return radius * radius
  }

  /// Whether a point is drawn; the same ones in every frame.
  /// - Parameter square: Of its ellipse's longer half axis, before it is enlarged.
  @inline(__always) func draws(_ slot: UInt32, _ square: Float) -> Bool {
    square >= finestSquare || Float((slot &* 2_654_435_769) >> 8) * 0x1p-24 * finestSquare <= square
  }

  /// Turns what points' sides span, in square pixels, into ellipses in its place: see `geometry_ellipses`.
  ///
  /// Both half axes are the square roots of the span's eigenvalues, times `overlap` and kept between the radii.
  @inline(__always) func ellipses(_ shapes: GeometryShapes, _ reaches: GeometryReaches, count: Int) {
    let kernel = GeometryEllipsePolicy(
      enlarged: 4 * overlap * overlap, smallest: smallestRadius * smallestRadius, largest: largestRadius * largestRadius
    )
    withUnsafePointer(to: kernel) { geometry_ellipses($0, count, shapes, reaches) }
  }

  /// Nearer than this to the ego camera, metres, points are the wearer's own head.
  func nearest(ego egoWorldToCamera: Pose, exo exoWorldToCamera: Pose) -> Float {
    let way = egoWorldToCamera.centre - exoWorldToCamera.centre
    return max(nearest, min(furthestHead, headShare * (way * way).sum().squareRoot()))
  }
}
