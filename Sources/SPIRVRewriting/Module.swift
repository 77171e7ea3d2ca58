/// Why a module cannot be rewritten.
public struct RewriteError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}

/// One SPIR-V instruction: its opcode and the words after the first.
struct Instruction {
  let opcode: UInt16
  let operands: [UInt32]

  /// A missing operand reads as 0, which is no id.
  subscript(_ index: Int) -> UInt32 { index < operands.count ? operands[index] : 0 }

  /// The operands as text, for instructions that are nothing else.
  var text: String {
    let bytes = operands.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt32(8 * $0)) } }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Text as operands: closed by a zero, filled up to whole words.
  static func words(of text: String) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: text.utf8.count / 4 + 1)
    for (index, byte) in text.utf8.enumerated() { words[index / 4] |= UInt32(byte) << UInt32(index % 4 * 8) }
    return words
  }
}

/// A SPIR-V module as a list of instructions.
struct Module {
  /// Magic number, version and generator.
  let header: [UInt32]
  /// Greater than every id.
  let bound: UInt32
  private(set) var instructions: [Instruction] = []

  init(header: [UInt32], bound: UInt32) {
    self.header = header
    self.bound = bound
  }

  init(_ words: [UInt32]) throws(RewriteError) {
    guard words.count >= 5, words[0] == 0x0723_0203 else { throw RewriteError("not SPIR-V") }
    self.init(header: Array(words[0..<3]), bound: words[3])
    var at = 5
    while at < words.count {
      let count = Int(words[at] >> 16)
      guard count > 0, count <= words.count - at else { throw RewriteError("an instruction leaves the module") }
      add(UInt16(words[at] & 0xffff), Array(words[(at + 1)..<(at + count)]))
      at += count
    }
  }

  mutating func add(_ opcode: UInt16, _ operands: [UInt32]) {
    instructions.append(Instruction(opcode: opcode, operands: operands))
  }

  var words: [UInt32] {
    header + [bound, 0]
      + instructions.flatMap { [UInt32($0.operands.count + 1) << 16 | UInt32($0.opcode)] + $0.operands }
  }
}
