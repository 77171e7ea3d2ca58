import Compute
import FoundationEssentials

/// Keys of a calibration document that nothing reads: misspelt ones would otherwise be missed only in the picture.
public struct UnknownKeys {
  public let warnings: [String]

  public init(inFile path: String) throws(Failure) {
    self.init(json: try readFile(path, what: "calibration", kind: .calibration))
  }

  init(json: Data) {
    guard let document = try? JSONDecoder().decode(Document.self, from: json) else {
      warnings = []
      return
    }
    let camera = CalibrationDocument.CameraDocument.CodingKeys.allCases.map(\.rawValue)
    let depth = CalibrationDocument.DepthDocument.CodingKeys.allCases.map(\.rawValue)
    let sections: [(name: String, keys: Keys?, known: [String])] = [
      ("exo", document.exo, camera), ("ego", document.ego, camera), ("depth", document.depth, depth),
    ]
    var warnings: [String] = []
    for section in sections {
      for name in (section.keys?.names ?? []).sorted() where !section.known.contains(name) {
        let advice =
          Self.nearest(to: name, among: section.known).map { "did you mean \($0)?" }
          ?? "known are \(section.known.joined(separator: ", "))"
        warnings.append("\(section.name).\(name) is no key of the document, and nothing reads it; \(advice)")
      }
    }
    self.warnings = warnings
  }

  /// The key that a misspelt one was meant to be; `nil` where none resembles it.
  static func nearest(to name: String, among known: [String]) -> String? {
    func plain(_ key: String) -> [Character] { key.lowercased().filter { $0 != "_" && $0 != "-" }.map(\.self) }
    let distances = known.map { (key: $0, distance: editDistance(plain(name), plain($0))) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    // A third of the letters: more would take any short word for any other.
    return best.distance * 3 <= plain(best.key).count ? best.key : nil
  }

  /// How many letters have to be put in, taken out or changed.
  private static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, one) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        let changed = diagonal + (one == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
      }
    }
    return row[b.count]
  }

  private struct Document: Decodable {
    let exo: Keys?
    let ego: Keys?
    let depth: Keys?
  }

  private struct Keys: Decodable {
    let names: [String]

    init(from decoder: any Decoder) throws {
      names = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
    }
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
