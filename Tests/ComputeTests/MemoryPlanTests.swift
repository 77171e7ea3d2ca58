@testable import Compute
import ComputeCases
import Testing

/// Buffers that live at the same time never share bytes, and those that do not, do.
@Suite struct MemoryPlanTests {
  @Test(arguments: ComputeCase.all) func noTwoLiveTensorsOverlap(_ one: ComputeCase) throws {
    try expectSound(one.build(seed: 1).graph)
  }

  @Test func aDeepNetworkTakesAFewBuffersOnly() throws {
    var builder = try #require(ComputeCase.all.first).build(seed: 1)
    builder.graph = Graph()
    var x = try builder.input("tokens", [64, 32])
    for _ in 0..<6 { x = try builder.transformerBlock(x, heads: 2) }
    try builder.graph.output("result", x)
    let plan = try expectSound(builder.graph)
    // Six blocks need no more than one does, but for the input and the output, which outlive them.
    #expect(plan.arenaBytes * 4 < plan.unplannedBytes, "\(plan.arenaBytes) of \(plan.unplannedBytes)")
  }

  @Test func chainsWorkInPlace() throws {
    var graph = Graph()
    var x = try graph.input("x", [100, 16])
    for _ in 0..<5 { x = try graph.activation(x, .siLU) }
    try graph.output("y", x)
    let plan = try expectSound(graph)
    // The input keeps its content; the five results share one place.
    #expect(plan.arenaBytes == 2 * 6400)
    #expect(plan.unplannedBytes == 6 * 6400)
  }

  @Test func whatIsReadInAnotherOrderKeepsItsPlace() throws {
    var graph = Graph()
    let x = try graph.activation(try graph.input("x", [8, 8]), .tanh)
    let row = try graph.reshape(x, [8, 8])
    // x is both a matrix of the product and its residual.
    try graph.output("y", try graph.matmul(x, row, Epilogue(residual: x)))
    let plan = try expectSound(graph)
    let places = graph.nodes.map { plan.offsets[$0.operation.output.buffer] }
    #expect(places[0] != places[1])
  }

  @discardableResult
  private func expectSound(_ graph: Graph) throws -> MemoryPlan {
    let plan = MemoryPlan(graph)
    for first in graph.buffers.indices {
      guard let a = plan.offsets[first], let livesA = plan.lifetimes[first] else { continue }
      #expect(a % 64 == 0 && a + plan.sizes[first] <= plan.arenaBytes)
      for second in graph.buffers.indices where second > first {
        guard let b = plan.offsets[second], let livesB = plan.lifetimes[second] else { continue }
        let sharesBytes = a < b + plan.sizes[second] && b < a + plan.sizes[first]
        guard sharesBytes && livesA.overlaps(livesB) else { continue }
        // Only where one operation reads the one, for the last time, and writes the other over it.
        let meeting = max(livesA.lowerBound, livesB.lowerBound)
        #expect(
          meeting == min(livesA.upperBound, livesB.upperBound) && graph.nodes.indices.contains(meeting) && a == b)
        guard graph.nodes.indices.contains(meeting) else { continue }
        let operation = graph.nodes[meeting].operation
        let old = operation.output.buffer == first ? second : first
        #expect(operation.overlayable.contains { $0.buffer == old })
        #expect(operation.operands.count { $0.buffer == old } == 1)
      }
    }
    #expect(plan.arenaBytes <= plan.unplannedBytes)
    return plan
  }
}
