import Compute
import Testing

/// Waiting, losing the device, and letting go while work runs.
@Suite(.needsVulkan) struct RecordingTests {
  @Test func aTimeoutIsAnErrorThatCanBeWaitedOut() throws {
    let device = try testDevice()
    do {
      let recording = try longRecording(device)
      try recording.submit()
      do {
        // Whether the work is done by now is up to the device; both answers must be told truly.
        try recording.wait(timeoutNanoseconds: 0)
        #expect(!recording.isPending)
      } catch {
        #expect(error.kind == .library && error.message.contains("fills"))
        #expect(recording.isPending)
      }
      try recording.wait()
      #expect(!recording.isPending)
      // Nothing runs: nothing to wait for.
      try recording.wait(timeoutNanoseconds: 0)
    }
    expectValid(device)
  }

  @Test func aLostDeviceIsToldAndNotWaitedFor() throws {
    let device = try testDevice()
    do {
      let recording = try longRecording(device)
      device.losesDeviceAtNextWait = true
      let failure = #expect(throws: Failure.self) { try recording.run() }
      #expect(failure?.kind == .library)
      #expect(failure?.message.contains("VK_ERROR_DEVICE_LOST") == true)
      #expect(failure?.message.contains(device.report.name) == true)
      #expect(!recording.isPending)
    }
    expectValid(device)
  }

  @Test func lettingGoOfEverythingWhileWorkRunsIsSafe() throws {
    var messages: ValidationMessages?
    do {
      let device = try testDevice()
      messages = device.validationMessages
      try longRecording(device).submit()
    }
    // Destroying the device reports what it still held.
    #expect(messages?.all ?? [] == [])
  }

  @Test func aDeviceThatHangsIsGivenUp() throws {
    let device = try testDevice()
    do {
      let other = try longRecording(device)
      do {
        let recording = try longRecording(device)
        try recording.submit()
        device.hangs = true
        let failure = #expect(throws: Failure.self) { try recording.wait(timeoutNanoseconds: 0) }
        #expect(failure?.message.contains("not finished") == true)
        withExtendedLifetime(recording) { #expect(!device.isAbandoned) }
      }
      // Letting go of what runs came to an end, and what it uses was kept.
      #expect(device.isAbandoned && device.counters.allocatedBytes >= 64 << 20)
      let failure = #expect(throws: Failure.self) { try other.run() }
      #expect(failure?.kind == .library && failure?.message.contains("given up") == true)
    }
    expectValid(device)
  }

  @Test func recordingsRunInTheOrderTheyAreSubmitted() throws {
    let device = try testDevice()
    do {
      let shared = try VulkanBuffer(device, byteCount: 1 << 20, .device, label: "shared")
      let result = try VulkanBuffer(device, byteCount: 1 << 20, .download, label: "result")
      let fills = try (1...4).map { word in
        var list = CommandList(device)
        try list.fill(shared, word: UInt32(word))
        return try CommandRecording(list)
      }
      var list = CommandList(device)
      try list.copy(from: shared, to: result)
      let download = try CommandRecording(list)
      for fill in fills { try fill.submit() }
      try download.run()
      #expect(try result.read(UInt32.self, count: 1 << 18).allSatisfy { $0 == 4 })
    }
    expectValid(device)
  }

  private func longRecording(_ device: VulkanDevice) throws -> CommandRecording {
    let buffer = try VulkanBuffer(device, byteCount: 32 << 20, .device, label: "big")
    var list = CommandList(device)
    for word in 0..<16 { try list.fill(buffer, word: UInt32(word)) }
    return try CommandRecording(list, label: "fills")
  }
}
