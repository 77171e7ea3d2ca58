import Compute
import FoundationEssentials
import Testing

@testable import Networks

/// What a configuration must hold, and how it says what is wrong.
struct ModelConfigurationTests {
  /// The document of docs/models.md.
  static let good = """
    {
      "format": "egostream-model", "version": 1, "name": "ego-tiny",
      "exo": {"width": 224, "height": 128}, "ego": {"width": 224, "height": 224},
      "codec": {
        "file": "codec.safetensors", "latent_channels": 168, "patch": 2, "blocks": 1, "encoder_blocks": 0,
        "decoder_blocks": [1, 2, 2], "encoder_widths": [48, 96, 176], "decoder_widths": [176, 80, 48, 24], "upsampling": "shuffle",
        "encoder_time_scales": [2, 2, 1], "decoder_time_scales": [1, 2, 2], "trimmed_frames": 0,
        "latent_mean": [0.0], "latent_deviation": [1.0]
      },
      "transformer": {
        "file": "transformer.safetensors", "patch_size": [1, 1, 1], "num_layers": 6, "num_attention_heads": 4,
        "attention_head_dim": 64, "ffn_dim": 768, "freq_dim": 256, "in_channels": 344, "out_channels": 168, "eps": 1e-6,
        "text_dim": null, "image_dim": null, "added_kv_proj_dim": null, "cross_attn_norm": false,
        "qk_norm": "rms_norm_across_heads",
        "prediction": "x0", "output_skip": "condition"
      },
      "conditioning": {"mask_channels": 4, "exo_mask": "all", "coverage_channels": 4, "fill": "push-pull"},
      "attention": {"mode": "causal", "chunk_latent_frames": 1, "sink_latent_frames": 1, "window_latent_frames": 3,
                    "cache_write": "last_step"},
      "geometry_bias": {"scale": 1.0},
      "sampler": {"kind": "few_step", "timesteps": [1000, 500], "seed": 0},
      "sha256": {}
    }
    """

  struct Case: CustomTestStringConvertible {
    let old: String
    let new: String
    let message: [String]

    init(_ old: String, _ new: String, _ message: String...) {
      self.old = old
      self.new = new
      self.message = message
    }

    var testDescription: String { "\(old) → \(new)" }
  }

  static let cases = [
    Case("\"egostream-model\"", "\"other\"", "format is other", "egostream-model"),
    Case("\"version\": 1", "\"version\": 2", "version is 2", "expected 1"),
    Case("\"name\": \"ego-tiny\"", "\"name\": \"\"", "name is "),
    Case("\"width\": 224, \"height\": 128", "\"width\": 250, \"height\": 128", "exo.width is 250", "multiple of 16"),
    Case("\"width\": 224, \"height\": 128", "\"width\": 224", "exo.height is missing"),
    Case("\"height\": 224", "\"height\": 1e9", "ego.height is 1000000000", "8192"),
    Case("\"height\": 224", "\"height\": 224.5", "ego.height: 224.5 is not a whole number"),
    Case("\"file\": \"codec.safetensors\"", "\"file\": \"../x\"", "codec.file", "../x", "without a path"),
    Case("\"latent_channels\": 168", "\"latent_channels\": 0", "codec.latent_channels is 0", "1 to 256"),
    Case("\"patch\": 2", "\"patch\": 3", "codec.patch is 3"),
    Case("\"encoder_blocks\": 0", "\"encoder_blocks\": 17", "codec.encoder_blocks is 17", "0 to 16"),
    Case("\"blocks\": 1", "\"blocks\": -1", "codec.blocks is -1"),
    Case("\"decoder_blocks\": [1, 2, 2]", "\"decoder_blocks\": [1, 2]", "codec.decoder_blocks is [1, 2]", "3 numbers"),
    Case("[48, 96, 176]", "[48, 64]", "codec.encoder_widths is [48, 64]", "3 numbers"),
    Case("\"encoder_widths\": [48, 96, 176]", "\"encoder_width\": 48", "codec.encoder_widths is missing"),
    Case("[176, 80, 48, 24]", "[112, 80, 48]", "codec.decoder_widths is [112, 80, 48]", "4 numbers"),
    Case("[176, 80, 48, 24]", "[112, 80, 48, 1.5]", "codec.decoder_widths: 1.5"),
    Case("\"shuffle\"", "\"bilinear\"", "codec.upsampling", "\"bilinear\"", "\"nearest\" or \"shuffle\""),
    Case(
      "\"decoder_time_scales\": [1, 2, 2]", "\"decoder_time_scales\": [1, 2, 1]",
      "codec.decoder_time_scales is [1, 2, 1]", "same product"),
    Case("\"trimmed_frames\": 0", "\"trimmed_frames\": 4", "codec.trimmed_frames is 4", "0 to 3"),
    Case("[0.0]", "[0, 0]", "codec.latent_mean is [0.0, 0.0]", "1 or 168"),
    Case("\"latent_deviation\": [1.0]", "\"latent_deviation\": [0]", "codec.latent_deviation is [0.0]"),
    Case("\"latent_deviation\": [1.0]", "\"latent_deviation\": [1e-45]", "codec.latent_deviation is [1e-45]"),
    Case("\"patch_size\": [1, 1, 1]", "\"patch_size\": [2, 1, 1]", "transformer.patch_size is [2, 1, 1]"),
    Case("\"num_layers\": 6", "\"num_layers\": \"8\"", "transformer.num_layers is a string", "a number"),
    Case("\"num_layers\": 6", "\"layers\": 6", "transformer.num_layers is missing"),
    Case("\"attention_head_dim\": 64", "\"attention_head_dim\": 63", "transformer.attention_head_dim is 63"),
    Case("\"in_channels\": 344", "\"in_channels\": 36", "transformer.in_channels is 36", "expected 344", "coverage 4"),
    Case("\"out_channels\": 168", "\"out_channels\": 8", "transformer.out_channels is 8", "codec.latent_channels"),
    Case("\"eps\": 1e-6", "\"eps\": -1", "transformer.eps is -1"),
    Case("\"image_dim\": null", "\"image_dim\": 8", "transformer.image_dim is 8", "text_dim"),
    Case("\"added_kv_proj_dim\": null", "\"added_kv_proj_dim\": 8", "transformer.added_kv_proj_dim is 8", "null"),
    Case("rms_norm_across_heads", "layer_norm", "transformer.qk_norm", "\"layer_norm\"", "rms_norm_across_heads"),
    Case("\"x0\"", "\"noise\"", "transformer.prediction", "\"noise\"", "\"velocity\" or \"x0\""),
    Case("\"prediction\": \"x0\"", "\"prediction\": \"velocity\"", "transformer.output_skip is condition"),
    Case("\"coverage_channels\": 4", "\"coverage_channels\": 3", "conditioning.coverage_channels is 3", "4"),
    Case("\"exo_mask\": \"all\"", "\"exo_mask\": \"last\"", "conditioning.exo_mask", "\"all\" or \"first\""),
    Case("\"mode\": \"causal\"", "\"mode\": \"window\"", "attention.stride_latent_frames is missing"),
    Case("\"window_latent_frames\": 3", "\"window_latent_frames\": 0", "attention.window_latent_frames is 0"),
    Case("\"sink_latent_frames\": 1,", "\"sink\": 1,", "attention.sink_latent_frames is missing"),
    Case("\"scale\": 1.0", "\"scale\": -1", "geometry_bias.scale is -1"),
    Case("[1000, 500]", "[500, 1000]", "sampler.timesteps is [500.0, 1000.0]", "falling"),
    Case("[1000, 500]", "[]", "sampler.timesteps is []"),
    Case("\"seed\": 0", "\"seed\": -1", "sampler.seed: -1"),
    Case("\"seed\": 0", "\"seed\": 0, \"sead\": 1", "sampler.sead is not known", "timesteps"),
    Case(
      "\"kind\": \"few_step\", \"timesteps\": [1000, 500]",
      "\"kind\": \"euler\", \"steps\": 4, \"shift\": 1e-20, \"guidance\": 1", "sampler.shift is 1e-20", "0.001 to 1000"),
    Case("\"seed\": 0", "\"seed\": 0, \"seed\": 1", "sampler.seed is there twice"),
    Case("\"sha256\": {}", "\"sha256\": {}, \"geometry_bias\": {\"scale\": 2}", "geometry_bias is there twice"),
    Case("\"chunk_latent_frames\": 1", "\"chunk_latent_frames\": 256", "attention.chunk_latent_frames is 256"),
    Case("\"version\": 1", "\"version\": 1, \"note\": \"x\"", "note is not known"),
    Case("\"sha256\": {}", "\"sha256\": {\"a/b\": \"00\"}", "a/b", "without a path"),
    Case("\"sha256\": {}", "\"sha256\": {\"a\": \"00\"}", "sha256.a is 00", "64"),
  ]

  private func reading(_ text: String) -> Failure? {
    #expect(throws: Failure.self) { try ModelConfiguration(json: Data(text.utf8), name: "model x") }
  }

  /// What a chunk holds, and places in the cache, which are counted in 32 bits.
  @Test func longChunksAndLargeCachesAreRefused() {
    var long = ModelConfiguration.egoTiny
    (long.codec.encoderTimeScales, long.codec.decoderTimeScales) = ([4, 4, 1], [1, 4, 4])
    (long.conditioning.coverageChannels, long.transformer.inputChannels) = (16, 356)
    long.attention = .causal(.init(chunkLatentFrames: 17, sinkLatentFrames: 0, windowLatentFrames: 17))
    let frames = #expect(throws: Failure.self) { try long.check() }
    #expect(frames?.message.contains("272 frames a chunk") == true, "\(frames?.message ?? "")")
    var large = ModelConfiguration.egoTiny
    large.codec.patch = 1
    (large.exo, large.ego) = (.init(width: 8192, height: 8192), .init(width: 8192, height: 8192))
    large.attention = .causal(.init(chunkLatentFrames: 1, sinkLatentFrames: 1024, windowLatentFrames: 1024))
    let tokens = #expect(throws: Failure.self) { try large.check() }
    #expect(tokens?.message.contains("2048 latent frames of 2097152 tokens") == true, "\(tokens?.message ?? "")")
  }

  @Test func theDocumentOfTheManualIsTheNamedOne() throws {
    var read = try ModelConfiguration(json: Data(Self.good.utf8), name: "config.json")
    #expect(read.sha256 == [:])
    read.sha256 = nil
    #expect(read == .egoTiny)
  }

  @Test func upsamplingIsNearestWhereADocumentDoesNotSay() throws {
    let text = Self.good.replacing(", \"upsampling\": \"shuffle\"", with: "")
    let read = try ModelConfiguration(json: Data(text.utf8), name: "config.json")
    #expect(read.codec.upsampling == .nearest)
  }

  @Test(arguments: ModelConfiguration.named.values.map(\.name)) func namedOnesHoldAndComeBack(_ name: String) throws {
    let configuration = try #require(ModelConfiguration.named[name])
    try configuration.check()
    #expect(try ModelConfiguration(json: configuration.json(), name: name) == configuration)
  }

  @Test(arguments: cases) func namesTheKeyAndTheValue(_ change: Case) throws {
    var text = Self.good
    let place = try #require(text.firstRange(of: change.old))
    text.replaceSubrange(place, with: change.new)
    let failure = try #require(reading(text))
    #expect(failure.kind == .model)
    for part in change.message + ["model x: "] { #expect(failure.message.contains(part), "\(failure.message)") }
  }

  @Test(arguments: ["", "null", "[]", "{}", "{\"format\":", "\u{0}", String(repeating: "[", count: 100_000)])
  func survivesWhatIsNoDocument(text: String) throws {
    let failure = try #require(reading(text))
    #expect(failure.message.hasPrefix("model x: "))
  }

  @Test func sizesFollow() {
    let tiny = ModelConfiguration.egoTiny
    #expect(tiny.exoTokens == (8, 14))
    #expect(tiny.egoTokens == (14, 14))
    #expect(tiny.tokensPerLatentFrame == 308)
    #expect(tiny.codec.framesPerLatent == 4)
    #expect(ModelConfiguration.wan1_3B.transformer.rotarySplit == [44, 42, 42])
    #expect(ModelConfiguration.wan14B.transformer.width == 5120)
  }
}
