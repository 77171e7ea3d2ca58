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
    let own = alphaOfLayers.first { layer == $0.key || layer.hasSuffix("." + $0.key) }?.value
    guard let alpha = own ?? alpha else { return 1 }
    return alpha / (scalesByRoot ? Float(rank).squareRoot() : Float(rank))
  }

  /// Looks beside the file, then into its metadata.
  /// - Throws: `.model` naming the document and the key.
  static func of(_ file: String, metadata: [String: String]) throws(Failure) -> AdapterConfiguration {
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    let path = folder + "adapter_config.json"
    if FileManager.default.fileExists(atPath: path) {
      return try decode(PEFT.self, try readDocument(path, what: "adapter's configuration"), path).configuration
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
