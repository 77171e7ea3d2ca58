import Compute
import FoundationEssentials
import Testing

@testable import Networks

/// One folder of Fixtures.
struct Fixture {
  let path: String

  init(_ name: String) {
    // Tests/NetworksTests/Support/Fixture.swift
    path =
      #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
      + "/Fixtures/" + name
  }

  func file(_ name: String) -> String { path + "/" + name }

  func json<Document: Decodable>(_ type: Document.Type, _ name: String = "config.json") throws -> Document {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: file(name))))
  }

  func tensors(_ name: String) throws -> SafetensorsFile { try SafetensorsFile(file(name + ".safetensors")) }
}

/// A tensor of a fixture.
struct Numbers {
  let shape: [Int]
  let values: [Float]

  init(_ file: SafetensorsFile, _ name: String) throws {
    shape = try #require(file.tensors[name], "\(file.path) has no \(name)").shape
    values = NetworksTests.values(try file.constant(name))
  }
}

/// The largest difference; infinite where the counts differ or something is no number.
func largestDifference(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count else { return .infinity }
  return zip(found, expected).reduce(0) { most, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(most, difference)
  }
}

/// Of the differences.
func rootMeanSquare(_ found: [Float], _ expected: [Float]) -> Float {
  guard found.count == expected.count, !found.isEmpty else { return .infinity }
  let sum = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return (sum / Float(found.count)).squareRoot()
}
