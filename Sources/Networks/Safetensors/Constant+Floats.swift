import Compute

extension Constant {
  /// The first number; 0 where there is none.
  var first: Float { floats(0..<min(count, 1)).first ?? 0 }

  /// Some of the numbers, widened.
  func floats(_ range: Range<Int>) -> [Float] {
    let start = pointer + range.lowerBound * elementType.byteCount
    return [Float](unsafeUninitializedCapacity: range.count) { buffer, count in
      if let base = buffer.baseAddress {
        Constant(elementType, at: start, count: range.count, owner: nil).widen(into: base)
      }
      count = range.count
    }
  }
}
