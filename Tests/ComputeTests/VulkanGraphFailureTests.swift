import Compute
import Testing

/// What a compiled graph asks of its device, and what it says when the device refuses.
@Suite(.needsVulkan) struct VulkanGraphFailureTests {
  /// A few operations of each kind of resource: weights, a state, parameters, an input and outputs.
  private func smallGraph() throws -> (graph: Graph, slot: Parameter) {
    var graph = Graph(elementType: .float16)
    let slot = graph.integerParameter("slot")
    let time = graph.realParameter("time", initial: 500)
    let x = try graph.input("x", [8, 32])
    let weights = try graph.constant([32, 32], Constant([Float](repeating: 0.125, count: 1024)))
    let embedded = try graph.timestepEmbedding([.parameter(time)], channels: 32)
    let hidden = try graph.matmul(x, weights, transposeRight: true, Epilogue(activation: .geLU, gate: embedded))
    let cache = try graph.state("cache", [24, 32])
    try graph.ringWrite(hidden, into: cache, slot: .parameter(slot))
    let normal = try graph.normalisation(hidden, .layer)
    try graph.output("y", try graph.attention(normal, cache, cache, heads: 2))
    return (graph, slot)
  }

  @Test(arguments: [false, true]) func runsAllocateNothing(staged: Bool) throws {
    let device = try testDevice()
    do {
      var options = VulkanBackend.Options()
      options.stagesTransfers = staged
      let (graph, slot) = try smallGraph()
      let compiled = try VulkanBackend(device, options).compile(graph)
      let before = device.counters
      var last: [Float] = []
      for run in 0..<6 {
        try compiled.write("x", (0..<256).map { Float(($0 * 7 + run) % 13) / 13 })
        try compiled.set(slot, run % 3)
        try compiled.run()
        let values = try compiled.read("y")
        #expect(values != last && values.allSatisfy(\.isFinite))
        last = values
      }
      #expect(device.counters.withoutSubmissions == before.withoutSubmissions)
      #expect(device.counters.submissions == before.submissions + 6)
      #expect(compiled.memory.arenaBytes > 0 && compiled.memory.arenaBytes <= compiled.memory.unplannedBytes)
    }
    expectValid(device)
  }

  /// A chunk's noise is written into a state.
  @Test(arguments: [false, true]) func statesThatAreWrittenAgainAllocateNothing(staged: Bool) throws {
    let device = try testDevice()
    do {
      var options = VulkanBackend.Options()
      options.stagesTransfers = staged
      let compiled = try VulkanBackend(device, options).compile(try smallGraph().graph)
      var counters = device.counters
      for run in 0..<3 {
        let values = (0..<24 * 32).map { Float(($0 + run) % 7) / 8 }
        try compiled.writeState("cache", values)
        #expect(try compiled.readState("cache") == values)
        if run > 0 { #expect(device.counters.withoutSubmissions == counters.withoutSubmissions) }
        counters = device.counters
      }
      try compiled.resetStates()
      #expect(try compiled.readState("cache").allSatisfy { $0 == 0 })
    }
    expectValid(device)
  }

  @Test func everyAllocationMayFail() throws {
    let device = try testDevice()
    do {
      let (graph, _) = try smallGraph()
      var options = VulkanBackend.Options()
      options.stagesTransfers = true
      let before = device.counters.allocations
      _ = try VulkanBackend(device, options).compile(graph)
      let count = device.counters.allocations - before
      #expect(count >= 6)
      for index in 0..<count {
        device.allocationsBeforeFailure = index
        do {
          _ = try VulkanBackend(device, options).compile(graph)
          Issue.record("allocation \(index) failed and nobody noticed")
        } catch {
          #expect(error.kind == .outOfMemory && error.message.contains("asked"), "\(error)")
        }
        #expect(device.allocationsBeforeFailure == nil)
      }
      #expect(device.counters.allocatedBytes == 0)
    }
    expectValid(device)
  }

  @Test func aLostDeviceIsAnErrorAndTheNextRunWorks() throws {
    let device = try testDevice()
    do {
      let (graph, _) = try smallGraph()
      let compiled = try VulkanBackend(device).compile(graph)
      device.losesDeviceAtNextWait = true
      let failure = #expect(throws: Failure.self) { try compiled.run() }
      #expect(failure?.kind == .library && failure?.message.contains("VK_ERROR_DEVICE_LOST") == true)
      try compiled.run()
    }
    expectValid(device)
  }

  @Test func wrongNamesCountsAndSlotsAreRefused() throws {
    let device = try testDevice()
    do {
      let (graph, slot) = try smallGraph()
      let compiled = try VulkanBackend(device).compile(graph)
      func expectFailure(_ kind: Failure.Kind, _ body: () throws -> Void) {
        let failure = #expect(throws: Failure.self) { try body() }
        #expect(failure?.kind == kind, "\(String(describing: failure))")
      }
      expectFailure(.format) { try compiled.write("z", [1]) }
      expectFailure(.format) { try compiled.write("x", [1]) }
      expectFailure(.format) { try compiled.write("x", bytes: [UInt8](repeating: 0, count: 256)) }
      expectFailure(.format) { _ = try compiled.read("z") }
      expectFailure(.format) { _ = try compiled.readState("z") }
      expectFailure(.format) { try compiled.writeState("cache", [1]) }
      try compiled.set(slot, 3)
      expectFailure(.setting) { try compiled.run() }
      try compiled.set(slot, 2)
      try compiled.run()
      // The state holds what the ring write left, in its third slot only, until it is reset.
      let cache = try compiled.readState("cache")
      #expect(cache[..<512].allSatisfy { $0 == 0 })
      try compiled.resetStates()
      #expect(try compiled.readState("cache").allSatisfy { $0 == 0 })
    }
    expectValid(device)
  }
}
