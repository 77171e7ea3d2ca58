import Compute

/// Runs a graph's stage `prompt`, once for each text that the network is to see.
struct PromptStage {
  let guidance: Guidance?

  /// - Parameters:
  ///   - text: tokens × text channels.
  ///   - image: tokens × image channels, where the model takes an image.
  ///   - negative: What the pass without the prompt sees instead, of the text's size; zeros where it is `nil`.
  ///   - run: Runs the stage.
  func fill(
    _ graph: any CompiledGraph, text: [Float], image: [Float]?, negative: [Float]?, run: () throws(Failure) -> Void
  ) throws(Failure) {
    if let image { try graph.write(CausalNetwork.Name.image, image) }
    if let guidance {
      try graph.write(CausalNetwork.Name.text, negative ?? [Float](repeating: 0, count: text.count))
      try guidance.setText(.unprompted, on: graph)
      try run()
      try guidance.setText(.prompted, on: graph)
    }
    try graph.write(CausalNetwork.Name.text, text)
    try run()
    try guidance?.set(.prompted, on: graph)
  }
}
