import Testing

@testable import Compute

/// Parts of a graph that run on their own, and what passes between them.
struct StageTests {
  /// x → [first] h = x², kept → [second] y = h + count, and a state that counts the second's runs.
  private func build() throws -> Graph {
    var graph = Graph()
    let x = try graph.input("x", [64])
    let added = graph.realParameter("added")
    let runs = try graph.state("runs", [64])
    graph.stage = "first"
    let square = try graph.elementwise(x, [.multiply(x)])
    // Fills the arena with what no longer matters after this stage.
    var other = try graph.elementwise(square, [.scale(3)])
    for _ in 0..<4 { other = try graph.elementwise(other, [.offset(1)]) }
    try graph.output("other", try graph.elementwise(other, [.scale(0.5)]))
    graph.stage = "second"
    let y = try graph.elementwise(square, [.offset(.parameter(added))])
    try graph.store(try graph.elementwise(runs, [.offset(1)]), in: runs)
    try graph.output("y", try graph.elementwise(y, [.scale(2)]))
    return graph
  }

  private func check(_ backend: any Backend) throws {
    let graph = try build()
    let added = try #require(graph.parameters.first).parameter
    let compiled = try backend.compile(graph)
    try compiled.poison()
    let x = (0..<64).map { Float($0) / 8 }
    try compiled.write("x", x)
    try compiled.run("first")
    for (round, term) in [Float(0), 2, -1].enumerated() {
      try compiled.set(added, term)
      try compiled.run("second")
      #expect(try compiled.read("y") == x.map { ($0 * $0 + term) * 2 })
      #expect(try compiled.readState("runs").allSatisfy { $0 == Float(round + 1) })
    }
    // The input changes; what the first stage made of it does not until it runs.
    try compiled.write("x", x.map { $0 + 1 })
    try compiled.run("second")
    #expect(try compiled.read("y") == x.map { ($0 * $0 - 1) * 2 })
    try compiled.run()
    #expect(try compiled.read("y") == x.map { (($0 + 1) * ($0 + 1) - 1) * 2 })
    let failure = #expect(throws: Failure.self) { try compiled.run("third") }
    #expect(failure?.message.contains("stage \"third\": the graph has \"first\", \"second\"") == true)
  }

  @Test func runsApartOnTheProcessor() throws { try check(CPUBackend()) }

  @Test(.needsVulkan, arguments: [false, true]) func runsApartOnVulkan(stagesTransfers: Bool) throws {
    let device = try testDevice()
    var options = VulkanBackend.Options()
    options.stagesTransfers = stagesTransfers
    try check(VulkanBackend(device, options))
  }

  /// A stage that was added last may run between two that pass something on.
  @Test func stagesMayRunInAnyOrder() throws {
    var graph = Graph()
    let x = try graph.input("x", [32])
    graph.stage = "make"
    let made = try graph.elementwise(x, [.scale(2)])
    graph.stage = "use"
    try graph.output("y", try graph.elementwise(made, [.offset(1)]))
    graph.stage = "late"
    var other = try graph.elementwise(x, [.scale(5)])
    for _ in 0..<6 { other = try graph.elementwise(other, [.offset(1)]) }
    try graph.output("z", other)
    let compiled = try CPUBackend().compile(graph)
    let values = (0..<32).map { Float($0) }
    try compiled.write("x", values)
    for stage in ["make", "late", "use", "late", "use"] {
      try compiled.run(stage)
      if stage == "use" { #expect(try compiled.read("y") == values.map { 2 * $0 + 1 }) }
      if stage == "late" { #expect(try compiled.read("z") == values.map { 5 * $0 + 6 }) }
    }
  }

  @Test func aStageStandsTogether() throws {
    var graph = Graph()
    let x = try graph.input("x", [4])
    for stage in ["a", "b", "a"] {
      graph.stage = stage
      try graph.output(stage + "\(graph.nodes.count)", try graph.activation(x, .reLU))
    }
    let failure = #expect(throws: Failure.self) { try CPUBackend().compile(graph) }
    #expect(failure?.message.contains("stage \"a\" goes on after another began") == true)
  }
}
