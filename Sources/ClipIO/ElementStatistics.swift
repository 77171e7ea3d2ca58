import CGStreamerApp
import EgoStream

/// The element's `stats` property as numbers and words by name.
public struct ElementStatistics {
  public private(set) var numbers: [String: Double] = [:]
  public private(set) var words: [String: String] = [:]

  /// `model ego-tiny, 4 frames a chunk`; nothing before there is an engine.
  public var modelInWords: String? {
    guard let model = words["model"], let name = model.split(separator: "/").last else { return nil }
    let frames = Int(numbers["chunk-frames"] ?? 1)
    return model == ModelLibrary.noModel ? "no model" : "model \(name), \(frames) frames a chunk"
  }

  /// Empty when the element has no such property.
  public init(of element: UnsafeMutablePointer<GstElement>) {
    guard ego_object_has_property(element, "stats") != 0 else { return }
    guard let structure = ego_object_get_structure(element, "stats") else { return }
    defer { gst_structure_free(structure) }
    for index in 0..<UInt32(gst_structure_n_fields(structure)) {
      guard let name = gst_structure_nth_field_name(structure, index),
        let value = gst_structure_get_value(structure, name)
      else { continue }
      let key = String(cString: name)
      if let text = ego_value_string(value).map({ String(cString: $0) }) {
        words[key] = text
      } else if let text = gst_value_serialize(value) {
        numbers[key] = Double(String(cString: text))
        g_free(text)
      }
    }
  }
}
