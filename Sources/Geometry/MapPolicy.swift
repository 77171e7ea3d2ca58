/// The thresholds by which the map tells static from moving and one surface from another.
///
/// They are physical (metres, shares of distance, 8-bit colour steps, frames), not fitted to a scene; the same values
/// drive the CPU and the Vulkan kernels.
public struct MapPolicy: Sendable, Equatable {
  /// Depths that differ by less than `absoluteTolerance + relativeTolerance · z` are the same surface, metres.
  public var absoluteTolerance: Float = 0.01
  public var relativeTolerance: Float = 0.01
  /// A colour this far from a point's mean (largest channel, of 255) is something else at the same place.
  public var colourChange: Int32 = 40
  /// Frames a point must be seen in before it is kept when unseen.
  public var confirmations: UInt16 = 3
  /// The same for a point that appeared in front of something already known: it moved there and may move on.
  public var foregroundConfirmations: UInt16 = 90
  /// The running mean weighs a new sample by at least one part in this many.
  public var longestMean: UInt16 = 24
  /// Depth jumps between neighbours beyond this share of depth are an edge between surfaces.
  public var edgeJump: Float = 0.05
  /// Neighbouring points of a surface are taken to be at most this many times as far apart as they would be facing the camera.
  public var longestStretch: Float = 4
  /// A pixel with a surface nearer by this share of its depth within one pixel mixes that surface's colour into its own:
  /// it is left out.
  public var farJump: Float = 0.12
  /// Steps of depth up to this share of it are taken for quantisation, and closed.
  public var quantisation: Float = 0.008
  public init() {}
}
