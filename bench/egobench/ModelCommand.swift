import ArgumentParser
import ClipIO
import Compute
import EgoStream
import Networks

extension CPUBackend.Precision: ExpressibleByArgument {}

/// How long a model takes for a chunk, stage by stage; or what it would take, without running it.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Times a model's stages on made-up pictures, or plans its work and memory.")

  @Option(help: "A model's name, or a folder with a slash in it.")
  var model: String?

  @Option(help: "Instead: ego-tiny, wan2.1-1.3b, wan2.1-14b-i2v or a config.json, with --random-weights.")
  var config: String?

  @Flag(help: "Draw the weights instead of reading them.")
  var randomWeights = false

  @Flag(
    help: "Print the work and memory it would take, and allocate none of it; --half for a device that stores halves.")
  var plan = false

  @Option(help: "Where to compute: auto, vulkan or cpu.")
  var backend = BackendChoice.cpu

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Flag(help: "Store halves where the device can.")
  var half = false

  @Option(
    help: "What the processor multiplies: float32 or bfloat16; the element takes bfloat16 where the processor has it.")
  var precision = CPUBackend.Precision.float32

  @Option(help: "The processor's threads; one a core if not given.")
  var workers: Int?

  @Option(help: "Chunks to time.")
  var chunks = 20

  @Option(help: "Chunks before those; if not given, as many as fill the cache.")
  var warmUp: Int?

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  func run() throws {
    try requireOutputs([("--json", json)], inputs: config.map { [NamedFile("--config", $0)] } ?? [])
    if plan {
      guard let name = config ?? model else { throw Failure(.setting, "expected --config NAME or --model NAME") }
      let configuration = try config == nil ? installed(name) : read(name)
      return try writeReport(try ModelPlan(configuration, storesHalves: half), to: json)
    }
    guard (1...100_000).contains(chunks) else {
      throw Failure(.setting, "--chunks \(chunks); expected 1 to 100000")
    }
    if let warmUp, !(0...100_000).contains(warmUp) {
      throw Failure(.setting, "--warm-up \(warmUp); expected 0 to 100000")
    }
    if let workers, !(1...64).contains(workers) {
      throw Failure(.setting, "--workers \(workers); expected 1 to 64")
    }
    let backend = try openBackend()
    let timing = ModelTiming(try open(backend.backend))
    try timing.run(chunks: chunks, warmUp: warmUp)
    try writeReport(timing.report(device: backend.name()), to: json)
  }

  /// The name is whole once a model was opened.
  private func openBackend() throws -> (backend: any Backend, name: () -> String) {
    if case .vulkan(let device) = try VulkanDevice.select(choice: backend, device: device) {
      return (VulkanBackend(device), { device.report.description })
    }
    let processor = try CPUBackend(workers: workers, precision: precision)
    return (processor, { processor.description })
  }

  private func open(_ backend: any Backend) throws -> StreamingModel {
    let type = half ? ElementType.float16 : .float32
    if let model, config == nil, !randomWeights {
      let folder = try ModelFolder(try ModelLibrary.installed().locate(model))
      return try StreamingModel(folder, backend, elementType: type)
    }
    guard let name = config ?? model, randomWeights else {
      throw Failure(.setting, "expected --model NAME, or --config NAME with --random-weights")
    }
    let configuration = try config == nil ? installed(name) : read(name)
    // Stored as halves: half the memory while the graph is compiled.
    return try StreamingModel(
      configuration, transformer: RandomWeights(seed: 1, elementType: .float16),
      codec: RandomWeights(seed: 2, elementType: .float16), prompt: try ModelPrompt.blank(configuration.transformer),
      backend, elementType: type)
  }

  private func installed(_ name: String) throws -> ModelConfiguration {
    try ModelConfiguration(contentsOfFile: try ModelLibrary.installed().locate(name))
  }

  private func read(_ name: String) throws -> ModelConfiguration {
    if let known = ModelConfiguration.named[name] { return known }
    return try ModelConfiguration(contentsOfFile: name)
  }
}
