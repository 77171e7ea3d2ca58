import Compute
import Testing

@testable import Networks

/// Folders with something missing or wrong, refused by name.
struct ModelFolderTests {
  private func folder(_ change: (inout ModelConfiguration) -> Void = { _ in }) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    var configuration = ModelConfiguration.egoTiny
    configuration.transformer.layers = 1
    for (name, needs) in [
      (configuration.codec.file, VideoCodec.weights(configuration.codec)),
      (configuration.transformer.file, DiffusionTransformer.weights(configuration.transformer)),
    ] {
      try writeWeights(needs, to: folder.file(name), .float16)
      configuration.sha256 = configuration.sha256 ?? [:]
      configuration.sha256?[name] = try fileHash(folder.file(name))
    }
    change(&configuration)
    try folder.write("config.json", String(decoding: configuration.json(), as: UTF8.self))
    return folder
  }

  private func expectRefusal(_ folder: TemporaryFolder, _ parts: String...) {
    let failure = #expect(throws: Failure.self) { try ModelFolder(folder.path) }
    #expect(failure?.kind == .model)
    for part in parts { #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")") }
  }

  @Test func aSoundFolderOpens() throws {
    let folder = try folder()
    let model = try ModelFolder(folder.path)
    #expect(model.configuration.name == "ego-tiny")
    _ = try model.codecWeights()
    _ = try model.transformerWeights()
  }

  @Test func aWrongHashIsRefusedByName() throws {
    let folder = try folder()
    try writeWeights([WeightSpecification("x", [4])], to: folder.file("codec.safetensors"))
    expectRefusal(folder, folder.file("codec.safetensors"), "SHA-256 is ", "; expected ")
    _ = try ModelFolder(folder.path, verifiesHashes: false)
  }

  @Test func aWrongShapeIsRefusedByName() throws {
    let folder = try folder {
      $0.codec.encoderWidths[0] = 16
      $0.transformer.layers = 2
    }
    let model = try ModelFolder(folder.path)
    let codec = #expect(throws: Failure.self) { try model.codecWeights() }
    #expect(codec?.message.contains("encoder.0.weight is [48, 12, 3, 3]; expected [16, 12, 3, 3]") == true)
    let transformer = #expect(throws: Failure.self) { try model.transformerWeights() }
    #expect(transformer?.message.contains("blocks.1.scale_shift_table [1, 6, 256] is missing") == true)
  }

  @Test func aWrongConfigurationIsRefusedByName() throws {
    expectRefusal(try folder { $0.codec.blocks = 0 }, "config.json", "codec.blocks is 0")
  }

  @Test func missingFilesAreNamed() throws {
    expectRefusal(try folder { $0.codec.file = "other.safetensors" }, "codec.file other.safetensors is missing")
    expectRefusal(try folder { $0.sha256?["lost.bin"] = String(repeating: "0", count: 64) }, "lost.bin")
    expectRefusal(
      try folder {
        $0.transformer.textSize = 8
        $0.transformer.crossAttentionNorm = true
      }, "conditioning.safetensors is missing")
    expectRefusal(try TemporaryFolder(), "config.json")
    let failure = #expect(throws: Failure.self) { try ModelFolder("/nowhere/model") }
    #expect(failure?.message.contains("model /nowhere/model: no such folder") == true)
  }

  /// From FIPS 180-4's examples and the padding's corner cases.
  @Test(arguments: [
    ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ("a", 55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    ("a", 56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
    ("a", 64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
  ]) func hashesAreThoseOfTheStandard(_ text: String, _ count: Int, _ hash: String) {
    let bytes = Array(String(repeating: text, count: count).utf8)
    #expect(bytes.withUnsafeBytes { SHA256.hash($0) } == hash)
  }
}
