import Compute
import Testing

/// One kernel with every kind of input, recorded once and run again with new data, against float64.
@Suite(.needsVulkan) struct SaxpyTests {
  @Test(arguments: [1, 63, 64, 1009, 70_001], [UInt32(1), 32, 96])
  func matchesTheReferenceAtEverySize(count: Int, workgroup: UInt32) throws {
    let device = try testDevice()
    do {
      let scale: Float = 0.5
      let pipeline = try ComputePipeline(
        device, Shaders.saxpy, constants: [0: .uint(workgroup), 1: .float(scale)])
      #expect(pipeline.workgroupSize == [workgroup, 1, 1])
      let bytes = count * 4
      let upload = try VulkanBuffer(device, byteCount: 2 * bytes, .upload, label: "x and y")
      let x = try VulkanBuffer(device, byteCount: bytes, .device, label: "x")
      let y = try VulkanBuffer(device, byteCount: bytes, .device, label: "y")
      let result = try VulkanBuffer(device, byteCount: bytes, .download, label: "result")
      let parameters = try VulkanBuffer(device, byteCount: 4, .parameters, label: "a")

      var list = CommandList(device)
      try list.copy(from: upload.region(offset: 0, byteCount: bytes), to: x)
      try list.copy(from: upload.region(offset: bytes, byteCount: bytes), to: y)
      // Fewer threads than elements: the kernel strides over the grid.
      try list.dispatch(pipeline, [x, y, parameters], push: UInt32(count), threads: (count + 1) / 2)
      try list.copy(from: y, to: result)
      let recording = try CommandRecording(list, label: "saxpy")
      let before = device.counters

      var generator = SeededGenerator(seed: UInt64(count))
      for run in 1...3 {
        let xs = (0..<count).map { _ in Float.random(in: -4...4, using: &generator) }
        let ys = (0..<count).map { _ in Float.random(in: -4...4, using: &generator) }
        let a = Float.random(in: -2...2, using: &generator)
        try upload.write(xs)
        try upload.write(ys, at: bytes)
        try parameters.write(value: a)
        try result.write([Float](repeating: .nan, count: count))
        try recording.run()
        let got = try result.read(Float.self, count: count)
        let worst =
          (0..<count).map { i in
            let expected = Double(scale) * Double(a) * Double(xs[i]) + Double(ys[i])
            return abs(Double(got[i]) - expected)
          }.max() ?? 0
        // Three roundings of values below 8 (not NaN: a comparison with one is false).
        #expect(worst < 3e-6, "run \(run)")
      }
      #expect(device.counters.withoutSubmissions == before.withoutSubmissions)
      #expect(device.counters.submissions == before.submissions + 3)
    }
    expectValid(device)
  }
}
