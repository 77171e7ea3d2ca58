import Compute

extension ModelConfiguration {
  /// The TAEHV shape; see docs/models.md.
  public struct Codec: Codable, Equatable, Sendable {
    /// How a stage of the decoder makes its picture twice as large.
    public enum Upsampling: String, DocumentWord {
      /// Each pixel four times, then a convolution.
      case nearest
      /// A convolution to four times the channels, which become four pixels each.
      case shuffle
    }

    /// Name in the folder: one `.safetensors` file, or where its shards' `.index.json` stands beside it.
    public var file: String
    public var latentChannels: Int
    /// Side of the squares of pixels that are put into channels before the encoder.
    public var patch: Int
    /// Mem blocks of a stage.
    public var blocks: Int
    /// Those of a stage of the encoder, where they are others: with none the encoder is all but linear.
    public var encoderBlocks: Int?
    /// Those of the decoder's three stages, where they are others.
    public var decoderBlocks: [Int]?
    /// Channels that the three stages give; the first are those before them too.
    public var encoderWidths: [Int]
    /// Channels of the three stages and of what follows them.
    public var decoderWidths: [Int]
    /// `nearest` where a document does not say.
    public var upsampling: Upsampling
    /// Frames that become one, in each of three stages.
    public var encoderTimeScales: [Int]
    /// Frames that one becomes, in each of three stages.
    public var decoderTimeScales: [Int]
    /// Frames that the decoder makes first after a reset and that are dropped.
    public var trimmedFrames: Int
    /// One value a channel, or one for all.
    public var latentMean: [Float]
    public var latentDeviation: [Float]

    enum CodingKeys: String, CodingKey {
      case file, patch, blocks, upsampling
      case latentChannels = "latent_channels"
      case encoderBlocks = "encoder_blocks"
      case decoderBlocks = "decoder_blocks"
      case encoderWidths = "encoder_widths"
      case decoderWidths = "decoder_widths"
      case encoderTimeScales = "encoder_time_scales"
      case decoderTimeScales = "decoder_time_scales"
      case trimmedFrames = "trimmed_frames"
      case latentMean = "latent_mean"
      case latentDeviation = "latent_deviation"
    }

    public init(
      file: String = "codec.safetensors", latentChannels: Int = 16, patch: Int = 1, blocks: Int = 3,
      encoderBlocks: Int? = nil, decoderBlocks: [Int]? = nil, encoderWidths: [Int], decoderWidths: [Int],
      upsampling: Upsampling = .nearest,
      encoderTimeScales: [Int] = [2, 2, 1], decoderTimeScales: [Int] = [1, 2, 2], trimmedFrames: Int = 0,
      latentMean: [Float] = [0], latentDeviation: [Float] = [1]
    ) {
      self.file = file
      self.latentChannels = latentChannels
      self.patch = patch
      self.blocks = blocks
      self.encoderBlocks = encoderBlocks
      self.decoderBlocks = decoderBlocks
      self.encoderWidths = encoderWidths
      self.decoderWidths = decoderWidths
      self.upsampling = upsampling
      self.encoderTimeScales = encoderTimeScales
      self.decoderTimeScales = decoderTimeScales
      self.trimmedFrames = trimmedFrames
      self.latentMean = latentMean
      self.latentDeviation = latentDeviation
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        file: try container.decode(String.self, forKey: .file),
        latentChannels: try container.decode(Int.self, forKey: .latentChannels),
        patch: try container.decode(Int.self, forKey: .patch), blocks: try container.decode(Int.self, forKey: .blocks),
        encoderBlocks: try container.decodeIfPresent(Int.self, forKey: .encoderBlocks),
        decoderBlocks: try container.decodeIfPresent([Int].self, forKey: .decoderBlocks),
        encoderWidths: try container.decode([Int].self, forKey: .encoderWidths),
        decoderWidths: try container.decode([Int].self, forKey: .decoderWidths),
        upsampling: try container.decodeIfPresent(Upsampling.self, forKey: .upsampling) ?? .nearest,
        encoderTimeScales: try container.decode([Int].self, forKey: .encoderTimeScales),
        decoderTimeScales: try container.decode([Int].self, forKey: .decoderTimeScales),
        trimmedFrames: try container.decode(Int.self, forKey: .trimmedFrames),
        latentMean: try container.decode([Float].self, forKey: .latentMean),
        latentDeviation: try container.decode([Float].self, forKey: .latentDeviation))
    }

    /// Mem blocks of every stage of the decoder.
    public var blocksOfDecoder: [Int] { decoderBlocks ?? [blocks, blocks, blocks] }
    /// T: video frames of one latent frame.
    public var framesPerLatent: Int { encoderTimeScales.reduce(1, *) }
    /// Pixels of the picture along one side of a latent pixel.
    public var pixelsPerLatent: Int { 8 * patch }

    func check() throws(Failure) {
      try checkFileName(file, "codec.file")
      try require("codec.latent_channels", latentChannels, 1...256)
      guard [1, 2, 4].contains(patch) else { throw refusal("codec.patch", patch, "1, 2 or 4") }
      try require("codec.blocks", blocks, 1...16)
      try require("codec.encoder_blocks", encoderBlocks ?? blocks, 0...16)
      try require("codec.decoder_blocks", blocksOfDecoder, count: 3, 0...16)
      try require("codec.encoder_widths", encoderWidths, count: 3, 1...4096)
      try require("codec.decoder_widths", decoderWidths, count: 4, 1...4096)
      try require("codec.encoder_time_scales", encoderTimeScales, count: 3, 1...4)
      try require("codec.decoder_time_scales", decoderTimeScales, count: 3, 1...4)
      guard encoderTimeScales.reduce(1, *) == decoderTimeScales.reduce(1, *) else {
        throw refusal(
          "codec.decoder_time_scales", decoderTimeScales,
          "the same product as encoder_time_scales \(encoderTimeScales)")
      }
      try require("codec.trimmed_frames", trimmedFrames, 0...framesPerLatent - 1)
      for (key, values) in [("codec.latent_mean", latentMean), ("codec.latent_deviation", latentDeviation)] {
        guard [1, latentChannels].contains(values.count), values.allSatisfy(\.isFinite) else {
          throw refusal(key, values, "1 or \(latentChannels) finite numbers")
        }
      }
      // Latents are divided by it.
      guard latentDeviation.allSatisfy({ $0 >= 1e-6 }) else {
        throw refusal("codec.latent_deviation", latentDeviation, "numbers of 10⁻⁶ or more")
      }
    }
  }
}
