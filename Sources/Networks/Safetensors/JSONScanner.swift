import Compute

/// Reads the few forms of JSON that a safetensors header is made of, a token at a time; `checkKeys` passes over any other.
///
/// `JSONDecoder` would keep one of two equal names and say nothing.
struct JSONScanner {
  private let bytes: UnsafeRawBufferPointer
  private let what: String
  private var position = 0

  /// - Parameter what: The document, for messages.
  init(_ bytes: UnsafeRawBufferPointer, what: String = "header") {
    self.bytes = bytes
    self.what = what
  }

  /// Passes a character that must come next.
  mutating func expect(_ character: Unicode.Scalar) throws(Failure) {
    guard try skip(character) else { throw refusal("expected \(character)") }
  }

  /// Passes a character where it comes next.
  mutating func skip(_ character: Unicode.Scalar) throws(Failure) -> Bool {
    skipSpace()
    guard position < bytes.count, UInt32(bytes[position]) == character.value else { return false }
    position += 1
    return true
  }

  /// Only white space may follow.
  mutating func end() throws(Failure) {
    skipSpace()
    guard position == bytes.count else { throw refusal("expected its end") }
  }

  /// A string of at most `limit` bytes.
  mutating func string(limit: Int) throws(Failure) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw refusal("expected UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<32: throw refusal("expected no control character in a string")
      default: text.append(byte)
      }
      guard text.count <= limit else { throw refusal("expected a string of at most \(limit) bytes") }
    }
    throw refusal("expected the end of a string")
  }

  /// An array of whole numbers, none negative.
  mutating func integers(limit: Int) throws(Failure) -> [Int] {
    var numbers: [Int] = []
    try expect("[")
    if try skip("]") { return numbers }
    repeat {
      guard numbers.count < limit else { throw refusal("expected at most \(limit) numbers") }
      numbers.append(try integer())
    } while try skip(",")
    try expect("]")
    return numbers
  }

  /// Passes a value of any kind, whose objects must not have a key twice: `JSONDecoder` would take one of both.
  mutating func checkKeys(at path: String = "", depth: Int = 0) throws(Failure) {
    guard depth < 64 else { throw refusal("expected at most 64 objects and lists within each other") }
    if try skip("{") {
      var keys = Set<String>()
      if try skip("}") { return }
      repeat {
        let key = try string(limit: SafetensorsFile.Limits.nameBytes)
        guard keys.insert(key).inserted else { throw refusal("\(path)\(key) is there twice; expected it once") }
        try expect(":")
        try checkKeys(at: "\(path)\(key).", depth: depth + 1)
      } while try skip(",")
      try expect("}")
    } else if try skip("[") {
      if try skip("]") { return }
      repeat { try checkKeys(at: path, depth: depth + 1) } while try skip(",")
      try expect("]")
    } else if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
      _ = try string(limit: bytes.count)
    } else {
      // A number or a word, which the decoder looks at.
      let start = position
      while position < bytes.count, !" \t\r\n,:]}[{\"".utf8.contains(bytes[position]) { position += 1 }
      guard position > start else { throw refusal("expected a value") }
    }
  }

  /// An object of strings; of equal keys the last counts, which does no harm where nothing depends on them.
  /// - Parameter limit: Of bytes that it may take.
  mutating func words(limit: Int) throws(Failure) -> [String: String] {
    var words: [String: String] = [:]
    let start = position
    try expect("{")
    if try skip("}") { return words }
    repeat {
      let key = try string(limit: SafetensorsFile.Limits.nameBytes)
      try expect(":")
      words[key] = try string(limit: limit)
      guard position - start <= limit else { throw refusal("expected at most \(limit) bytes of words") }
    } while try skip(",")
    try expect("}")
    return words
  }

  private mutating func integer() throws(Failure) -> Int {
    skipSpace()
    var value = 0
    let start = position
    while position < bytes.count, let digit = Int(exactly: bytes[position]).map({ $0 - 48 }), (0...9).contains(digit) {
      let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(digit)
      guard !overflow, !carry else { throw refusal("expected a number below 2⁶³") }
      value = sum
      position += 1
    }
    guard position > start else { throw refusal("expected a whole number, 0 or more") }
    return value
  }

  private mutating func escape(into text: inout [UInt8]) throws(Failure) {
    guard position < bytes.count else { throw refusal("expected the end of a string") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw refusal("expected the second half of a character") }
        position += 2
        let low = try hexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw refusal("expected the second half of a character") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw refusal("expected a character") }
      text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    default: throw refusal("expected an escaped character")
    }
  }

  private mutating func hexadecimal() throws(Failure) -> UInt32 {
    guard position + 4 <= bytes.count else { throw refusal("expected four hexadecimal digits") }
    var value: UInt32 = 0
    for byte in bytes[position..<position + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
        throw refusal("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    position += 4
    return value
  }

  private mutating func skipSpace() {
    while position < bytes.count {
      let byte = bytes[position]
      guard byte == 32 || byte == 10 || byte == 13 || byte == 9 else { return }
      position += 1
    }
  }

  private func refusal(_ expected: String) -> Failure {
    Failure(.model, "\(what), byte \(position): \(expected)")
  }
}
