/// A shader compiled at build time and embedded in the program by the `CompileShaders` plugin.
///
/// `Shaders/<Module>/prefix_sum.comp` becomes `Shaders.prefixSum` in `<Module>`.
public struct Shader: Sendable {
  /// The source file's name without its extension, for messages.
  public let name: StaticString
  private let base64: StaticString

  /// Used by generated code.
  public init(name: StaticString, base64: StaticString) {
    self.name = name
    self.base64 = base64
  }

  /// The SPIR-V, decoded anew at every call; pipelines do this once each.
  /// - Throws: `.library` when the embedded text is damaged.
  public func words() throws(Failure) -> [UInt32] {
    var words: [UInt32] = []
    words.reserveCapacity(base64.utf8CodeUnitCount / 16 * 3 + 3)
    var bits: UInt64 = 0
    var bitCount: UInt64 = 0
    for character in UnsafeBufferPointer(start: base64.utf8Start, count: base64.utf8CodeUnitCount) {
      if character == UInt8(ascii: "=") { break }
      guard let digit = Self.digit(character) else { throw Failure(.library, "shader \(name): damaged base64") }
      bits = bits << 6 | digit
      bitCount += 6
      if bitCount >= 32 {
        bitCount -= 32
        // Bytes come first to last, so the word just completed has its lowest byte on top.
        words.append(UInt32(truncatingIfNeeded: bits >> bitCount).byteSwapped)
        bits &= (1 << bitCount) - 1
      }
    }
    return words
  }

  private static func digit(_ character: UInt8) -> UInt64? {
    switch character {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt64(character - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt64(character - UInt8(ascii: "a") + 26)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0") + 52)
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
