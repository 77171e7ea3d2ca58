import Compute
import FoundationEssentials
import Testing

@testable import Networks

/// A diffusers folder, an adapter and a codec made into a model folder.
struct ModelConverterTests {
  private let folder: TemporaryFolder
  private let converter: ModelConverter

  /// The toy networks of the fixtures, as diffusers would have stored them.
  init() throws {
    folder = try TemporaryFolder()
    let wan = Fixture("wan-i2v")
    try FileManager.default.createDirectory(atPath: folder.file("wan/transformer"), withIntermediateDirectories: true)
    for (name, target) in [
      ("config.json", "config.json"), ("weights.safetensors", "diffusion_pytorch_model.safetensors"),
    ] {
      try FileManager.default.copyItem(atPath: wan.file(name), toPath: folder.file("wan/transformer/" + target))
    }
    try writeWeights(
      [WeightSpecification("text", [5, 12]), WeightSpecification("image", [3, 10])],
      to: folder.file("prompt.safetensors"))
    var template = ModelConfiguration.wan14B
    template.name = "toy"
    template.exo = ModelConfiguration.PictureSize(width: 48, height: 32)
    template.ego = ModelConfiguration.PictureSize(width: 32, height: 32)
    template.codec = try Fixture("codec-wan").json(ModelConfiguration.Codec.self)
    template.transformer.inputChannels = 12
    var converter = ModelConverter(
      transformer: folder.file("wan"), codec: Fixture("codec-wan").file("codec.safetensors"))
    converter.conditioning = folder.file("prompt.safetensors")
    converter.template = template
    self.converter = converter
  }

  @Test func theFolderHoldsWhatItWasMadeOf() throws {
    try converter.convert(to: folder.file("out"))
    let model = try ModelFolder(folder.file("out"))
    #expect(model.configuration.transformer.layers == 2)
    #expect(model.configuration.transformer.addedKeySize == 40)
    #expect(model.configuration.sha256?.count == 3)
    let before = try SafetensorsCollection(Fixture("wan-i2v").file("weights.safetensors"))
    let after = try SafetensorsCollection(folder.file("out/transformer.safetensors"))
    #expect(after.names == before.names)
    for name in before.names {
      #expect(after.entry(name)?.format == .f16)
      #expect(largestDifference(try values(after.constant(name)), try values(before.constant(name))) < 2e-3, "\(name)")
    }
    // The oversized TGrow is stored as it is read.
    #expect(
      try SafetensorsCollection(folder.file("out/codec.safetensors")).entry("decoder.7.conv.weight")?.shape == [
        8, 8, 1, 1,
      ])
    let card = try String(contentsOf: URL(filePath: folder.file("out/README.md")), encoding: .utf8)
    #expect(card.contains("# toy"))
    let again = #expect(throws: Failure.self) { try converter.convert(to: folder.file("out")) }
    #expect(again?.message.contains("is there already") == true)
  }

  /// A window with text, image and guidance: from a folder to pictures.
  @Test func theFolderRuns() throws {
    try writeWeights(
      [
        WeightSpecification("text", [5, 12]), WeightSpecification("image", [3, 10]),
        WeightSpecification("negative_text", [5, 12]),
      ], to: folder.file("both.safetensors"))
    var converter = converter
    converter.conditioning = folder.file("both.safetensors")
    converter.template?.attention = .window(.init(latentFrames: 3, strideLatentFrames: 1))
    converter.template?.sampler = .init(.euler(steps: 2, shift: 3, guidance: 5))
    try converter.convert(to: folder.file("out"))
    let opened = try ModelFolder(folder.file("out"), verifiesHashes: false)
    let prompt = try #require(try opened.prompt())
    #expect(prompt.negative?.count == 60 && prompt.negative != prompt.text)
    let model = try StreamingModel(opened, CPUBackend(workers: 1))
    var chunks = (0..<4).map { RandomChunk(model, seed: $0) }
    let shown = try chunks.indices.map { try chunks[$0].complete(model) }
    #expect(Set(shown).count == 4)
    try writeWeights(
      [
        WeightSpecification("text", [5, 12]), WeightSpecification("image", [3, 10]),
        WeightSpecification("negative_text", [4, 12]),
      ], to: folder.file("out/conditioning.safetensors"))
    let failure = #expect(throws: Failure.self) { try opened.prompt() }
    #expect(failure?.message.contains("48 numbers of negative_text; expected 60") == true)
    for (shape, found) in [([12, 5], "[12, 5]"), ([60], "[60]")] {
      try writeWeights(
        [WeightSpecification("text", shape), WeightSpecification("image", [3, 10])],
        to: folder.file("out/conditioning.safetensors"))
      let turned = #expect(throws: Failure.self) { try opened.prompt() }
      #expect(
        turned?.message.contains("tensor text is \(found); expected [tokens, 12]") == true, "\(turned?.message ?? "")")
    }
  }

  @Test func adaptersAreMerged() throws {
    var converter = converter
    try writeWeights(
      [
        WeightSpecification("transformer.blocks.0.attn1.to_q.lora_A.weight", [2, 40]),
        WeightSpecification("transformer.blocks.0.attn1.to_q.lora_B.weight", [40, 2]),
      ], to: folder.file("adapter.safetensors"))
    converter.adapters = [(folder.file("adapter.safetensors"), 0.5)]
    converter.elementType = .float32
    try converter.convert(to: folder.file("out"))
    let name = "blocks.0.attn1.to_q.weight"
    let before = try SafetensorsCollection(Fixture("wan-i2v").file("weights.safetensors"))
    let after = try SafetensorsCollection(folder.file("out/transformer.safetensors"))
    #expect(try values(after.constant(name)) != values(before.constant(name)))
    #expect(
      try values(after.constant("blocks.0.attn1.to_k.weight")) == values(before.constant("blocks.0.attn1.to_k.weight")))
    try writeWeights([WeightSpecification("x.lora_A.weight", [1, 1])], to: folder.file("adapter.safetensors"))
    let failure = #expect(throws: Failure.self) { try converter.convert(to: folder.file("other")) }
    #expect(failure?.message.contains("x has no lora_B") == true)
  }

  @Test func aNarrowInputIsWidenedWhenAsked() throws {
    var converter = converter
    converter.template?.conditioning.maskChannels = 6
    converter.template?.transformer.inputChannels = 14
    let failure = #expect(throws: Failure.self) { try converter.convert(to: folder.file("out")) }
    #expect(failure?.message.contains("in_channels is 12; expected 14") == true)
    converter.widensInput = true
    converter.elementType = .float32
    try converter.convert(to: folder.file("out"))
    let after = try Numbers(SafetensorsFile(folder.file("out/transformer.safetensors")), WidenedInput.name)
    let before = try Numbers(Fixture("wan-i2v").tensors("weights"), WidenedInput.name)
    #expect(after.shape == [40, 14, 1, 2, 2])
    #expect(Array(after.values[56..<104]) == Array(before.values[48..<96]))
    #expect(after.values[104..<112].allSatisfy { $0 == 0 })
  }

  @Test func whatDoesNotFitIsNamed() throws {
    func expectRefusal(_ part: String, _ change: (inout ModelConverter) throws -> Void) rethrows {
      var converter = converter
      try change(&converter)
      let failure = #expect(throws: Failure.self) { try converter.convert(to: folder.file("out")) }
      #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
    }
    expectRefusal("expected --conditioning") { $0.conditioning = nil }
    expectRefusal("/nowhere/config.json") { $0.transformer = "/nowhere" }
    expectRefusal("decoder.1.weight is [8, 4, 3, 3]; expected [9, 4, 3, 3]") { $0.template?.codec.decoderWidths[0] = 9 }
    expectRefusal("exo.width is 50") { $0.template?.exo.width = 50 }
    try expectRefusal("negative_text is [3, 12]; expected [5, 12], as text") {
      try writeWeights(
        [
          WeightSpecification("text", [5, 12]), WeightSpecification("image", [3, 10]),
          WeightSpecification("negative_text", [3, 12]),
        ], to: folder.file("n"))
      $0.conditioning = folder.file("n")
    }
    try expectRefusal("text is [5, 13]; expected [tokens, 12]") {
      try writeWeights([WeightSpecification("text", [5, 13])], to: folder.file("p"))
      $0.conditioning = folder.file("p")
    }
    try expectRefusal("image is missing") {
      try writeWeights([WeightSpecification("text", [5, 12])], to: folder.file("p"))
      $0.conditioning = folder.file("p")
    }
    try expectRefusal("_class_name is FluxTransformer2DModel") {
      let text = try String(contentsOf: URL(filePath: Fixture("wan-i2v").file("config.json")), encoding: .utf8)
      try folder.write("config.json", "{\"_class_name\": \"FluxTransformer2DModel\"," + text.dropFirst())
      $0.transformer = folder.path
    }
  }

  @Test func numbersTooLargeForHalvesAreRefused() throws {
    let item = SafetensorsWriter.Item("large", [2], .float16) { () throws(Failure) in Constant([1, 70_000]) }
    let failure = #expect(throws: Failure.self) { try SafetensorsWriter().write([item], to: folder.file("w")) }
    #expect(failure?.message.contains("tensor large: a number above 65504") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("w")))
    #expect(!FileManager.default.fileExists(atPath: folder.file("w.partial")))
  }
}
