import CAllocationCount
import ComputeCases
import Testing

@testable import Compute

/// What a compiled graph promises beside right numbers.
@Suite(.serialized) struct GraphRunTests {
  /// With one worker all of a run is on this thread; with several, what hands the work out is.
  @Test(arguments: [1, nil], CPUBackend.Precision.allCases.filter(CPUBackend.supports))
  func aRunAllocatesNothing(workers: Int?, precision: CPUBackend.Precision) throws {
    let backend = try CPUBackend(workers: workers, precision: precision)
    var counted = 0
    for one in ComputeCase.all where one.floatingPointOperations < 1e8 {
      let built = try one.build(seed: 1)
      let compiled = try backend.compile(built.graph)
      try built.load(into: compiled)
      // OpenBLAS gets a thread's buffer at its first product.
      for _ in 0..<3 { try compiled.run() }
      let before = ego_allocation_count()
      try compiled.run()
      #expect(ego_allocation_count() == before, "\(one)")
      counted += 1
    }
    #expect(counted > 90)
    let before = ego_allocation_count()
    _ = CaseBox()
    #expect(ego_allocation_count() > before)
  }

  /// Two products with one constant, and a convolution.
  @Test func packedWeightsAreKeptOnce() throws {
    var graph = Graph()
    let x = try graph.input("x", [1, 4, 8, 64])
    let layer = try graph.constant([64, 64], Constant([Float](repeating: 0.1, count: 64 * 64)))
    let taps = try graph.constant([64, 64, 3, 3], Constant([Float](repeating: 0.1, count: 64 * 64 * 9)))
    let first = try graph.matmul(try graph.reshape(x, [32, 64]), layer, transposeRight: true)
    let second = try graph.matmul(first, layer, transposeRight: true)
    try graph.output("y", try graph.convolution(try graph.reshape(second, [1, 4, 8, 64]), weights: taps))
    for precision in CPUBackend.Precision.allCases.filter(CPUBackend.supports) {
      let compiled = try CPUBackend(precision: precision).compile(graph)
      #expect(compiled.memory.constantBytes == 64 * 64 * 10 * (precision == .float32 ? 4 : 2), "\(precision)")
    }
  }

  @Test func everyAllocationMayFail() throws {
    let built = try #require(ComputeCase.all.first { $0.operation == "network" }).build(seed: 1)
    let backend = try CPUBackend()
    var failures = 0
    for allowed in 0..<200 {
      backend.allocationsBeforeFailure = allowed
      do {
        _ = try backend.compile(built.graph)
        break
      } catch {
        #expect(error.kind == .outOfMemory && error.message.contains("bytes of host memory"), "\(error)")
        failures += 1
      }
    }
    #expect(failures > 3 && failures < 100)
    backend.allocationsBeforeFailure = nil
    try compare(built, reference(built), backend, tolerance: 1e-5, "after failures")
  }

  @Test func moreMemoryThanThereIsIsRefused() throws {
    // 64 inputs of 8 GB each: no memory is touched before all of it is there.
    var graph = Graph()
    for index in 0..<64 {
      let x = try graph.input("x\(index)", [1 << 20, 2000])
      try graph.output("y\(index)", try graph.slice(x, axis: 1, 0..<1))
    }
    let failure = #expect(throws: Failure.self) { try CPUBackend().compile(graph) }
    #expect(failure?.kind == .outOfMemory)
    #expect(failure?.message.contains("the arena of 64 operations") == true, "\(failure?.message ?? "")")
  }

  @Test func aRingKeepsWhatItIsGiven() throws {
    var graph = Graph()
    let ring = try graph.state("ring", [3, 2, 4])
    let x = try graph.input("x", [2, 4])
    let slot = graph.integerParameter("slot")
    try graph.ringWrite(x, into: ring, slot: .parameter(slot))
    let compiled = try CPUBackend().compile(graph)
    var expected = [Float](repeating: 0, count: 24)
    #expect(try compiled.readState("ring") == expected)
    for (round, place) in [1, 0, 2, 1].enumerated() {
      let values = (0..<8).map { Float(round * 10 + $0) }
      try compiled.write("x", values)
      try compiled.set(slot, place)
      try compiled.run()
      expected.replaceSubrange(place * 8..<place * 8 + 8, with: values)
      #expect(try compiled.readState("ring") == expected)
    }
    for bad in [-1, 3, Int(Int32.max)] {
      try compiled.set(slot, bad)
      let failure = #expect(throws: Failure.self) { try compiled.run() }
      #expect(failure?.message.contains("ring write #0: slot \(bad) of a ring of 3") == true)
    }
    #expect(throws: Failure.self) { try compiled.set(slot, Int.max) }
    #expect(throws: Failure.self) { try compiled.set(slot, Float(1)) }
    #expect(try compiled.readState("ring") == expected)
    try compiled.resetStates()
    #expect(try compiled.readState("ring").allSatisfy { $0 == 0 })
  }

  @Test func keyRangesMayMoveButNotLeave() throws {
    var graph = Graph()
    let x = try graph.input("x", [6, 8])
    let (start, end) = (graph.integerParameter("start"), graph.integerParameter("end", initial: 6))
    let ranges = KeyRanges([KeyRanges.Range(.parameter(start), .parameter(end))])
    try graph.output("y", try graph.attention(x, x, x, heads: 1, keyRanges: ranges))
    let compiled = try CPUBackend().compile(graph)
    try compiled.write("x", (0..<48).map { Float($0) / 48 })
    try compiled.set(start, 2)
    try compiled.set(end, 3)
    try compiled.run()
    // One key: its value, whatever the query.
    #expect(try compiled.read("y") == (0..<6).flatMap { _ in (16..<24).map { Float($0) / 48 } })
    for (low, high) in [(3, 2), (-1, 4), (0, 7)] {
      try compiled.set(start, low)
      try compiled.set(end, high)
      let failure = #expect(throws: Failure.self) { try compiled.run() }
      #expect(failure?.message.contains("keys \(low)..<\(high) of 6") == true)
    }
  }

  @Test func theWrongNameOrCountIsRefused() throws {
    var graph = Graph()
    let x = try graph.input("x", [2, 3])
    try graph.output("y", try graph.activation(x, .reLU))
    let compiled = try CPUBackend().compile(graph)
    for attempt: () throws -> Void in [
      { try compiled.write("z", [1]) }, { try compiled.write("x", [1, 2]) },
      { try compiled.write("x", bytes: [UInt8](repeating: 0, count: 6)) }, { _ = try compiled.read("x") },
      { _ = try compiled.readBytes("y") }, { _ = try compiled.readState("x") },
      { try compiled.set(Parameter(index: 5, isInteger: true), 1) },
    ] { #expect(throws: Failure.self) { try attempt() } }
    #expect(throws: Failure.self) { try CPUBackend().compile(Graph()) }
  }

  @Test func numbersThatAreNoneDoNotSpread() throws {
    // A NaN in one row of a product stays in that row; nothing traps.
    var graph = Graph()
    let x = try graph.input("x", [3, 4])
    try graph.output("y", try graph.normalisation(x, .layer))
    try graph.imageOutput("bytes", try graph.reshape(x, [1, 3, 4, 1]), ImageLayout(width: 4, height: 3, channels: 1))
    let compiled = try CPUBackend().compile(graph)
    try compiled.write("x", [1, 2, 3, 4, .nan, 2, .infinity, -.infinity, 4, 3, 2, 1])
    try compiled.run()
    let values = try compiled.read("y")
    #expect(values.map { $0.isFinite } == (0..<12).map { !(4..<8).contains($0) })
    #expect(try compiled.readBytes("bytes")[4..<8] == [0, 255, 255, 0])
  }
}

private final class CaseBox { let values = [Int](repeating: 1, count: 100) }
