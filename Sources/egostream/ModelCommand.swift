import ArgumentParser
import Compute
import EgoStream
import Networks

/// What a model asks for, without running it.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model",
    abstract: "Checks a model and prints its parameters, work and memory, and whether it fits the device.",
    discussion: "These names are planned even where no such model is installed: "
      + ModelConfiguration.named.keys.sorted().joined(separator: ", ") + "."
  )

  @Argument(help: "A model's name, or a folder with a slash in it.")
  var model: String

  @Option(help: "Where it is to run: auto, vulkan or cpu.")
  var backend = BackendChoice.auto

  @Option(help: "A Vulkan device by index or part of its name.")
  var device = ""

  @Flag(help: "Do not read the weights: check neither their hashes nor that all of them are finite.")
  var skipHashes = false

  func run() throws {
    let configuration: ModelConfiguration
    var files = ElementType.float16
    var prompt: ModelPrompt?
    let library = ModelLibrary.installed()
    if let known = ModelConfiguration.named[model], library.folder(named: model) == nil {
      configuration = known
      print("\(model) is not installed: this is what it would take")
    } else {
      let folder = try ModelFolder(try library.locate(model), verifiesHashes: !skipHashes)
      configuration = folder.configuration
      // Everything that does not fit is named here.
      let (codec, transformer) = (try folder.codecWeights(), try folder.transformerWeights())
      prompt = try folder.prompt()
      files = codec.areHalves && transformer.areHalves ? .float16 : .float32
      if !skipHashes {
        try codec.checkNumbers()
        try transformer.checkNumbers()
      }
      print("\(folder.path): all files are there and fit")
    }
    let place = try Place(VulkanDevice.select(choice: backend, device: device))
    let plan = try ModelPlan(configuration, storesHalves: place.storesHalves, files: files, prompt: prompt)
    for line in ModelReport(plan).lines { print(line) }
    let total = inWords(plan.totalBytes)
    if plan.totalBytes <= place.bytes {
      print("fits      \(place.name): \(total) of \(inWords(place.bytes))")
    } else {
      print("does not fit \(place.name): \(total) needed, \(inWords(place.bytes)) there")
    }
  }

  /// Where it would run.
  private struct Place {
    let name: String
    let bytes: Int
    let storesHalves: Bool

    init(_ selection: BackendSelection) {
      switch selection {
      case .vulkan(let device):
        name = device.report.name
        bytes = Int(clamping: device.report.memoryBytes)
        storesHalves = true
      case .cpu:
        name = "the CPU"
        bytes = HostMemory.physicalBytes
        storesHalves = false
      }
    }
  }
}

/// A plan in lines for people.
struct ModelReport {
  let lines: [String]

  init(_ plan: ModelPlan) {
    let (memory, chunk) = (plan.memoryBytes, plan.chunk)
    func work(_ gigaflop: Double) -> String {
      let (value, unit) =
        gigaflop < 1e3 ? (gigaflop, "GFLOP") : gigaflop < 1e6 ? (gigaflop / 1e3, "TFLOP") : (gigaflop / 1e6, "PFLOP")
      return "\((value * 100).rounded() / 100) \(unit)"
    }
    func count(_ number: Int) -> String {
      number < 1_000_000_000
        ? "\((Double(number) / 1e5).rounded() / 10) million" : "\((Double(number) / 1e8).rounded() / 10) billion"
    }
    lines =
      [
        "model     \(plan.name)",
        "parameters  transformer \(count(plan.parameters.transformer)), codec \(count(plan.parameters.codec))",
        "chunk     \(chunk.latentFrames) latent frames = \(chunk.videoFrames) video frames; \(chunk.exoTokens) exo + "
          + "\(chunk.egoTokens) ego tokens a latent frame, up to \(chunk.contextTokens) in sight; \(chunk.steps) steps",
        "work      \(work(plan.gigaflopAChunk)) a chunk, \(work(plan.gigaflopAChunk / Double(chunk.videoFrames))) a frame",
      ]
      + plan.stages.filter { $0.gigaflop > 0 }.map {
        "  \($0.name): \(work($0.gigaflop)) × \($0.runsAChunk)" + ($0.runsAChunk == 0 ? " (once a stream)" : "")
      } + [
        "memory    \(inWords(plan.totalBytes)), \(plan.storage.weights) weights, \(plan.storage.intermediates) intermediates",
        "  weights: transformer \(inWords(memory.transformerWeights)), codec \(inWords(memory.codecWeights))",
        "  cache of keys \(inWords(memory.cache)), prompt \(inWords(memory.prompt)), codec's frames "
          + "\(inWords(memory.codecStates)), arena \(inWords(memory.arena))",
      ]
  }
}

/// `1.5 GiB`.
private func inWords(_ bytes: Int) -> String {
  let mebibytes = Double(bytes) / 1_048_576
  if mebibytes < 1024 { return "\((mebibytes * 10).rounded() / 10) MiB" }
  return "\((mebibytes / 1024 * 10).rounded() / 10) GiB"
}
