import Compute
import Glibc

/// Writes a safetensors file: all headers first, then the numbers a stretch at a time, so that a large file never stands in
/// memory.
public struct SafetensorsWriter {
  /// A tensor to be written.
  public struct Item {
    public let name: String
    public let shape: [Int]
    /// How the file will store it.
    public let elementType: ElementType
    /// Called when its turn comes.
    public let values: () throws(Failure) -> Constant

    public init(
      _ name: String, _ shape: [Int], _ elementType: ElementType, _ values: @escaping () throws(Failure) -> Constant
    ) {
      self.name = name
      self.shape = shape
      self.elementType = elementType
      self.values = values
    }

    /// Elements.
    var count: Int { shape.reduce(1, *) }
  }

  public var metadata: [String: String] = [:]

  public init() {}

  /// Writes beside `path` first and renames at the end, so that no half-written file ever bears the name.
  /// - Throws: `.model` naming the file or the tensor.
  public func write(_ items: [Item], to path: String) throws(Failure) {
    let draft = path + ".partial"
    let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure(.model, "\(draft): cannot be written: \(systemMessage(errno))") }
    do {
      try put(header(items), to: file, draft)
      for item in items { try put(item, to: file, draft) }
    } catch {
      close(file)
      unlink(draft)
      throw error
    }
    guard close(file) == 0, rename(draft, path) == 0 else {
      throw Failure(.model, "\(path): cannot be written: \(systemMessage(errno))")
    }
  }

  private func header(_ items: [Item]) throws(Failure) -> [UInt8] {
    var parts: [String] = []
    if !metadata.isEmpty {
      let words = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      parts.append("\"__metadata__\":{\(words.joined(separator: ","))}")
    }
    var offset = 0
    var names = Set<String>()
    for item in items {
      guard let format = SafetensorsFormat.allCases.first(where: { $0.elementType == item.elementType }),
        names.insert(item.name).inserted, item.name != "__metadata__"
      else { throw Failure(.model, "tensor \(item.name) \(item.elementType): no such number, or the name is taken") }
      let end = offset + item.count * item.elementType.byteCount
      let shape = item.shape.map { "\($0)" }.joined(separator: ",")
      parts.append(
        "\(quoted(item.name)):{\"dtype\":\"\(format.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var text = Array("{\(parts.joined(separator: ","))}".utf8)
    // The numbers begin at a multiple of eight.
    text += [UInt8](repeating: 32, count: (8 - text.count % 8) % 8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 32:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private func put(_ item: Item, to file: Int32, _ path: String) throws(Failure) {
    let constant = try item.values()
    guard constant.count == item.count else {
      throw Failure(.model, "tensor \(item.name) \(item.shape): \(constant.count) values were given")
    }
    try constant.checkFinite("tensor \(item.name)")
    let stretch = 1 << 20
    for start in stride(from: 0, to: constant.count, by: stretch) {
      let range = start..<min(start + stretch, constant.count)
      guard let bytes = constant.bytes(range, as: item.elementType) else {
        throw Failure(
          .model,
          "tensor \(item.name): a number above 65504, which float16 cannot hold; store it as bfloat16 or float32")
      }
      try put(bytes, to: file, path)
    }
  }

  private func put(_ bytes: [UInt8], to file: Int32, _ path: String) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      guard count > 0 || errno == EINTR else {
        throw Failure(.model, "\(path): cannot be written: \(systemMessage(errno))")
      }
      done += max(count, 0)
    }
  }
}

extension Constant {
  /// Elements as a file stores them in another format: to nearest, ties to even.
  /// - Returns: nil where a finite number would become infinite.
  func bytes(_ range: Range<Int>, as type: ElementType) -> [UInt8]? {
    let size = elementType.byteCount
    let start = pointer + range.lowerBound * size
    if type == elementType { return Array(UnsafeRawBufferPointer(start: start, count: range.count * size)) }
    let floats = floats(range)
    func raw<Word>(_ words: [Word]) -> [UInt8] { words.withUnsafeBytes { Array($0) } }
    switch type {
    case .float16:
      // What rounds up to 2¹⁶.
      if floats.contains(where: { $0.isFinite && abs($0) >= 65_520 }) { return nil }
      return raw(floats.map(HalfPrecision.float16Bits))
    case .bfloat16: return raw(floats.map(HalfPrecision.bfloat16Bits))
    default: return raw(floats)
    }
  }
}
