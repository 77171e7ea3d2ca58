import Compute
import Foundation
import Testing

/// The cache on disk only ever saves time: whatever is wrong with it, pipelines are made and it is made good.
@Suite(.needsVulkan) struct PipelineCacheTests {
  @Test func aCompiledPipelineIsFoundAgain() throws {
    try withTemporaryFolder { folder throws in
      #expect(try hitsAfterCompiling(folder) == 0)
      #expect(try hitsAfterCompiling(folder) == 1)
      // Another specialisation is another pipeline.
      #expect(try hitsAfterCompiling(folder, workgroup: 128) == 0)
      #expect(try files(in: folder).count == 2)
      #expect(try files(in: folder).allSatisfy { $0.hasSuffix(".bin") })
    }
  }

  @Test(arguments: ["empty", "cut short", "one bit flipped", "another device's", "noise"])
  func damageIsDroppedAndRepaired(damage: String) throws {
    try withTemporaryFolder { folder throws in
      _ = try hitsAfterCompiling(folder)
      let file = try #require(files(in: folder).first)
      var bytes = try [UInt8](Data(contentsOf: URL(filePath: file)))
      switch damage {
      case "empty": bytes = []
      case "cut short": bytes.removeLast(bytes.count / 2)
      case "one bit flipped": bytes[bytes.count - 1] ^= 1
      case "another device's":
        // The vendor in the driver's own header, under a checksum that fits.
        bytes[24] ^= 0xff
        let sum = bytes[16...].reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        bytes.replaceSubrange(8..<16, with: withUnsafeBytes(of: sum.littleEndian) { Array($0) })
      default: bytes = bytes.indices.map { UInt8(truncatingIfNeeded: $0 * 41) }
      }
      try Data(bytes).write(to: URL(filePath: file))
      #expect(try hitsAfterCompiling(folder) == 0)
      #expect(try hitsAfterCompiling(folder) == 1)
    }
  }

  @Test func aFolderThatCannotBeWrittenIsNoError() throws {
    #expect(try hitsAfterCompiling("/dev/null/nowhere") == 0)
    #expect(try hitsAfterCompiling("/dev/null/nowhere") == 0)
  }

  private func hitsAfterCompiling(_ folder: String, workgroup: UInt32 = 64) throws -> Int {
    let device = try testDevice(cacheFolder: folder)
    _ = try ComputePipeline(device, Shaders.saxpy, constants: [0: .uint(workgroup)])
    expectValid(device)
    return device.counters.pipelineCacheHits
  }
}

private func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "egostream-cache-\(UUID())").path()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// Every file below a folder.
private func files(in folder: String) throws -> [String] {
  try FileManager.default.subpathsOfDirectory(atPath: folder).map { "\(folder)/\($0)" }.filter { path in
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
  }
}
