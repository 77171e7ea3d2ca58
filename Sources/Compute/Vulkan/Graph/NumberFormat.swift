/// Conversion between floats in host memory and what the device stores.
enum NumberFormat {
  /// Writes floats as halves or floats.
  /// - Parameter target: Room for all of `values`.
  static func store(_ values: UnsafeBufferPointer<Float>, asHalves: Bool, to target: UnsafeMutableRawPointer) {
    guard let source = values.baseAddress else { return }
    guard asHalves else { return target.copyMemory(from: source, byteCount: values.count * 4) }
    for index in 0..<values.count {
      target.storeBytes(of: HalfPrecision.float16Bits(source[index]), toByteOffset: index * 2, as: UInt16.self)
    }
  }

  /// Reads halves or floats as floats.
  static func load(
    _ source: UnsafeRawPointer, asHalves: Bool, into values: UnsafeMutableBufferPointer<Float>
  ) {
    guard let target = values.baseAddress else { return }
    guard asHalves else { return UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: values.count * 4) }
    for index in 0..<values.count {
      target[index] = HalfPrecision.float(float16Bits: source.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
  }
}
