/// Numbers known when a graph is built: weights, in host memory that stays where it is until the graph is compiled.
///
/// A backend copies, widens and repacks them at compile time and never reads `pointer` afterwards.
public struct Constant: @unchecked Sendable {
  /// `float32`, `float16` or `bfloat16`, little endian, row-major; need not be aligned.
  public let elementType: ElementType
  public let pointer: UnsafeRawPointer
  public let count: Int
  /// Keeps the memory alive: the mapped file, or a copy.
  private let owner: AnyObject?

  public init(_ elementType: ElementType, at pointer: UnsafeRawPointer, count: Int, owner: AnyObject?) {
    self.elementType = elementType
    self.pointer = pointer
    self.count = count
    self.owner = owner
  }

  /// A copy of `values`.
  public init(_ values: [Float]) {
    let copy = Storage(values)
    self.init(.float32, at: UnsafeRawPointer(copy.base), count: values.count, owner: copy)
  }

  /// A copy of half-precision values, given as their bits.
  public init(_ elementType: ElementType, bits: [UInt16]) {
    let copy = Storage(bits)
    self.init(elementType, at: UnsafeRawPointer(copy.base), count: bits.count, owner: copy)
  }

  /// Widens all elements to 32 bits.
  /// - Parameter target: Room for `count` floats.
  public func widen(into target: UnsafeMutablePointer<Float>) {
    switch elementType {
    case .float32:
      UnsafeMutableRawPointer(target).copyMemory(from: pointer, byteCount: count * 4)
    case .float16:
      for index in 0..<count { target[index] = HalfPrecision.float(float16Bits: bits(index)) }
    case .bfloat16:
      for index in 0..<count { target[index] = Float(bitPattern: UInt32(bits(index)) << 16) }
    case .uint8:
      for index in 0..<count { target[index] = Float(pointer.load(fromByteOffset: index, as: UInt8.self)) }
    }
  }

  private func bits(_ index: Int) -> UInt16 {
    UInt16(littleEndian: pointer.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
  }
}
