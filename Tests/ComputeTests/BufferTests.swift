import Compute
import Testing

/// Memory: what does not fit is refused with numbers, what is freed is counted.
@Suite(.needsVulkan) struct BufferTests {
  @Test func injectedExhaustionSaysWhatWasAskedAndLeavesTheDeviceUsable() throws {
    let device = try testDevice()
    device.allocationsBeforeFailure = 1
    do {
      _ = try VulkanBuffer(device, byteCount: 16, .device, label: "first")
      let failure = #expect(throws: Failure.self) {
        try VulkanBuffer(device, byteCount: 3 << 20, .device, label: "point map")
      }
      #expect(failure?.kind == .outOfMemory)
      for part in ["point map", "3.00 MiB", device.report.name] {
        #expect(failure?.message.contains(part) == true, "\(failure?.message ?? "")")
      }
      _ = try VulkanBuffer(device, byteCount: 16, .device, label: "after")
    }
    #expect(device.counters.allocations == 2)
    #expect(device.counters.allocatedBytes == 0)
    expectValid(device)
  }

  @Test func moreThanTheDeviceHasIsRefused() throws {
    let device = try testDevice()
    // More than one allocation may be on any device, and then as much as one may be on this one: far more than this
    // machine has, unless the driver's limit is honest.
    for size in [1 << 46, .max, device.report.limits.allocationBytes] {
      do {
        _ = try VulkanBuffer(device, byteCount: size, .device, label: "everything")
        #expect(size == device.report.limits.allocationBytes)
      } catch {
        #expect(error.kind == .outOfMemory, "\(error)")
        #expect("\(error)".contains("everything") && "\(error)".contains("iB of device memory"), "\(error)")
      }
    }
  }

  @Test func sizesThatMakeNoSenseAreRefused() throws {
    let device = try testDevice()
    for size in [0, -1] {
      #expect(throws: Failure.self) { try VulkanBuffer(device, byteCount: size, .upload, label: "none") }
    }
    let buffer = try VulkanBuffer(device, byteCount: 10, .upload, label: "ten")
    #expect(throws: Failure.self) { try buffer.region(offset: 8, byteCount: 4) }
    #expect(throws: Failure.self) { try buffer.region(offset: -4, byteCount: 4) }
    #expect(throws: Failure.self) { try buffer.region(offset: .max, byteCount: .max) }
    #expect(throws: Failure.self) { try buffer.write([1, 2] as [Float], at: 4) }
    #expect(throws: Failure.self) { try buffer.read(Float.self, count: .max) }
    #expect(throws: Failure.self) { try buffer.read(Float.self, count: 3) }
    expectValid(device)
  }

  @Test(arguments: [VulkanBuffer.Placement.upload, .download, .parameters])
  func theHostReadsWhatItWrote(placement: VulkanBuffer.Placement) throws {
    let device = try testDevice()
    do {
      let buffer = try VulkanBuffer(device, byteCount: 13, placement, label: "bytes")
      let bytes = (0..<13).map { UInt8($0 * 19) }
      try buffer.write(bytes)
      #expect(try buffer.read(UInt8.self, count: 13) == bytes)
      #expect(buffer.mapped?.count == 13)
    }
    expectValid(device)
  }

  @Test func fillsAndCopiesReachARaggedEnd() throws {
    let device = try testDevice()
    do {
      let source = try VulkanBuffer(device, byteCount: 13, .device, label: "source")
      let target = try VulkanBuffer(device, byteCount: 13, .download, label: "target")
      var list = CommandList(device)
      try list.fill(source, word: 0x0403_0201)
      try list.copy(from: source, to: target)
      #expect(throws: Failure.self) { try list.copy(from: source, to: target.region(offset: 0, byteCount: 12)) }
      #expect(throws: Failure.self) { try list.copy(from: source, to: source) }
      #expect(throws: Failure.self) { try list.fill(source.region(offset: 0, byteCount: 6), word: 0) }
      let recording = try CommandRecording(list)
      #expect(recording.barrierCount == 1)
      try recording.run()
      #expect(try target.read(UInt8.self, count: 13) == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1])
    }
    expectValid(device)
  }
}
