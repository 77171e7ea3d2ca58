import Compute
import FoundationEssentials
import Geometry

extension ModelConfiguration {
  /// Reads a `config.json`, or that of a model folder.
  /// - Throws: `.model` naming the document, the key, the value and what was expected.
  public init(contentsOfFile path: String) throws(Failure) {
    var isFolder = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let file = exists && isFolder ? path + "/" + ModelFolder.configurationName : path
    try self.init(json: readDocument(file, what: "configuration"), name: "configuration \(file)")
  }

  /// Reads a document and checks it; `name` stands for it in messages.
  /// - Throws: `.model` naming the document, the key, the value and what was expected.
  public init(json: Data, name: String) throws(Failure) {
    do {
      self = try JSONDecoder().decode(ModelConfiguration.self, from: json)
      try check()
      let known = try JSONDecoder().decode(KeyTree.self, from: JSONEncoder().encode(self))
      try JSONDecoder().decode(KeyTree.self, from: json).checkKnown(in: known, at: "")
      try checkKeys(of: json, what: "its text")
    } catch let error as DecodingError {
      throw Failure(.model, "\(name): \(error.inWords)")
    } catch let error as Failure {
      throw Failure(.model, "\(name): \(error.message)")
    } catch {
      throw Failure(.model, "\(name): \(error)")
    }
  }

  /// The document, with its keys in order.
  /// - Throws: `.model` for a number that JSON cannot hold.
  public func json() throws(Failure) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(self)
    } catch {
      throw Failure(.model, "configuration \(name): cannot be written as JSON: \(error)")
    }
  }
}

/// Refuses a document in which an object has a key twice.
/// - Throws: `.model` naming the key.
func checkKeys(of json: Data, what: String) throws(Failure) {
  var failure: Failure?
  json.withUnsafeBytes { bytes in
    do throws(Failure) {
      var scanner = JSONScanner(bytes, what: what)
      try scanner.checkKeys()
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
}

/// The keys of a document, to find those that nothing reads: a misspelt one would otherwise do nothing, silently.
private indirect enum KeyTree: Decodable {
  case object([String: KeyTree])
  case null
  case other

  init(from decoder: any Decoder) throws {
    if let object = try? decoder.singleValueContainer().decode([String: KeyTree].self) {
      self = .object(object)
    } else {
      self = (try? decoder.singleValueContainer().decodeNil()) == true ? .null : .other
    }
  }

  func checkKnown(in known: KeyTree, at path: String) throws(Failure) {
    guard case .object(let mine) = self, case .object(let theirs) = known else { return }
    for (key, value) in mine.sorted(by: { $0.key < $1.key }) {
      // A null is the same as nothing.
      if case .null = value { continue }
      guard let other = theirs[key] else {
        let expected = theirs.keys.sorted().joined(separator: ", ")
        throw Failure(.model, "\(path)\(key) is not known here; expected only \(expected)")
      }
      try value.checkKnown(in: other, at: "\(path)\(key).")
    }
  }
}

// Preferred to the standard library's own in this module: `JSONDecoder` calls a whole document invalid over a fraction in
// the place of a whole number, and does not say where.
extension KeyedDecodingContainer {
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try whole(decode(Double.self, forKey: key), key) }

  func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try decode(Int.self, forKey: key)
  }

  func decode(_ type: [Int].Type, forKey key: Key) throws -> [Int] {
    try decode([Double].self, forKey: key).map { try whole($0, key) }
  }

  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 {
    let number = try decode(Double.self, forKey: key)
    guard number >= 0, number < 0x1p53, let whole = UInt64(exactly: number) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\(number) is not a whole number from 0 up to 2⁵³")
    }
    return whole
  }

  private func whole(_ number: Double, _ key: Key) throws -> Int {
    guard let whole = Int(exactly: number) else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\(number) is not a whole number in range")
    }
    return whole
  }
}
