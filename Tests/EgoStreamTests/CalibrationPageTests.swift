import FoundationEssentials
import Geometry
import Testing

@testable import EgoStream

/// What docs/calibration.md shows can be used as it stands.
struct CalibrationPageTests {
  /// The page's JSON blocks, in order.
  private func blocks() throws -> [String] {
    let root = String(#filePath.dropLast("Tests/EgoStreamTests/CalibrationPageTests.swift".count))
    let page = String(decoding: try Data(contentsOf: URL(filePath: root + "docs/calibration.md")), as: UTF8.self)
    var blocks: [String] = []
    var lines: [Substring]?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```json" {
        lines = []
      } else if line == "```", let block = lines {
        blocks.append(block.joined(separator: "\n"))
        lines = nil
      } else {
        lines?.append(line)
      }
    }
    return blocks
  }

  @Test func theCompleteDocumentReads() throws {
    let read = try Calibration(json: Data(try #require(blocks().first).utf8), name: "docs/calibration.md")
    #expect(read.exo.width == 1280 && read.ego.width == 640)
    // "Two metres to its left, turned towards its subject."
    let centre = try #require(read.egoTrajectory).poses[0].centre
    let miss = centre - SIMD3(-2, 0, 0)
    #expect((miss * miss).sum() < 1e-10)
    // What is 2 m to the viewer's right and 2.67 m ahead of the tripod lies ahead of the viewer.
    let subject = try #require(read.egoTrajectory).poses[0](SIMD3(0, 0, 2.6667))
    #expect(abs(subject.x) < 1e-3 && subject.z > 3)
  }

  @Test func thePhotometricPartFitsTheDocument() throws {
    let blocks = try blocks()
    try #require(blocks.count == 3)
    let document = try #require(blocks.first)
    let place = try #require(document.firstRange(of: "\"f\": 277"))
    let whole = document[..<place.lowerBound] + blocks[1] + ",\n" + document[place.lowerBound...]
    let read = try Calibration(json: Data(whole.utf8), name: "docs/calibration.md")
    #expect(read.ego.photometric?.vignette.count == 4)
  }

  @Test func theLivePosesReadAndAgree() throws {
    let lines = try #require(blocks().last).split(separator: "\n")
    #expect(lines.count == 2)
    let messages = try lines.map { try PoseMessage(json: Data($0.utf8)) }
    for message in messages {
      #expect(message.senderNanoseconds == 12_345_000_000)
      let miss = message.worldToCamera.centre - SIMD3(0.1, -1.6, 2)
      #expect((miss * miss).sum() < 1e-10)
    }
  }
}
