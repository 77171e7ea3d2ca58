/// A part of a graph that can be run on its own.
public struct Stage: Sendable {
  public let name: String
  /// Its operations, as indices of `Graph.nodes`.
  public let nodes: Range<Int>
}

extension Graph {
  /// The stages, in the order they were added.
  public var stages: [Stage] {
    var stages: [Stage] = []
    for (index, node) in nodes.enumerated() {
      if let last = stages.last, last.name == node.stage {
        stages[stages.count - 1] = Stage(name: last.name, nodes: last.nodes.lowerBound..<index + 1)
      } else {
        stages.append(Stage(name: node.stage, nodes: index..<index + 1))
      }
    }
    return stages
  }

  /// - Throws: `.model` when a stage's operations do not stand together.
  func checkStages() throws(Failure) {
    var seen = Set<String>()
    for stage in stages {
      guard seen.insert(stage.name).inserted else {
        throw refusal(
          nodes[stage.nodes.lowerBound].label,
          "stage \"\(stage.name)\" goes on after another began; the operations of a stage must stand together")
      }
    }
  }

  /// - Throws: `.setting` naming the stages there are.
  static func find(_ name: String, in stages: [Stage]) throws(Failure) -> Int {
    guard let index = stages.firstIndex(where: { $0.name == name }) else {
      let known = stages.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw Failure(.setting, "stage \"\(name)\": the graph has \(known.isEmpty ? "none" : known)")
    }
    return index
  }

  /// Buffers that the operations of a stage read.
  func reads(_ stage: Stage) -> Set<Int> {
    Set(nodes[stage.nodes].flatMap { $0.operation.operands.map(\.buffer) })
  }

  /// Buffers that the operations of a stage write.
  func writes(_ stage: Stage) -> Set<Int> { Set(nodes[stage.nodes].map(\.operation.output.buffer)) }
}
