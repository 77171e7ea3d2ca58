import Compute

extension Constant {
  /// The place of the first NaN or infinity, which would make a whole picture black and stay in the cache; `nil` where all
  /// numbers are finite.
  var firstNotFinite: Int? {
    switch elementType {
    case .float32: return first(of: UInt32.self, exponent: 0x7F80_0000)
    case .float16: return first(of: UInt16.self, exponent: 0x7C00)
    case .bfloat16: return first(of: UInt16.self, exponent: 0x7F80)
    case .uint8: return nil
    }
  }

  /// All ones in the exponent are infinities and NaNs. Whole stretches are looked at before single numbers: that takes vectors.
  private func first<Word: FixedWidthInteger & UnsignedInteger>(of type: Word.Type, exponent: Word) -> Int? {
    func isFinite(_ index: Int) -> Bool {
      let word = pointer.loadUnaligned(fromByteOffset: index &* MemoryLayout<Word>.size, as: type)
      return Word(littleEndian: word) & exponent != exponent
    }
    let stretch = 4096
    for start in stride(from: 0, to: count, by: stretch) {
      let end = min(start + stretch, count)
      var wrong: Word = 0
      for index in start..<end { wrong |= isFinite(index) ? 0 : 1 }
      if wrong != 0 { return (start..<end).first { !isFinite($0) } }
    }
    return nil
  }

  /// - Throws: `.model` naming the tensor and the place of a number that is none.
  func checkFinite(_ tensor: String) throws(Failure) {
    guard let index = firstNotFinite else { return }
    throw Failure(
      .model,
      "\(tensor): number \(index) of \(count) is \(floats(index..<index + 1)[0]); expected finite numbers alone. "
        + "Train, export or convert the model again")
  }
}
