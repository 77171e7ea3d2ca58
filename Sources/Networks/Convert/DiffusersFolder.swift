import Compute
import FoundationEssentials

/// A Wan transformer as diffusers keeps it: `config.json` beside `diffusion_pytorch_model.safetensors` or its shards.
struct DiffusersFolder {
  let path: String
  private let document: Document

  /// - Parameter path: The transformer's folder, or the pipeline's, which has it as `transformer`.
  /// - Throws: `.model` naming the file and the key.
  init(_ path: String) throws(Failure) {
    let inner = path + "/transformer"
    self.path = FileManager.default.fileExists(atPath: inner + "/config.json") ? inner : path
    let file = self.path + "/config.json"
    let data = try readDocument(file, what: "configuration of a diffusers transformer")
    do {
      document = try JSONDecoder().decode(Document.self, from: data)
    } catch {
      throw Failure(.model, "configuration of a diffusers transformer \(file): \(inWords(error))")
    }
    if let name = document.className, name != "WanTransformer3DModel" {
      throw Failure(.model, "\(file): _class_name is \(name); expected WanTransformer3DModel")
    }
  }

  /// - Throws: `.model`; see `SafetensorsCollection`.
  func tensors() throws(Failure) -> SafetensorsCollection {
    try SafetensorsCollection(path + "/diffusion_pytorch_model.safetensors")
  }

  /// The network's shape; what diffusers does not say is taken from `other`.
  func shape(like other: ModelConfiguration.Transformer) -> ModelConfiguration.Transformer {
    var shape = other
    shape.patchSize = document.patchSize
    shape.layers = document.layers
    shape.heads = document.heads
    shape.headSize = document.headSize
    shape.feedForwardSize = document.feedForwardSize
    shape.frequencySize = document.frequencySize ?? 256
    shape.inputChannels = document.inputChannels
    shape.outputChannels = document.outputChannels
    shape.epsilon = document.epsilon ?? 1e-6
    shape.textSize = document.textSize
    shape.imageSize = document.imageSize
    shape.addedKeySize = document.addedKeySize
    shape.crossAttentionNorm = document.crossAttentionNorm ?? true
    shape.queryKeyNorm = document.queryKeyNorm ?? .acrossHeads
    return shape
  }

  private struct Document: Decodable {
    let className: String?
    let patchSize: [Int]
    let layers: Int
    let heads: Int
    let headSize: Int
    let feedForwardSize: Int
    let frequencySize: Int?
    let inputChannels: Int
    let outputChannels: Int
    let epsilon: Float?
    let textSize: Int
    let imageSize: Int?
    let addedKeySize: Int?
    let crossAttentionNorm: Bool?
    let queryKeyNorm: ModelConfiguration.Transformer.QueryKeyNorm?

    enum CodingKeys: String, CodingKey {
      case className = "_class_name"
      case patchSize = "patch_size"
      case layers = "num_layers"
      case heads = "num_attention_heads"
      case headSize = "attention_head_dim"
      case feedForwardSize = "ffn_dim"
      case frequencySize = "freq_dim"
      case inputChannels = "in_channels"
      case outputChannels = "out_channels"
      case epsilon = "eps"
      case textSize = "text_dim"
      case imageSize = "image_dim"
      case addedKeySize = "added_kv_proj_dim"
      case crossAttentionNorm = "cross_attn_norm"
      case queryKeyNorm = "qk_norm"
    }
  }
}
