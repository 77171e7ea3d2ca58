import Compute

extension ModelConfiguration {
  /// `WanTransformer3DModel`, by diffusers' keys; `textSize` nil means no cross-attention.
  public struct Transformer: Codable, Equatable, Sendable {
    /// What the network's output is.
    public enum Prediction: String, DocumentWord {
      /// ε − x₀.
      case velocity
      /// x₀.
      case x0
    }

    /// What is added to a predicted x₀.
    public enum OutputSkip: String, DocumentWord {
      case none
      /// The condition latent.
      case condition
    }

    /// How queries and keys are normalised.
    public enum QueryKeyNorm: String, DocumentWord {
      /// Root mean square over all heads' channels together.
      case acrossHeads = "rms_norm_across_heads"
    }

    /// Name in the folder: one `.safetensors` file, or where its shards' `.index.json` stands beside it.
    public var file: String
    /// Latent frames, rows and columns of a token; the first is 1.
    public var patchSize: [Int]
    public var layers: Int
    public var heads: Int
    /// Channels of a head.
    public var headSize: Int
    /// Channels inside the feed-forward layers.
    public var feedForwardSize: Int
    /// Cosines and sines of the timestep.
    public var frequencySize: Int
    public var inputChannels: Int
    public var outputChannels: Int
    public var epsilon: Float
    /// Channels of the text's embedding; nil without cross-attention.
    public var textSize: Int?
    /// Channels of the image's embedding; nil without one.
    public var imageSize: Int?
    /// Channels of what `add_k_proj` and `add_v_proj` read: the width, and nil without an image.
    public var addedKeySize: Int?
    /// Whether `norm2`, before cross-attention, is there.
    public var crossAttentionNorm: Bool
    public var queryKeyNorm: QueryKeyNorm
    public var prediction: Prediction
    public var outputSkip: OutputSkip

    enum CodingKeys: String, CodingKey {
      case file, prediction
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
      case outputSkip = "output_skip"
    }

    public init(
      file: String = "transformer.safetensors", patchSize: [Int] = [1, 2, 2], layers: Int, heads: Int, headSize: Int,
      feedForwardSize: Int, frequencySize: Int = 256, inputChannels: Int, outputChannels: Int = 16,
      epsilon: Float = 1e-6, textSize: Int? = nil, imageSize: Int? = nil, addedKeySize: Int? = nil,
      crossAttentionNorm: Bool = false, queryKeyNorm: QueryKeyNorm = .acrossHeads, prediction: Prediction = .velocity,
      outputSkip: OutputSkip = .none
    ) {
      self.file = file
      self.patchSize = patchSize
      self.layers = layers
      self.heads = heads
      self.headSize = headSize
      self.feedForwardSize = feedForwardSize
      self.frequencySize = frequencySize
      self.inputChannels = inputChannels
      self.outputChannels = outputChannels
      self.epsilon = epsilon
      self.textSize = textSize
      self.imageSize = imageSize
      self.addedKeySize = addedKeySize
      self.crossAttentionNorm = crossAttentionNorm
      self.queryKeyNorm = queryKeyNorm
      self.prediction = prediction
      self.outputSkip = outputSkip
    }

    /// Channels of a token.
    public var width: Int { heads * headSize }

    /// Channels of a head that turn with time, height and width: Wan's division.
    public var rotarySplit: [Int] {
      let side = headSize / 6 * 2
      return [headSize - 2 * side, side, side]
    }

    func check() throws(Failure) {
      try checkFileName(file, "transformer.file")
      try require("transformer.patch_size", patchSize, count: 3, 1...8)
      guard patchSize[0] == 1 else {
        throw refusal("transformer.patch_size", patchSize, "1 first: a token is of one latent frame")
      }
      try require("transformer.num_layers", layers, 1...256)
      try require("transformer.num_attention_heads", heads, 1...256)
      try require("transformer.attention_head_dim", headSize, 2...128, multipleOf: 2)
      try require("transformer.ffn_dim", feedForwardSize, 1...131_072)
      try require("transformer.freq_dim", frequencySize, 2...65_536, multipleOf: 2)
      try require("transformer.in_channels", inputChannels, 1...1024)
      try require("transformer.out_channels", outputChannels, 1...256)
      guard epsilon >= 0, epsilon < 1 else { throw refusal("transformer.eps", epsilon, "0 up to 1") }
      for (key, size) in [("text_dim", textSize), ("image_dim", imageSize)] {
        if let size { try require("transformer.\(key)", size, 1...65_536) }
      }
      guard imageSize == nil || textSize != nil else {
        throw refusal("transformer.image_dim", imageSize ?? 0, "null where text_dim is: there is no cross-attention")
      }
      guard addedKeySize == (imageSize == nil ? nil : width) else {
        throw refusal(
          "transformer.added_kv_proj_dim", addedKeySize.map { "\($0)" } ?? "null",
          imageSize == nil ? "null where image_dim is" : "\(width), the width, where there is an image_dim")
      }
      guard outputSkip == .none || prediction == .x0 else {
        throw refusal(
          "transformer.output_skip", outputSkip.rawValue, "none: the condition can be added to a predicted x0 only")
      }
    }
  }
}
