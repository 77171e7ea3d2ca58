extension ModelConfiguration {
  /// Configurations known without a folder, for plans and tests, by name.
  public static let named: [String: ModelConfiguration] = [
    "ego-tiny": .egoTiny, "wan2.1-1.3b": .wan1_3B, "wan2.1-14b-i2v": .wan14B,
  ]

  /// The small model that ships with the project.
  public static let egoTiny = ModelConfiguration(
    name: "ego-tiny", exo: PictureSize(width: 224, height: 128), ego: PictureSize(width: 224, height: 224),
    codec: Codec(
      latentChannels: 168, patch: 2, blocks: 1, encoderBlocks: 0, decoderBlocks: [1, 2, 2],
      encoderWidths: [48, 96, 176], decoderWidths: [176, 80, 48, 24], upsampling: .shuffle),
    transformer: Transformer(
      patchSize: [1, 1, 1], layers: 6, heads: 4, headSize: 64, feedForwardSize: 768, inputChannels: 344,
      outputChannels: 168, prediction: .x0, outputSkip: .condition),
    conditioning: Conditioning(maskChannels: 4, exoMask: .all, coverageChannels: 4, fill: .pushPull),
    attention: .causal(
      Attention.Causal(chunkLatentFrames: 1, sinkLatentFrames: 1, windowLatentFrames: 3, cacheWrite: .lastStep)),
    geometryBias: GeometryBias(scale: 1), sampler: Sampler(.fewStep(timesteps: [1000, 500])))

  /// Wan2.1 T2V 1.3B, its input widened to 36 channels so that it takes a prior, as a causal few-step model in the manner of
  /// Self-Forcing: chunks of three latent frames.
  public static let wan1_3B = ModelConfiguration(
    name: "wan2.1-1.3b", exo: egoXExo, ego: egoXEgo, codec: wanCodec,
    transformer: Transformer(
      layers: 30, heads: 12, headSize: 128, feedForwardSize: 8960, inputChannels: 36, textSize: 4096,
      crossAttentionNorm: true),
    conditioning: egoXConditioning,
    attention: .causal(Attention.Causal(chunkLatentFrames: 3, sinkLatentFrames: 3, windowLatentFrames: 18)),
    geometryBias: GeometryBias(scale: 3), sampler: Sampler(.fewStep(timesteps: [1000, 937.5, 833.3, 625])))

  /// Wan2.1 I2V 14B as EgoX runs it: windows of 13 latent frames, 50 steps.
  public static let wan14B = ModelConfiguration(
    name: "wan2.1-14b-i2v", exo: egoXExo, ego: egoXEgo, codec: wanCodec,
    transformer: Transformer(
      layers: 40, heads: 40, headSize: 128, feedForwardSize: 13_824, inputChannels: 36, textSize: 4096,
      imageSize: 1280, addedKeySize: 5120, crossAttentionNorm: true),
    conditioning: egoXConditioning,
    attention: .window(Attention.Window(latentFrames: 13, strideLatentFrames: 6)),
    geometryBias: GeometryBias(scale: 3), sampler: Sampler(.euler(steps: 50, shift: 3, guidance: 5)))

  /// Wan's latents through TAEHV at its full width.
  private static let wanCodec = Codec(
    encoderWidths: [64, 64, 64], decoderWidths: [256, 128, 64, 64], trimmedFrames: 3)
  private static let egoXExo = PictureSize(width: 784, height: 448)
  private static let egoXEgo = PictureSize(width: 448, height: 448)
  private static let egoXConditioning = Conditioning(
    maskChannels: 4, exoMask: .first, coverageChannels: 0, fill: .none)
}
