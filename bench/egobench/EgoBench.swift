import ArgumentParser

/// Measures the engine and the element: how true the pictures are, how late they come, and whether that lasts.
@main
struct EgoBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "egobench",
    abstract: "Measures the engine and the element on recorded clips.",
    subcommands: [
      PriorCommand.self, QualityCommand.self, LatencyCommand.self, SoakCommand.self, SheetCommand.self,
      KernelsCommand.self, ModelCommand.self,
    ])
}
