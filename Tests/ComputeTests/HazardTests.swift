import Compute
import Testing

/// Barriers stand where commands depend on one another, and nowhere else.
@Suite(.needsVulkan) struct HazardTests {
  @Test func onlyDependentCommandsWait() throws {
    let device = try testDevice()
    do {
      let a = try VulkanBuffer(device, byteCount: 1024, .device, label: "a")
      let b = try VulkanBuffer(device, byteCount: 1024, .device, label: "b")
      let c = try VulkanBuffer(device, byteCount: 1024, .device, label: "c")
      let low = try a.region(offset: 0, byteCount: 512)
      let high = try a.region(offset: 512, byteCount: 512)
      let part = try b.region(offset: 256, byteCount: 512)

      // Reads beside reads, and writes to parts that do not meet.
      #expect(try barriers(device, .copy(a, b), .copy(a, c)) == 0)
      #expect(try barriers(device, .fill(low), .fill(high)) == 0)
      // Read after write, write after read, write after write, through parts that meet.
      #expect(try barriers(device, .fill(a), .copy(a, b)) == 1)
      #expect(try barriers(device, .copy(a, b), .fill(low)) == 1)
      #expect(try barriers(device, .copy(low, part), .fill(b)) == 1)
      // One barrier serves all that came before it.
      #expect(try barriers(device, .fill(a), .fill(b), .copy(a, c), .copy(low, high), .copy(c, b)) == 2)
    }
    expectValid(device)
  }

  @Test func aShadersReadonlyDecides() throws {
    let device = try testDevice()
    do {
      let pipeline = try ComputePipeline(device, Shaders.saxpy, constants: [0: .uint(32)])
      let x = try VulkanBuffer(device, byteCount: 256, .device, label: "x")
      let y = try VulkanBuffer(device, byteCount: 256, .device, label: "y")
      let z = try VulkanBuffer(device, byteCount: 256, .device, label: "z")
      let a = try VulkanBuffer(device, byteCount: 4, .parameters, label: "a")
      let independent = try barriers(device) {
        try $0.dispatch(pipeline, [x, y, a], push: UInt32(64), threads: 64)
        try $0.dispatch(pipeline, [x, z, a], push: UInt32(64), threads: 64)
      }
      #expect(independent == 0)
      let chained = try barriers(device) {
        try $0.dispatch(pipeline, [x, y, a], push: UInt32(64), threads: 64)
        try $0.dispatch(pipeline, [y, z, a], push: UInt32(64), threads: 64)
      }
      #expect(chained == 1)
    }
    expectValid(device)
  }

  private enum Step {
    case fill(any BufferRegionConvertible)
    case copy(any BufferRegionConvertible, any BufferRegionConvertible)
  }

  private func barriers(_ device: VulkanDevice, _ steps: Step...) throws -> Int {
    try barriers(device) { list in
      for step in steps {
        switch step {
        case .fill(let region): try list.fill(region, word: 1)
        case .copy(let source, let target): try list.copy(from: source, to: target)
        }
      }
    }
  }

  private func barriers(_ device: VulkanDevice, _ build: (inout CommandList) throws -> Void) throws -> Int {
    var list = CommandList(device)
    try build(&list)
    let recording = try CommandRecording(list)
    try recording.run()
    return recording.barrierCount
  }
}
