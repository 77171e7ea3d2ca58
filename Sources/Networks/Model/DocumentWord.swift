/// A word of a document that must be one of a few.
public protocol DocumentWord: RawRepresentable, CaseIterable, Codable, Sendable where RawValue == String {}

extension DocumentWord {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let word = try container.decode(String.self)
    guard let known = Self(rawValue: word) else {
      let words = Self.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\"\(word)\"; expected \(words)")
    }
    self = known
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rawValue)
  }
}
