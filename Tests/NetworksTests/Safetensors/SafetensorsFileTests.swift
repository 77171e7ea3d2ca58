import Compute
import Testing

@testable import Networks

/// Files as they should be, read back, and files as they should not be, refused.
struct SafetensorsFileTests {
  @Test func numbersOfAllThreeKindsComeBack() throws {
    let folder = try TemporaryFolder()
    let numbers: [Float] = [0, -1.5, 65_504, 0.25, 3, 1e-3]
    let path = folder.file("weights.safetensors")
    var writer = SafetensorsWriter()
    writer.metadata = ["format": "pt", "a \"quoted\"\nword": "\\ü"]
    let kinds: [(String, ElementType)] = [("single", .float32), ("half", .float16), ("brain", .bfloat16)]
    try writer.write(
      kinds.map { name, type in
        SafetensorsWriter.Item(name, [2, 3], type) { () throws(Failure) in Constant(numbers) }
      }, to: path)
    let file = try SafetensorsFile(path)
    #expect(file.metadata == writer.metadata)
    #expect(file.tensors.count == 3)
    #expect(try values(file.constant("single")) == numbers)
    let half = try values(file.constant("half"))
    #expect(zip(half, numbers).allSatisfy { abs($0 - $1) <= abs($1) / 1024 })
    let brain = try values(file.constant("brain"))
    #expect(zip(brain, numbers).allSatisfy { abs($0 - $1) <= abs($1) / 128 })
    #expect(try values(file.constant("single", rows: 1..<2)) == Array(numbers[3...]))
    file.releasePages()
    #expect(try values(file.constant("single")) == numbers)
  }

  @Test func constantsOutliveTheFile() throws {
    let folder = try TemporaryFolder()
    try writeWeights([WeightSpecification("a", [100])], to: folder.file("w"))
    var constant: Constant? = try SafetensorsFile(folder.file("w")).constant("a")
    #expect(try values(#require(constant)) == values(RandomWeights(seed: 1).constant("a", [100])))
    constant = nil
  }

  @Test func emptyTensorsAndScalarsAreTensors() throws {
    let folder = try TemporaryFolder()
    let header = """
      {"none":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},
       "one":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}
      """
    let file = try SafetensorsFile(folder.write("w", safetensors(header, dataBytes: 4)))
    #expect(file.tensors["none"]?.count == 0)
    #expect(file.tensors["one"]?.count == 1)
  }

  @Test func escapedNamesAreRead() throws {
    let folder = try TemporaryFolder()
    let header = #"{"a\/\u00fc\ud83d\ude00\n":{"shape":[1],"dtype":"U8","data_offsets":[0,1]}}"#
    let file = try SafetensorsFile(folder.write("w", safetensors(header, dataBytes: 1)))
    #expect(Array(file.tensors.keys) == ["a/ü😀\n"])
    let failure = #expect(throws: Failure.self) { try file.constant("a/ü😀\n") }
    #expect(failure?.message.contains("U8; expected F32, F16 or BF16") == true)
  }

  struct Case: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let message: String

    init(_ name: String, _ bytes: [UInt8], _ message: String) {
      self.name = name
      self.bytes = bytes
      self.message = message
    }

    init(_ name: String, _ header: String, _ dataBytes: Int, _ message: String) {
      self.init(name, safetensors(header, dataBytes: dataBytes), message)
    }

    var testDescription: String { name }
  }

  static func tensor(_ name: String, _ shape: String, _ offsets: String, _ type: String = "F32") -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
  }

  static let hostile = [
    Case("empty file", [], "0 bytes"),
    Case("seven bytes", [UInt8](repeating: 1, count: 7), "7 bytes"),
    Case("no header", safetensors("", dataBytes: 0), "cut short or no safetensors"),
    Case("a header past the end", safetensors("{}", dataBytes: 0, headerLength: 3), "cut short"),
    Case("a huge header", safetensors("{}", dataBytes: 0, headerLength: 100_000_001), "expected at most 100000000"),
    Case("a header of 2⁶³", safetensors("{}", dataBytes: 0, headerLength: .max), "expected at most"),
    Case("no object", "[]", 0, "expected {"),
    Case("an unfinished object", "{ ", 0, "header, byte 2: expected \""),
    Case("something after the header", "{}x", 0, "expected its end"),
    Case("no colon", "{\"a\"}", 0, "expected :"),
    Case("a value that is no object", "{\"a\":1}", 0, "tensor a: header, byte"),
    Case("an unknown key", "{\"a\":{\"type\":1}}", 0, "tensor a: key type"),
    Case("a key twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "once each"),
    Case("a missing key", "{\"a\":{\"dtype\":\"F32\"}}", 0, "tensor a: dtype, shape or data_offsets is missing"),
    Case("an unknown type", "{\(tensor("a", "[1]", "[0,4]", "F31"))}", 4, "tensor a: dtype F31"),
    Case("a negative size", "{\(tensor("a", "[-1]", "[0,4]"))}", 4, "0 or more"),
    Case("a fraction", "{\(tensor("a", "[1.5]", "[0,4]"))}", 4, "expected ]"),
    Case("a number too large", "{\(tensor("a", "[99999999999999999999]", "[0,4]"))}", 4, "below 2⁶³"),
    Case(
      "a product too large", "{\(tensor("a", "[4294967296,4294967296]", "[0,4]"))}", 4, "is too large"),
    Case("nine dimensions", "{\(tensor("a", "[1,1,1,1,1,1,1,1,1]", "[0,4]"))}", 4, "at most 8 numbers"),
    Case("one offset", "{\(tensor("a", "[1]", "[0]"))}", 4, "data_offsets [0]"),
    Case("three offsets", "{\(tensor("a", "[1]", "[0,4,8]"))}", 8, "at most 2"),
    Case("offsets backwards", "{\(tensor("a", "[1]", "[4,0]"))}", 4, "data_offsets [4, 0]"),
    Case("offsets past the end", "{\(tensor("a", "[2]", "[0,8]"))}", 4, "data_offsets [0, 8] in 4 bytes"),
    Case("another length", "{\(tensor("a", "[2]", "[0,4]"))}", 4, "tensor a: shape [2] of F32 is 8 bytes"),
    Case(
      "an overlap", "{\(tensor("a", "[2]", "[0,8]")),\(tensor("b", "[1]", "[4,8]"))}", 8,
      "tensor b overlaps tensor a"),
    Case(
      "the same place", "{\(tensor("a", "[1]", "[0,4]")),\(tensor("b", "[1]", "[0,4]"))}", 4,
      "tensor b overlaps tensor a"),
    Case(
      "a hole", "{\(tensor("a", "[1]", "[0,4]")),\(tensor("b", "[1]", "[8,12]"))}", 12, "tensor b leaves a hole after"),
    Case("trailing bytes", "{\(tensor("a", "[1]", "[0,4]"))}", 5, "1 bytes follow tensor a"),
    Case(
      "a name twice", "{\(tensor("a", "[1]", "[0,4]")),\(tensor("a", "[1]", "[4,8]"))}", 8, "tensor a stands twice"),
    Case("a long name", "{\(tensor(String(repeating: "n", count: 1025), "[1]", "[0,4]"))}", 4, "at most 1024"),
    Case("metadata of numbers", "{\"__metadata__\":{\"a\":1}}", 0, "expected \""),
    Case("half a character", "{\"\\ud83d\":{}}", 0, "second half"),
    Case("an unknown escape", "{\"\\x\":{}}", 0, "escaped character"),
    Case("a name that is no text", safetensors("{\"", dataBytes: 0, headerLength: 6) + [0xFF, 0xFE, 34, 58], "UTF-8"),
    Case("a control character", "{\"a\u{1}\":{}}", 0, "control character"),
    Case("depth", String(repeating: "{\"a\":", count: 10_000), 0, "tensor a"),
  ]

  @Test(arguments: hostile) func refusesByName(_ one: Case) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("hostile.safetensors", one.bytes)
    let failure = #expect(throws: Failure.self) { try SafetensorsFile(path) }
    #expect(failure?.kind == .model)
    #expect(failure?.message.hasPrefix("weights \(path): ") == true, "\(failure?.message ?? "")")
    #expect(failure?.message.contains(one.message) == true, "\(failure?.message ?? "")")
  }

  @Test func tooManyTensorsAreRefused() throws {
    let folder = try TemporaryFolder()
    let entries = (0...SafetensorsFile.Limits.tensors).map { Self.tensor("t\($0)", "[0]", "[0,0]") }
    let path = try folder.write("w", safetensors("{\(entries.joined(separator: ","))}", dataBytes: 0))
    let failure = #expect(throws: Failure.self) { try SafetensorsFile(path) }
    #expect(failure?.message.contains("more than 65536 tensors") == true)
  }

  @Test func whatIsNoFileIsRefused() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, folder.file("missing"), "/dev/zero"] {
      let failure = #expect(throws: Failure.self) { try SafetensorsFile(path) }
      #expect(failure?.message.contains(path) == true)
    }
  }
}
