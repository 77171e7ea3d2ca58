import Compute
import FoundationEssentials
import Testing

@testable import Networks

/// Adapters merged as PEFT merges them, and refused where they do not fit.
struct LoRATests {
  /// The shapes of a fixture's weights, as if a network had asked for them.
  private static func needs(_ collection: SafetensorsCollection) -> [WeightSpecification] {
    collection.names.compactMap { name in collection.entry(name).map { WeightSpecification(name, $0.shape) } }
  }

  private let base: SafetensorsWeights
  private let needs: [WeightSpecification]

  init() throws {
    let collection = try SafetensorsCollection(Fixture("wan-t2v").file("weights.safetensors"))
    needs = Self.needs(collection)
    base = try SafetensorsWeights(collection, expecting: needs)
  }

  private func merged(_ parts: [LoRAWeights.Part], _ name: String) throws -> [Float] {
    let weights = try LoRAWeights(base, adding: parts, expecting: needs)
    let shape = try #require(needs.first { $0.name == name }).shape
    return try values(weights.constant(name, shape))
  }

  @Test(arguments: ["lora-peft", "lora-down-up"]) func mergesAsTheReferenceDoes(_ name: String) throws {
    let fixture = Fixture(name)
    let adapter = try LoRA(fixture.file("adapter.safetensors"))
    let expected = try fixture.tensors("merged")
    #expect(!expected.tensors.isEmpty)
    for name in expected.tensors.keys {
      let found = try merged([LoRAWeights.Part(adapter)], name)
      #expect(largestDifference(found, try Numbers(expected, name).values) <= 1e-5, "\(name)")
    }
  }

  @Test func severalAddUpAndNoneRestoresTheBase() throws {
    let peft = try LoRA(Fixture("lora-peft").file("adapter.safetensors"))
    let other = try LoRA(Fixture("lora-down-up").file("adapter.safetensors"))
    let name = "blocks.0.attn1.to_k.weight"
    let plain = try values(base.constant(name, [32, 32]))
    let first = try merged([LoRAWeights.Part(peft)], name)
    let second = try merged([LoRAWeights.Part(other)], name)
    let both = try merged([LoRAWeights.Part(peft, weight: 0.5), LoRAWeights.Part(other, weight: -2)], name)
    let expected = plain.indices.map { plain[$0] + 0.5 * (first[$0] - plain[$0]) - 2 * (second[$0] - plain[$0]) }
    #expect(largestDifference(both, expected) <= 1e-5)
    #expect(first != plain)
    #expect(try merged([LoRAWeights.Part(peft, weight: 0)], name) == plain)
    #expect(try merged([], name) == plain)
    #expect(try values(base.constant(name, [32, 32])) == plain)
  }

  @Test func mergedTensorsMayBeHalves() throws {
    let adapter = try LoRA(Fixture("lora-peft").file("adapter.safetensors"))
    let weights = try LoRAWeights(
      base, adding: [LoRAWeights.Part(adapter)], expecting: needs, elementType: .float16)
    let half = try weights.constant("blocks.0.attn1.to_q.weight", [32, 32])
    #expect(half.elementType == .float16)
    let whole = try merged([LoRAWeights.Part(adapter)], "blocks.0.attn1.to_q.weight")
    #expect(largestDifference(values(half), whole) < 2e-3)
    // What no adapter touches is the base's own.
    #expect(try weights.constant("proj_out.bias", [16]).elementType == .float32)
  }

  @Test func everythingThatDoesNotFitIsListed() throws {
    let folder = try TemporaryFolder()
    try writeWeights(
      [
        WeightSpecification("transformer.blocks.0.attn1.to_q.lora_A.weight", [4, 31]),
        WeightSpecification("transformer.blocks.0.attn1.to_q.lora_B.weight", [32, 4]),
        WeightSpecification("transformer.blocks.9.attn1.to_q.lora_A.weight", [4, 32]),
        WeightSpecification("transformer.blocks.9.attn1.to_q.lora_B.weight", [32, 4]),
        WeightSpecification("transformer.blocks.0.norm2.lora_A.weight", [4, 32]),
        WeightSpecification("transformer.blocks.0.norm2.lora_B.weight", [32, 4]),
      ], to: folder.file("a"))
    let adapter = try LoRA(folder.file("a"))
    let failure = #expect(throws: Failure.self) {
      try LoRAWeights(base, adding: [LoRAWeights.Part(adapter)], expecting: needs)
    }
    for part in [
      "LoRA \(folder.file("a")): 3 tensors do not fit", "blocks.9.attn1.to_q is no layer of the network",
      "blocks.0.norm2 is no layer", "blocks.0.attn1.to_q has lora_A [4, 31] and lora_B [32, 4]; expected [r, 32]",
    ] { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
    let unfit = #expect(throws: Failure.self) {
      try LoRAWeights(base, adding: [LoRAWeights.Part(adapter, weight: .nan)], expecting: needs)
    }
    #expect(unfit?.kind == .setting)
  }

  /// 2⁶⁰ × 32 is no number of 64 bits, and a tensor of no elements may say so of itself; a single number has no rows to divide by.
  @Test(arguments: [("[\(1 << 60),0]", 0, "[\(1 << 60), 0]"), ("[]", 4, "[]")])
  func shapesThatAreNoMatricesAreRefused(_ shape: String, _ bytes: Int, _ inWords: String) throws {
    let folder = try TemporaryFolder()
    let layer = "blocks.0.attn1.to_q"
    let header = [
      SafetensorsFileTests.tensor("\(layer).lora_A.weight", shape, "[0,\(bytes)]"),
      SafetensorsFileTests.tensor("\(layer).lora_B.weight", "[32,4]", "[\(bytes),\(bytes + 512)]"),
    ].joined(separator: ",")
    let adapter = try LoRA(try folder.write("a", safetensors("{\(header)}", dataBytes: bytes + 512)))
    let failure = #expect(throws: Failure.self) {
      try LoRAWeights(base, adding: [LoRAWeights.Part(adapter)], expecting: needs)
    }
    #expect(failure?.message.contains("\(layer) has lora_A \(inWords)") == true, "\(failure?.message ?? "")")
  }

  @Test func whatIsNoAdapterIsListed() throws {
    let folder = try TemporaryFolder()
    try writeWeights(
      [
        WeightSpecification("diffusion_model.blocks.0.ffn.0.diff_b", [4]),
        WeightSpecification("a.lora_A.weight", [1, 1]), WeightSpecification("b.lora_up.weight", [1, 1]),
        WeightSpecification("c.alpha", [2]), WeightSpecification("transformer.a.lora_down.weight", [1, 1]),
      ], to: folder.file("a"))
    let failure = #expect(throws: Failure.self) { try LoRA(folder.file("a")) }
    for part in [
      "diffusion_model.blocks.0.ffn.0.diff_b [4] is no part of a LoRA", "a has no lora_B", "b has no lora_A",
      "c.alpha is [2]; expected one number", "transformer.a.lora_down.weight is a second one for a",
    ] { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
  }

  @Test(arguments: [
    ("blocks.0.self_attn.q", "blocks.0.attn1.to_q"), ("blocks.12.cross_attn.o", "blocks.12.attn2.to_out.0"),
    ("blocks.3.cross_attn.k_img", "blocks.3.attn2.add_k_proj"), ("blocks.1.ffn.0", "blocks.1.ffn.net.0.proj"),
    ("head.head", "proj_out"), ("blocks.1.attn1.to_q", "blocks.1.attn1.to_q"), ("", ""),
    ("time_projection.1", "condition_embedder.time_proj"),
  ]) func namesOfWanAreThoseOfDiffusers(_ original: String, _ expected: String) {
    #expect(WanNames.diffusers(original) == expected)
  }

  /// What the keys of `alpha_pattern` mean for one layer, blocks.0.to_q.
  @Test(
    arguments: [
      ("\"to_q\": 2", nil), ("\"blocks.0.to_q\": 2", nil), ("\"0.to_q\": 2, \"to_q\": 2", nil),
      ("\"blocks[0-9]to_q\": 2", "alpha_pattern's blocks[0-9]to_q is no plain name"),
      ("\"to_v\": 2", "alpha_pattern's to_v matches no layer"),
      ("\"0.to_q\": 3, \"to_q\": 2", "blocks.0.to_q is meant by alpha_pattern's 0.to_q and to_q"),
    ] as [(String, String?)])
  func patternsThatScaleSomethingElseAreRefused(_ pattern: String, _ message: String?) throws {
    let folder = try TemporaryFolder()
    try writeWeights(
      [
        WeightSpecification("blocks.0.to_q.lora_A.weight", [4, 32]),
        WeightSpecification("blocks.0.to_q.lora_B.weight", [32, 4]),
      ], to: folder.file("a"))
    try folder.write("adapter_config.json", "{\"lora_alpha\": 8, \"alpha_pattern\": {\(pattern)}}")
    guard let message else {
      #expect(try LoRA(folder.file("a")).scale("blocks.0.to_q") == 0.5)
      return
    }
    let failure = #expect(throws: Failure.self) { try LoRA(folder.file("a")) }
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
  }

  @Test func configurationsAreRead() throws {
    let folder = try TemporaryFolder()
    let beside = try AdapterConfiguration.of(folder.file("a"), metadata: [:])
    #expect(beside.scale("x", rank: 4) == 1)
    let noted = try AdapterConfiguration.of(
      folder.file("a"), metadata: ["lora_adapter_metadata": "{\"transformer.lora_alpha\": 2, \"transformer.r\": 4}"])
    #expect(noted.scale("x", rank: 4) == 0.5)
    try folder.write(
      "adapter_config.json", "{\"lora_alpha\": 8, \"use_rslora\": true, \"alpha_pattern\": {\"to_q\": 2}}")
    let read = try AdapterConfiguration.of(folder.file("a"), metadata: [:])
    #expect(read.scale("blocks.0.to_k", rank: 4) == 4)
    #expect(read.scale("blocks.0.to_q", rank: 4) == 1)
    try folder.write("adapter_config.json", "{\"lora_alpha\": \"eight\"}")
    let failure = #expect(throws: Failure.self) { try AdapterConfiguration.of(folder.file("a"), metadata: [:]) }
    #expect(failure?.message.contains("lora_alpha is a string") == true)
  }
}
