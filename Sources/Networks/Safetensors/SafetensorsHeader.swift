import Compute

/// The header of a safetensors file, held against the file's size.
///
/// Stricter than JSON, as the format is: names are unique, and the tensors' bytes follow each other without overlap or hole
/// from the header's end to the file's.
struct SafetensorsHeader {
  private(set) var tensors: [String: SafetensorsFile.Entry] = [:]
  private(set) var metadata: [String: String] = [:]

  /// - Parameter bytes: The whole file.
  /// - Throws: `.model` without the file's name.
  init(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    guard bytes.count >= 8 else {
      throw Failure(.model, "\(bytes.count) bytes; expected a header length of 8 bytes and more")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(SafetensorsFile.Limits.headerBytes) else {
      throw Failure(.model, "a header of \(length) bytes; expected at most \(SafetensorsFile.Limits.headerBytes)")
    }
    guard length >= 2, Int(length) <= bytes.count - 8 else {
      throw Failure(
        .model, "a header of \(length) bytes in a file of \(bytes.count); the file is cut short or no safetensors")
    }
    let start = 8 + Int(length)
    var scanner = JSONScanner(UnsafeRawBufferPointer(rebasing: bytes[8..<start]))
    try read(&scanner, dataStart: start, fileSize: bytes.count)
    try checkRanges(from: start, to: bytes.count)
  }

  private mutating func read(_ scanner: inout JSONScanner, dataStart: Int, fileSize: Int) throws(Failure) {
    try scanner.expect("{")
    if try !scanner.skip("}") {
      repeat {
        let name = try scanner.string(limit: SafetensorsFile.Limits.nameBytes)
        try scanner.expect(":")
        if name == "__metadata__" {
          guard metadata.isEmpty else { throw Failure(.model, "__metadata__ stands twice in the header") }
          metadata = try scanner.words(limit: SafetensorsFile.Limits.metadataBytes)
          continue
        }
        guard tensors.count < SafetensorsFile.Limits.tensors else {
          throw Failure(.model, "more than \(SafetensorsFile.Limits.tensors) tensors")
        }
        let entry: SafetensorsFile.Entry
        do {
          entry = try SafetensorsHeader.entry(name, &scanner, dataStart: dataStart, fileSize: fileSize)
        } catch {
          throw Failure(.model, "tensor \(name): \(error.message)")
        }
        guard tensors.updateValue(entry, forKey: name) == nil else {
          throw Failure(.model, "tensor \(name) stands twice in the header")
        }
      } while try scanner.skip(",")
      try scanner.expect("}")
    }
    try scanner.end()
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner, dataStart: Int, fileSize: Int
  ) throws(Failure) -> SafetensorsFile.Entry {
    var word: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.expect("{")
    repeat {
      let key = try scanner.string(limit: 64)
      try scanner.expect(":")
      switch key {
      case "dtype" where word == nil: word = try scanner.string(limit: 64)
      case "shape" where shape == nil: shape = try scanner.integers(limit: SafetensorsFile.Limits.dimensions)
      case "data_offsets" where offsets == nil: offsets = try scanner.integers(limit: 2)
      default: throw Failure(.model, "key \(key); expected dtype, shape and data_offsets, once each")
      }
    } while try scanner.skip(",")
    try scanner.expect("}")

    guard let word, let shape, let offsets else {
      throw Failure(.model, "dtype, shape or data_offsets is missing")
    }
    guard let format = SafetensorsFormat(rawValue: word) else {
      throw Failure(.model, "dtype \(word); expected one of \(SafetensorsFormat.allCases.map(\.rawValue))")
    }
    let available = fileSize - dataStart
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= available else {
      throw Failure(.model, "data_offsets \(offsets) in \(available) bytes of data")
    }
    var size = format.byteCount
    for dimension in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: dimension)
      guard !overflow else { throw Failure(.model, "shape \(shape) is too large") }
      size = product
    }
    guard size == offsets[1] - offsets[0] else {
      throw Failure(
        .model, "shape \(shape) of \(word) is \(size) bytes; data_offsets \(offsets) hold \(offsets[1] - offsets[0])")
    }
    return SafetensorsFile.Entry(
      name: name, format: format, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private func checkRanges(from start: Int, to end: Int) throws(Failure) {
    var place = start
    var before = "the header"
    let ordered = tensors.values.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    for entry in ordered {
      guard entry.range.lowerBound == place else {
        let what = entry.range.lowerBound < place ? "overlaps" : "leaves a hole after"
        throw Failure(.model, "tensor \(entry.name) \(what) \(before)")
      }
      place = entry.range.upperBound
      before = "tensor \(entry.name)"
    }
    guard place == end else { throw Failure(.model, "\(end - place) bytes follow \(before); expected the file's end") }
  }
}
