import Compute
import FoundationEssentials

/// What an adapter's trainer noted beside its tensors: `adapter_config.json`, as PEFT writes it, or the same in the file's
/// metadata, as diffusers does.
struct AdapterConfiguration: Equatable {
  /// nil: as large as the rank.
  var alpha: Float?
  /// Of single layers, by the ends of their names.
  var alphaOfLayers: [String: Float] = [:]
  /// Whether the scale is alpha ÷ √rank instead of alpha ÷ rank.
  var scalesByRoot = false

  func scale(_ layer: String, rank: Int) -> Float {
    let own = keys(of: layer).first.flatMap { alphaOfLayers[$0] }
    guard let alpha = own ?? alpha else { return 1 }
    return alpha / (scalesByRoot ? Float(rank).squareRoot() : Float(rank))
  }

  /// The keys of `alphaOfLayers` that mean a layer, in order: its name, and what stands behind each of its dots.
  private func keys(of layer: String) -> [String] {
    let parts = layer.split(separator: ".", omittingEmptySubsequences: false)
    return parts.indices.map { parts[$0...].joined(separator: ".") }.filter { alphaOfLayers[$0] != nil }.sorted()
  }

  /// Lists keys that would scale other layers than their trainer meant, or none: PEFT takes regular expressions, which are
  /// not read here, and of several that match the first in the document.
  func complaints(about layers: some Collection<String>) -> [String] {
    let meant = Set(layers.flatMap(keys(of:)))
    let unread = alphaOfLayers.keys.sorted().compactMap { key -> String? in
      let isPlain = key.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95 || $0 == 46
      }
      if !isPlain { return "alpha_pattern's \(key) is no plain name of a layer; expected one, or the end of one" }
      return meant.contains(key)
        ? nil : "alpha_pattern's \(key) matches no layer of the adapter"
    }
    let ambiguous = layers.sorted().compactMap { layer -> String? in
      let keys = keys(of: layer)
      return Set(keys.map { alphaOfLayers[$0] }).count > 1
        ? "\(layer) is meant by alpha_pattern's \(keys.joined(separator: " and ")); expected one of them" : nil
    }
    return unread + ambiguous
  }

  /// Looks beside the file, then into its metadata.
  /// - Throws: `.model` naming the document and the key.
  static func of(_ file: String, metadata: [String: String]) throws(Failure) -> AdapterConfiguration {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    let path = folder + "adapter_config.json"
    if FileManager.default.fileExists(atPath: path) {
      return try decode(PEFT.self, try readDocument(path, what: "adapter's configuration", limit: 4 << 20), path)
        .configuration
    }
    if let noted = metadata["lora_adapter_metadata"] {
      return try decode(Noted.self, Data(noted.utf8), "metadata of \(file)").configuration
    }
    return AdapterConfiguration()
  }

  private static func decode<Document: Decodable>(
    _ type: Document.Type, _ data: Data, _ name: String
  ) throws(Failure) -> Document {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw Failure(.model, "adapter's configuration \(name): \(inWords(error))")
    }
  }

  private struct PEFT: Decodable {
    let alpha: Float?
    let alphaOfLayers: [String: Float]?
    let scalesByRoot: Bool?

    enum CodingKeys: String, CodingKey {
      case alpha = "lora_alpha"
      case alphaOfLayers = "alpha_pattern"
      case scalesByRoot = "use_rslora"
    }

    var configuration: AdapterConfiguration {
      AdapterConfiguration(alpha: alpha, alphaOfLayers: alphaOfLayers ?? [:], scalesByRoot: scalesByRoot ?? false)
    }
  }

  private struct Noted: Decodable {
    let alpha: Float?
    let alphaOfLayers: [String: Float]?
    let scalesByRoot: Bool?

    enum CodingKeys: String, CodingKey {
      case alpha = "transformer.lora_alpha"
      case alphaOfLayers = "transformer.alpha_pattern"
      case scalesByRoot = "transformer.use_rslora"
    }

    var configuration: AdapterConfiguration {
      AdapterConfiguration(alpha: alpha, alphaOfLayers: alphaOfLayers ?? [:], scalesByRoot: scalesByRoot ?? false)
    }
  }
}
