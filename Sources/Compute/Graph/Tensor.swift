/// A handle on one value of a graph: which buffer it lies in and how that is read, row-major, last dimension fastest.
///
/// A feature map is frames × height × width × channels, and so is at once the token matrix of its pixels: every
/// dimension but the last counts *rows*, the last is *channels*. Two tensors may share a buffer (`Graph.reshape`).
///
/// The element type is the narrowest that a backend may store the value in; it may store a wider one.
public struct Tensor: Sendable, Equatable {
  /// Index into `Graph.buffers`.
  public let buffer: Int
  /// One to five dimensions, each at least 1.
  public let shape: [Int]
  public let elementType: ElementType

  /// Elements in all.
  public var count: Int { shape.reduce(1, *) }
  /// The last dimension.
  public var channels: Int { shape.last ?? 1 }
  /// The product of all dimensions but the last.
  public var rows: Int { shape.dropLast().reduce(1, *) }

  /// `[2, 4, 8] float16`, for errors.
  var description: String { "\(shape) \(elementType)" }
}
