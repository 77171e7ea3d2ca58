import Compute
import Testing

/// Halves are rounded alike on every device and on the processor: how a device's own instruction does it is its driver's choice.
@Suite(.needsVulkan) struct HalfRoundingTests {
  @Test func halvesAreRoundedToTheNearest() throws {
    let device = try testDevice()
    do {
      let values = Self.values
      let pipeline = try ComputePipeline(device, Shaders.roundHalves)
      let floats = try VulkanBuffer(device, byteCount: values.count * 4, .upload, label: "floats")
      let halves = try VulkanBuffer(device, byteCount: values.count * 2, .download, label: "halves")
      try floats.write(values)
      var list = CommandList(device)
      try list.dispatch(pipeline, [floats, halves], push: (), threads: values.count / 2)
      try CommandRecording(list).run()
      let wrong = zip(values, try halves.read(UInt16.self, count: values.count)).filter { value, half in
        value.isNaN ? !HalfPrecision.float(float16Bits: half).isNaN : half != HalfPrecision.float16Bits(value)
      }
      #expect(wrong.isEmpty, "\(wrong.prefix(5).map { ($0.0, String($0.1, radix: 16)) })")
    }
    expectValid(device)
  }

  /// Around every half, between it and the next, and halfway: where rounding is decided. An even number of them.
  private static let values: [Float] = {
    var values: [Float] = [
      .infinity, -.infinity, .nan, -.nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 0, -0.0,
    ]
    for bits in stride(from: UInt16(0), to: 0x7C00, by: 1) where bits < 64 || bits % 37 == 0 || bits > 0x7BF0 {
      let (low, step) = (HalfPrecision.float(float16Bits: bits), HalfPrecision.float(float16Bits: bits + 1))
      // Beyond the largest half the step is as large as before it.
      let next = step.isFinite ? step : low + 32
      let middle = (low + next) / 2
      for value in [low, low.nextUp, middle.nextDown, middle, middle.nextUp, next.nextDown] {
        values += [value, -value]
      }
    }
    return values
  }()
}
