/// How points become pixels; the same values drive the CPU and the Vulkan renderer.
public struct SplatPolicy: Sendable, Equatable {
  /// Points nearer to the ego camera's centre than this are the wearer's own head, metres.
  public var nearest: Float = 0.18
  /// A disc's radius as a share of the distance between neighbouring points. Above √½, discs meet across the diagonal of
  /// four points.
  public var overlap: Float = 0.72
  /// Disc radii in pixels are kept between these.
  public var smallestRadius: Float = 0.75
  public var largestRadius: Float = 12
  /// Points this much further than the nearest at a pixel (a share of distance) still count as the same surface.
  public var blendDepth: Float = 0.05
  public init() {}
}
