/// `config.json` of a model folder: how its networks are shaped and run. docs/models.md describes every key.
///
/// A value is checked as a whole (`check()`) when it is read, so that the sizes in one that came from a document are safe
/// to multiply.
public struct ModelConfiguration: Codable, Equatable, Sendable {
  /// What `format` must be.
  public static let expectedFormat = "egostream-model"
  /// The only `version` so far.
  public static let expectedVersion = 1

  public var format = ModelConfiguration.expectedFormat
  public var version = ModelConfiguration.expectedVersion
  /// What messages and titles call the model.
  public var name: String
  /// Size of the pictures that the networks see of the exo camera, and of those they make for the wearer.
  public var exo: PictureSize
  public var ego: PictureSize
  public var codec: Codec
  public var transformer: Transformer
  public var conditioning: Conditioning
  public var attention: Attention
  public var geometryBias: GeometryBias
  public var sampler: Sampler
  /// Lower-case hexadecimal SHA-256 of files in the folder, by name.
  public var sha256: [String: String]?

  enum CodingKeys: String, CodingKey {
    case format, version, name, exo, ego, codec, transformer, conditioning, attention, sampler, sha256
    case geometryBias = "geometry_bias"
  }

  public init(
    name: String, exo: PictureSize, ego: PictureSize, codec: Codec, transformer: Transformer,
    conditioning: Conditioning, attention: Attention, geometryBias: GeometryBias, sampler: Sampler,
    sha256: [String: String]? = nil
  ) {
    self.name = name
    self.exo = exo
    self.ego = ego
    self.codec = codec
    self.transformer = transformer
    self.conditioning = conditioning
    self.attention = attention
    self.geometryBias = geometryBias
    self.sampler = sampler
    self.sha256 = sha256
  }

  /// In pixels.
  public struct PictureSize: Codable, Equatable, Sendable {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
      self.width = width
      self.height = height
    }
  }

  /// What the transformer is given beside the latents.
  public struct Conditioning: Codable, Equatable, Sendable {
    /// Where the mask of exo tokens is 1.
    public enum ExoMask: String, DocumentWord {
      /// In every latent frame.
      case all
      /// In the first only, as in EgoX.
      case first
    }

    /// How pixels of the prior that nothing was observed for are coloured.
    public enum Fill: String, DocumentWord {
      case none
      case pushPull = "push-pull"
    }

    public var maskChannels: Int
    public var exoMask: ExoMask
    /// T (`Codec.framesPerLatent`), or 0 without coverage.
    public var coverageChannels: Int
    public var fill: Fill

    /// Whether the mask tells the first exo frame from the others, and so has to be written as the stream goes on.
    var masksFirstFrameOnly: Bool { exoMask == .first && maskChannels > 0 }

    enum CodingKeys: String, CodingKey {
      case maskChannels = "mask_channels"
      case exoMask = "exo_mask"
      case coverageChannels = "coverage_channels"
      case fill
    }

    public init(maskChannels: Int, exoMask: ExoMask, coverageChannels: Int, fill: Fill) {
      self.maskChannels = maskChannels
      self.exoMask = exoMask
      self.coverageChannels = coverageChannels
      self.fill = fill
    }
  }

  public struct GeometryBias: Codable, Equatable, Sendable {
    /// Of positive cosines; 0 takes no notice of what lies ahead.
    public var scale: Float

    public init(scale: Float) { self.scale = scale }
  }
}

extension ModelConfiguration {
  /// Tokens of one latent frame of the exo picture: rows and columns.
  public var exoTokens: (rows: Int, columns: Int) { tokens(exo) }
  /// Tokens of one latent frame of the ego picture: rows and columns.
  public var egoTokens: (rows: Int, columns: Int) { tokens(ego) }
  /// Tokens of one latent frame: those of the exo picture, then those of the ego picture.
  public var tokensPerLatentFrame: Int {
    exoTokens.rows * exoTokens.columns + egoTokens.rows * egoTokens.columns
  }

  /// Pixels of the latents of a picture: rows and columns.
  public func latentSize(_ picture: PictureSize) -> (rows: Int, columns: Int) {
    (picture.height / codec.pixelsPerLatent, picture.width / codec.pixelsPerLatent)
  }

  private func tokens(_ picture: PictureSize) -> (rows: Int, columns: Int) {
    let latent = latentSize(picture)
    return (latent.rows / transformer.patchSize[1], latent.columns / transformer.patchSize[2])
  }
}
