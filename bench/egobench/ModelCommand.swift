import ArgumentParser
import Compute
import Networks

/// What a model would take, found without its weights.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Plans a model's work and memory, without allocating any of it.")

  @Option(help: "A built-in name, a config.json, or a model folder.")
  var config: String

  @Flag(help: "Take numbers drawn at random for weights; a plan reads none anyway.")
  var randomWeights = false

  @Flag(help: "Print the plan and run nothing.")
  var plan = false

  @Option(help: "Bits of weights and intermediates: 16 as on Vulkan, 32 as on the CPU.")
  var bits = 16

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  func validate() throws {
    guard [16, 32].contains(bits) else { throw ValidationError("--bits \(bits); expected 16 or 32") }
    guard plan else { throw ValidationError("give --plan; a model's speed is measured by egobench latency") }
  }

  func run() throws {
    let configuration = try ModelConfiguration.named[config] ?? ModelConfiguration(contentsOfFile: config)
    try writeReport(try ModelPlan(configuration, storesHalves: bits == 16), to: json)
  }
}
