/// A fixed-size array in memory of its own, owned by whoever holds this object; never grows or moves.
///
/// Kernels index it through raw pointers, so that a hot loop carries no bounds checks; the sizes are checked where the
/// buffers are made.
///
/// `@unchecked Sendable`: who writes which elements when is for its users to arrange, as for any memory that kernels share.
public final class Storage<Element: BitwiseCopyable>: @unchecked Sendable {
  public let count: Int
  public let base: UnsafeMutablePointer<Element>

  /// Aligned to 64 bytes, with room for 16 elements more than `count` so that a vector may read past the end.
  public init(count: Int, repeating value: Element) {
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: (count + 16) * MemoryLayout<Element>.stride, alignment: 64)
    base = raw.bindMemory(to: Element.self, capacity: count + 16)
    base.initialize(repeating: value, count: count + 16)
  }

  /// A copy of `values`.
  public convenience init(_ values: [Element]) where Element: ExpressibleByIntegerLiteral {
    self.init(count: values.count, repeating: 0)
    _ = buffer.update(from: values)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// All elements; valid while something holds this object, which a buffer does not.
  public var buffer: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: base, count: count) }
}
