import Compute
import Testing

@testable import Networks

/// Networks' needs held against files, whole and in shards.
struct SafetensorsWeightsTests {
  static let needs = [
    WeightSpecification("a.weight", [4, 3]), WeightSpecification("a.bias", [4]),
    WeightSpecification("grow", [2, 3, 1, 1], keepsLastRows: true),
  ]

  @Test func everythingThatDoesNotFitIsListedAtOnce() throws {
    let folder = try TemporaryFolder()
    try writeWeights(
      [
        WeightSpecification("a.weight", [3, 4]), WeightSpecification("b.weight", [1]),
        WeightSpecification("grow", [1, 3, 1, 1]),
      ], to: folder.file("w"))
    let collection = try SafetensorsCollection(folder.file("w"))
    let failure = #expect(throws: Failure.self) { try SafetensorsWeights(collection, expecting: Self.needs) }
    let message = failure?.message ?? ""
    #expect(message.hasPrefix("weights \(folder.file("w")): 4 tensors do not fit: "))
    for part in [
      "a.weight is [3, 4]; expected [4, 3]", "a.bias [4] is missing", "b.weight [1] is unexpected",
      "grow is [1, 3, 1, 1]; expected [2, 3, 1, 1]",
    ] { #expect(message.contains(part), "\(message)") }
  }

  @Test func longListsAreCut() throws {
    let folder = try TemporaryFolder()
    try writeWeights([], to: folder.file("w"))
    let many = (0..<50).map { WeightSpecification("layer.\($0)", [1]) }
    let failure = #expect(throws: Failure.self) {
      try SafetensorsWeights(SafetensorsCollection(folder.file("w")), expecting: many)
    }
    #expect(failure?.message.contains("50 tensors do not fit") == true)
    #expect(failure?.message.contains("layer.19 [1] is missing; and 30 more") == true)
  }

  @Test func tensorsOfOtherNumbersAreRefused() throws {
    let folder = try TemporaryFolder()
    let header = "{\(SafetensorsFileTests.tensor("a", "[2]", "[0,16]", "I64"))}"
    let path = try folder.write("w", safetensors(header, dataBytes: 16))
    let failure = #expect(throws: Failure.self) {
      try SafetensorsWeights(SafetensorsCollection(path), expecting: [WeightSpecification("a", [2])])
    }
    #expect(failure?.message.contains("a is I64; expected F32, F16 or BF16") == true)
  }

  /// One in the last stretch of a tensor, of each kind of number.
  @Test(
    arguments: [
      ("F32", 4, [0, 0, 0xC0, 0x7F]), ("F32", 4, [0, 0, 0x80, 0xFF]), ("F16", 2, [0, 0x7C]), ("BF16", 2, [0xC0, 0xFF]),
    ] as [(String, Int, [UInt8])])
  func numbersThatAreNoneAreRefusedByName(_ format: String, _ size: Int, _ number: [UInt8]) throws {
    let folder = try TemporaryFolder()
    let count = 9000
    let header = "{\(SafetensorsFileTests.tensor("a", "[\(count)]", "[0,\(count * size)]", format))}"
    var bytes = safetensors(header, dataBytes: 0) + [UInt8](repeating: 1, count: count * size)
    let needs = [WeightSpecification("a", [count])]
    let sound = try SafetensorsWeights(SafetensorsCollection(try folder.write("sound", bytes)), expecting: needs)
    try sound.checkNumbers()
    bytes.replaceSubrange(bytes.count - 2 * size..<bytes.count - size, with: number)
    let path = try folder.write("w", bytes)
    let weights = try SafetensorsWeights(SafetensorsCollection(path), expecting: needs)
    let failures = [
      #expect(throws: Failure.self) { try weights.constant("a", [count]) },
      #expect(throws: Failure.self) { try weights.checkNumbers() },
    ]
    for failure in failures {
      #expect(
        failure?.message.contains("weights \(path): tensor a: number 8998 of 9000 is ") == true,
        "\(failure?.message ?? "")")
    }
  }

  @Test func theLastRowsOfALargerTensorAreTaken() throws {
    let folder = try TemporaryFolder()
    let stored = [
      WeightSpecification("a.weight", [4, 3]), WeightSpecification("a.bias", [4]),
      WeightSpecification("grow", [6, 3, 1, 1]),
    ]
    try writeWeights(stored, to: folder.file("w"))
    let collection = try SafetensorsCollection(folder.file("w"))
    let weights = try SafetensorsWeights(collection, expecting: Self.needs)
    let all = try values(RandomWeights(seed: 1).constant("grow", [6, 3, 1, 1]))
    #expect(try values(weights.constant("grow", [2, 3, 1, 1])) == Array(all.suffix(6)))
    // Only what was agreed on is cut.
    let failure = #expect(throws: Failure.self) { try weights.constant("a.weight", [2, 3]) }
    #expect(failure?.message.contains("a.weight is [4, 3]; expected [2, 3]") == true)
    #expect(throws: Failure.self) { try weights.constant("missing", [1]) }
  }

  private func shards(_ folder: TemporaryFolder, index: String) throws -> String {
    try writeWeights([WeightSpecification("a.weight", [4, 3])], to: folder.file("one.safetensors"))
    try writeWeights([WeightSpecification("a.bias", [4])], to: folder.file("two.safetensors"))
    try folder.write("model.safetensors.index.json", index)
    return folder.file("model.safetensors")
  }

  @Test func shardsAreOneCollection() throws {
    let folder = try TemporaryFolder()
    let path = try shards(
      folder,
      index: """
        {"metadata": {"total_size": 64}, "weight_map": {"a.weight": "one.safetensors", "a.bias": "two.safetensors"}}
        """)
    let collection = try SafetensorsCollection(path)
    #expect(collection.names == ["a.bias", "a.weight"])
    #expect(collection.files.count == 2)
    let weights = try SafetensorsWeights(collection, expecting: Array(Self.needs.prefix(2)))
    #expect(try values(weights.constant("a.bias", [4])) == values(RandomWeights(seed: 1).constant("a.bias", [4])))
  }

  @Test(arguments: [
    ("{}", "weight_map is missing"), ("[", "not a JSON document"), ("{\"weight_map\": {}}", "0 tensors"),
    (
      "{\"weight_map\": {\"a.bias\": \"two.safetensors\", \"a.bias\": \"copy.safetensors\"}}",
      "weight_map.a.bias is there twice"
    ),
    ("{\"weight_map\": {\"a.bias\": 1}}", "weight_map.a.bias is number"),
    ("{\"weight_map\": {\"a.bias\": \"../two.safetensors\"}}", "without a path"),
    ("{\"weight_map\": {\"a.bias\": \"three.safetensors\"}}", "three.safetensors"),
    ("{\"weight_map\": {\"a.bias\": \"one.safetensors\"}}", "tensor a.bias is not in one.safetensors"),
    (
      "{\"weight_map\": {\"a.weight\": \"one.safetensors\", \"a.bias\": \"copy.safetensors\"}}",
      "tensor a.weight is in"
    ),
  ]) func brokenIndexesAreRefused(_ index: String, _ message: String) throws {
    let folder = try TemporaryFolder()
    let path = try shards(folder, index: index)
    try writeWeights(
      [WeightSpecification("a.weight", [4, 3]), WeightSpecification("a.bias", [4])],
      to: folder.file("copy.safetensors"))
    let failure = #expect(throws: Failure.self) { try SafetensorsCollection(path) }
    #expect(failure?.kind == .model)
    #expect(failure?.message.contains(message) == true, "\(failure?.message ?? "")")
  }

  @Test func randomWeightsAreTheSameForSeedAndName() throws {
    let random = RandomWeights(seed: 3)
    let first = try values(random.constant("blocks.0.weight", [64, 256]))
    #expect(try values(random.constant("blocks.0.weight", [64, 256])) == first)
    #expect(try values(random.constant("blocks.1.weight", [64, 256])) != first)
    #expect(try values(RandomWeights(seed: 4).constant("blocks.0.weight", [64, 256])) != first)
    let deviation = (first.reduce(0) { $0 + $1 * $1 } / Float(first.count)).squareRoot()
    #expect(abs(deviation * 16 - 1) < 0.05)
    #expect(abs(first.reduce(0, +) / Float(first.count)) < 0.005)
    #expect(throws: Failure.self) { try random.constant("huge", [1 << 20, 1 << 20]) }
    #expect(throws: Failure.self) { try random.constant("none", [0]) }
  }

  @Test func placeholdersTakeNoMemory() throws {
    let before = ProcessMemory.resident
    let weights = try PlaceholderWeights(elementType: .float16)
    let constant = try weights.constant("huge", [1 << 15, 1 << 15])
    #expect(constant.count == 1 << 30)
    #expect(ProcessMemory.resident - before < 500 << 20)
    #expect(throws: Failure.self) { try weights.constant("too large", [1 << 33]) }
  }
}
