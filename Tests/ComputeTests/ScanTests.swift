import Compute
import Testing

/// A prefix sum in three passes: shared memory, barriers between dispatches, an indirect dispatch and timings.
@Suite(.needsVulkan) struct ScanTests {
  @Test(arguments: [1, 127, 128, 129, 4001], [UInt32(32), 128])
  func prefixSumMatchesTheReference(count: Int, workgroup: UInt32) throws {
    let device = try testDevice()
    do {
      let scan = try Scan(device, count: count, workgroup: workgroup)
      let before = device.counters
      var generator = SeededGenerator(seed: UInt64(count) &* 31 &+ UInt64(workgroup))
      for _ in 1...3 {
        let values = (0..<count).map { _ in UInt32.random(in: 0...1000, using: &generator) }
        let got = try scan.run(values)
        var sum = 0.0
        let expected = values.map { value -> Double in
          sum += Double(value)
          return sum
        }
        #expect(got.map(Double.init) == expected)
      }
      #expect(device.counters.withoutSubmissions == before.withoutSubmissions)
      let timings = try scan.recording.timings()
      if device.report.capabilities.timestamps {
        #expect(timings.map(\.name) == ["upload", "scan", "download"])
        #expect(timings.allSatisfy { $0.nanoseconds >= 0 && $0.nanoseconds < 10e9 })
      }
    }
    expectValid(device)
  }
}

private struct Scan {
  let recording: CommandRecording
  private let input: VulkanBuffer
  private let output: VulkanBuffer
  private let count: Int

  /// At most 128 stretches of `workgroup` values, so that their totals fit the smallest largest workgroup Vulkan allows.
  init(_ device: VulkanDevice, count: Int, workgroup: UInt32) throws {
    let bytes = count * 4
    let stretches = (count + Int(workgroup) - 1) / Int(workgroup)
    try #require(stretches <= 128)
    self.count = count
    let size: [UInt32: SpecialisationConstant] = [0: .uint(workgroup)]
    let blocks = try ComputePipeline(device, Shaders.scanBlocks, constants: size)
    let topBlocks = try ComputePipeline(device, Shaders.scanBlocks, constants: [0: .uint(128)])
    let add = try ComputePipeline(device, Shaders.scanAdd, constants: size)
    let indirectSize = try ComputePipeline(device, Shaders.indirectSize)

    input = try VulkanBuffer(device, byteCount: bytes, .upload, label: "values")
    output = try VulkanBuffer(device, byteCount: bytes, .download, label: "result")
    let values = try VulkanBuffer(device, byteCount: bytes, .device, label: "device values")
    let sums = try VulkanBuffer(device, byteCount: bytes, .device, label: "sums")
    let totals = try VulkanBuffer(device, byteCount: stretches * 4, .device, label: "totals")
    let scanned = try VulkanBuffer(device, byteCount: stretches * 4, .device, label: "scanned totals")
    let rest = try VulkanBuffer(device, byteCount: 4, .device, label: "grand total")
    let number = try VulkanBuffer(device, byteCount: 4, .parameters, label: "count")
    let groups = try VulkanBuffer(device, byteCount: 12, .device, label: "workgroup counts")
    try number.write(value: UInt32(count))

    var list = CommandList(device)
    // Poison: what a kernel fails to write shows.
    for buffer in [values, sums, totals, scanned, groups] { try list.fill(buffer, word: 0xffff_ffff) }
    try list.copy(from: input, to: values)
    list.mark("upload")
    try list.dispatch(blocks, [values, sums, totals], push: UInt32(count), threads: count)
    try list.dispatch(topBlocks, [totals, scanned, rest], push: UInt32(stretches), threads: stretches)
    try list.dispatch(indirectSize, [number, groups], push: workgroup, threads: 1)
    try list.dispatch(add, [sums, scanned], push: UInt32(count), groupsIn: groups)
    list.mark("scan")
    try list.copy(from: sums, to: output)
    list.mark("download")
    recording = try CommandRecording(list, label: "scan")
  }

  func run(_ values: [UInt32]) throws -> [UInt32] {
    try input.write(values)
    try output.write([UInt32](repeating: 0xdead_beef, count: count))
    try recording.run()
    return try output.read(count: count)
  }
}
