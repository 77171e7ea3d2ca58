import Compute
import Testing

/// What a shader declares is what is checked, before any driver sees it.
@Suite struct PipelineTests {
  @Test func theInterfaceIsReadFromTheShader() throws {
    let saxpy = try ShaderInterface(Shaders.saxpy)
    #expect(saxpy.bindings.map(\.number) == [0, 1, 2])
    #expect(saxpy.bindings.map(\.isUniform) == [false, false, true])
    #expect(saxpy.bindings.map(\.isWritten) == [false, true, false])
    #expect(saxpy.bindings.map(\.minimumByteCount) == [0, 0, 4])
    #expect(saxpy.pushConstantByteCount == 4)
    #expect(saxpy.constants == [0: .uint, 1: .float])

    let scan = try ShaderInterface(Shaders.scanBlocks)
    #expect(scan.bindings.map(\.isRead) == [true, false, false])
    #expect(scan.bindings.map(\.isWritten) == [false, true, true])
    let unoptimised = try ShaderInterface(Shaders.unoptimised)
    #expect(unoptimised.bindings.count == 1 && unoptimised.pushConstantByteCount == 0)

    // std430 and std140 layouts with padding, matrices, nested structs and arrays; an unused binding is gone.
    let layouts = try ShaderInterface(Shaders.layouts)
    #expect(layouts.pushConstantByteCount == 76)
    #expect(layouts.bindings.map(\.minimumByteCount) == [160, 48, 4])
  }

  @Test func everyEmbeddedShaderIsWhole() throws {
    #expect(Shaders.all.count >= 6)
    for shader in Shaders.all {
      #expect(try shader.words().first == 0x0723_0203, "\(shader.name)")
    }
  }

  @Test func damagedShadersAreRefused() throws {
    let bad: [StaticString] = ["", "AAAA", "AwIjBwAAAQAAAAAAAAAAAAAAAAAAAP9/", "AwIj*wAAAQA="]
    for text in bad {
      #expect(throws: Failure.self, "\(text)") { try ShaderInterface(Shader(name: "damaged", base64: text)) }
    }
  }

  @Test(.needsVulkan) func constantsThatDoNotFitAreRefused() throws {
    let device = try testDevice()
    do {
      for constants: [UInt32: SpecialisationConstant] in [
        [7: .uint(1)], [0: .float(64)], [1: .uint(1)], [0: .uint(0)], [0: .uint(.max)],
      ] {
        let failure = #expect(throws: Failure.self) {
          try ComputePipeline(device, Shaders.saxpy, constants: constants)
        }
        #expect(failure?.kind == .library && failure?.message.contains("saxpy") == true)
      }
      let fixed = try ComputePipeline(device, Shaders.unoptimised)
      #expect(fixed.workgroupSize == [4, 2, 1])
    }
    #expect(device.counters.pipelinesCreated == 1)
    expectValid(device)
  }

  @Test(.needsVulkan) func dispatchesThatDoNotFitAreRefused() throws {
    let device = try testDevice()
    let other = try testDevice()
    do {
      let pipeline = try ComputePipeline(device, Shaders.saxpy, constants: [0: .uint(64)])
      let small = try VulkanBuffer(device, byteCount: 2, .parameters, label: "small")
      let x = try VulkanBuffer(device, byteCount: 4096, .device, label: "x")
      let foreign = try VulkanBuffer(other, byteCount: 4096, .device, label: "foreign")
      var list = CommandList(device)
      let push = UInt32(1)
      // Too few bindings, a uniform block too small, push constants of the wrong size, another device's buffer.
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x], push: push, threads: 1) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x, small], push: push, threads: 1) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x, x], push: (push, push), threads: 1) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x, x], push: (), threads: 1) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, foreign, x], push: push, threads: 1) }
      // Unaligned, too many workgroups, negative.
      let unaligned = try x.region(offset: 1, byteCount: 64)
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [unaligned, x, x], push: push, threads: 1) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x, x], push: push, threads: .max) }
      #expect(throws: Failure.self) { try list.dispatch(pipeline, [x, x, x], push: push, threads: -64) }
      #expect(throws: Failure.self) {
        try list.dispatch(pipeline, [x, x, x], push: push, groupsIn: x.region(offset: 0, byteCount: 8))
      }
      // Nothing to do is nothing wrong.
      try list.dispatch(pipeline, [x, x, x], push: push, threads: 0)
      try CommandRecording(list).run()
    }
    expectValid(device)
    expectValid(other)
  }

  @Test(.needsVulkan) func aFixedGridWithoutPushConstantsRuns() throws {
    let device = try testDevice()
    do {
      let pipeline = try ComputePipeline(device, Shaders.unoptimised)
      let output = try VulkanBuffer(device, byteCount: 64 * 4, .download, label: "squares")
      var list = CommandList(device)
      try list.dispatch(pipeline, [output], push: (), threads: [8, 8, 1])
      let recording = try CommandRecording(list)
      #expect(throws: Failure.self) { try recording.timings() }
      try recording.run()
      #expect(try output.read(UInt32.self, count: 64) == (0..<64).map { $0 * $0 })
      #expect(try recording.timings() == [])
      // Submitting twice without waiting waits itself; so does letting go of a running one.
      try recording.submit()
      try recording.submit()
    }
    expectValid(device)
  }
}
