import Compute
import TestSupport
import Testing

@testable import Networks

/// Thousands of damaged files: each is refused or sound, and none stops the process.
struct SafetensorsFuzzTests {
  static let sound = safetensors(
    """
    {"__metadata__":{"format":"pt"},"blocks.0.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
    "blocks.0.bias":{"dtype":"F16","shape":[3],"data_offsets":[24,30]},\
    "b\\u00fc":{"dtype":"BF16","shape":[],"data_offsets":[30,32]}}
    """, dataBytes: 32)

  /// One to four changes: bits, bytes, numbers, cuts, repeats.
  static func damage(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
      case 3: bytes.insert(contentsOf: Array("{}[]\",:\\0123456789".utf8).shuffled(using: &random).prefix(3), at: place)
      case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 50)], at: place)
      case 5:
        let digits = bytes.indices.filter { $0 >= 8 && (48...57).contains(bytes[$0]) }
        if let digit = digits.randomElement(using: &random) {
          bytes[digit] = UInt8.random(in: 48...57, using: &random)
        }
      default:
        // A header that fits again, so that more than its length is looked at.
        let length = UInt64(max(bytes.count - 40, 0) + Int.random(in: -2...2, using: &random)).littleEndian
        for (index, byte) in withUnsafeBytes(of: length, Array.init).enumerated() where index < bytes.count {
          bytes[index] = byte
        }
      }
    }
    return bytes
  }

  @Test func damagedHeadersAreRefusedOrSound() throws {
    var random = SeededRandom(seed: 7)
    var sound = 0
    for _ in 0..<30_000 {
      let bytes = Self.damage(Self.sound, &random)
      bytes.withUnsafeBytes { bytes in
        guard let header = try? SafetensorsHeader(bytes) else { return }
        sound += 1
        for entry in header.tensors.values {
          let size = entry.shape.reduce(entry.format.byteCount, *)
          if entry.range.upperBound > bytes.count || entry.range.count != size {
            Issue.record("\(entry) in \(bytes.count) bytes")
          }
        }
      }
    }
    #expect(sound > 100, "nearly all were refused: the damage is too coarse to test anything")
  }

  @Test func damagedFilesAreRefusedOrReadable() throws {
    let folder = try TemporaryFolder()
    var random = SeededRandom(seed: 8)
    for _ in 0..<2000 {
      let path = try folder.write("w", Self.damage(Self.sound, &random))
      guard let collection = try? SafetensorsCollection(path) else { continue }
      for name in collection.names {
        if let constant = try? collection.constant(name) { #expect(values(constant).count == constant.count) }
      }
      _ = try? SafetensorsWeights(collection, expecting: [WeightSpecification("blocks.0.weight", [2, 3])])
    }
  }
}
