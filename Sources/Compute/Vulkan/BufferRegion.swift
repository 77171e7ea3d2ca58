/// Part of a buffer, as bound to a shader or copied.
public struct BufferRegion {
  public let buffer: VulkanBuffer
  /// Bytes from the buffer's start.
  public let offset: Int
  public let byteCount: Int

  var range: Range<Int> { offset..<offset + byteCount }
}

/// A whole buffer or a part of one.
public protocol BufferRegionConvertible {
  var region: BufferRegion { get }
}

extension BufferRegion: BufferRegionConvertible {
  public var region: BufferRegion { self }
}

extension VulkanBuffer: BufferRegionConvertible {
  public var region: BufferRegion { BufferRegion(buffer: self, offset: 0, byteCount: byteCount) }

  /// Part of the buffer. Bound parts must start at a multiple of the device's `bufferOffsetAlignment`.
  /// - Throws: `.library` when the part is empty or leaves the buffer.
  public func region(offset: Int, byteCount: Int) throws(Failure) -> BufferRegion {
    guard offset >= 0, byteCount > 0, byteCount <= self.byteCount, offset <= self.byteCount - byteCount else {
      throw Failure(
        .library, "\(label): \(byteCount) bytes at \(offset) lie outside a buffer of \(self.byteCount) bytes")
    }
    return BufferRegion(buffer: self, offset: offset, byteCount: byteCount)
  }
}

extension VulkanBuffer {
  /// Copies elements into a mapped buffer.
  /// - Parameter offset: Bytes from the buffer's start.
  /// - Throws: `.library` when the buffer is not mapped or too small.
  public func write<Element: BitwiseCopyable>(_ elements: [Element], at offset: Int = 0) throws(Failure) {
    let bytes = elements.count * MemoryLayout<Element>.stride
    let target = try hostBytes(offset, bytes)
    elements.withUnsafeBytes { target.copyMemory(from: $0) }
  }

  /// Copies one value into a mapped buffer: a struct of parameters.
  /// - Throws: `.library` when the buffer is not mapped or too small.
  public func write<Value: BitwiseCopyable>(value: Value, at offset: Int = 0) throws(Failure) {
    let target = try hostBytes(offset, MemoryLayout<Value>.size)
    withUnsafeBytes(of: value) { target.copyMemory(from: $0) }
  }

  /// Copies elements out of a mapped buffer.
  /// - Throws: `.library` when the buffer is not mapped or too small.
  public func read<Element: BitwiseCopyable>(
    _: Element.Type = Element.self, count: Int, at offset: Int = 0
  ) throws(Failure) -> [Element] {
    let (bytes, overflow) = max(count, 0).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    let source = try hostBytes(offset, overflow ? Int.max : bytes)
    return [Element](unsafeUninitializedCapacity: max(count, 0)) { elements, initialised in
      UnsafeMutableRawBufferPointer(elements).copyMemory(from: UnsafeRawBufferPointer(source))
      initialised = max(count, 0)
    }
  }

  private func hostBytes(_ offset: Int, _ bytes: Int) throws(Failure) -> UnsafeMutableRawBufferPointer {
    guard let mapped else {
      throw Failure(.library, "\(label): a \(placement.rawValue) buffer is not mapped; copy through another buffer")
    }
    guard offset >= 0, bytes <= byteCount, offset <= byteCount - bytes else {
      throw Failure(.library, "\(label): \(bytes) bytes at \(offset) lie outside a buffer of \(byteCount) bytes")
    }
    return UnsafeMutableRawBufferPointer(rebasing: mapped[offset..<offset + bytes])
  }
}
