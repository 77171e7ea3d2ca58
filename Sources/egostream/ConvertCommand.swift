import ArgumentParser
import ClipIO
import Compute
import Networks

/// Checkpoints of other projects as a model folder.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Makes a model folder of a diffusers Wan folder, adapters and a TAEHV codec, checking every shape.")

  @Option(help: "A diffusers Wan folder: the pipeline's, or its transformer's.")
  var wan: String

  @Option(help: "TAEHV's tensors (safetensors).")
  var codec: String

  @Option(help: "A LoRA to merge (safetensors), FILE or FILE:WEIGHT; may be given more than once.")
  var lora: [String] = []

  @Option(help: "The embedded prompt that training/embed_prompt.py wrote (safetensors).")
  var conditioning: String?

  @Option(help: "How it is to run: a built-in name or a config.json; without it, by the transformer's shape.")
  var like: String?

  @Flag(help: "Give the transformer the input channels it lacks for the prior, as zeros, to be trained.")
  var widenInput = false

  @Option(
    help:
      "How weights are stored: float16, bfloat16 or float32. On Vulkan only float16 is kept, others are widened to 32 bits."
  )
  var type = ElementType.float16

  @Option(help: "The model's name; without it, that of the configuration.")
  var name: String?

  @Option(help: "The folder to write.")
  var out: String

  func validate() throws {
    guard type != .uint8 else { throw ValidationError("--type \(type); expected float16, bfloat16 or float32") }
  }

  func run() throws {
    var converter = ModelConverter(transformer: wan, codec: codec)
    for text in lora { converter.adapters.append(try Self.adapter(text)) }
    try requireSeparate(
      outputs: ModelConverter.files.map { NamedFile("--out", out + "/" + $0) }, inputs: inputs(converter.adapters))
    converter.conditioning = conditioning
    converter.widensInput = widenInput
    converter.elementType = type
    converter.name = name
    if let like {
      converter.template = try ModelConfiguration.named[like] ?? ModelConfiguration(contentsOfFile: like)
    }
    try converter.convert(to: out) { writeLine($0) }
  }

  /// All that may be read: of folders every file in them.
  private func inputs(_ adapters: [(file: String, weight: Float)]) -> [NamedFile] {
    var named = [("--wan", wan), ("--wan", wan + "/transformer"), ("--codec", codec)]
    named += adapters.map { ("--lora", $0.file) }
    named += [("--conditioning", conditioning), ("--like", like)].compactMap { name, path in path.map { (name, $0) } }
    return named.flatMap { name, path in ([path] + filesInFolder(path)).map { NamedFile(name, $0) } }
  }

  /// `FILE:0.8` is a file and a weight; a colon before anything else belongs to the name.
  static func adapter(_ text: String) throws(Failure) -> (file: String, weight: Float) {
    guard let colon = text.lastIndex(of: ":"), let weight = Float(text[text.index(after: colon)...]) else {
      return (text, 1)
    }
    guard weight.isFinite, colon != text.startIndex else {
      throw Failure(.setting, "--lora \(text); expected FILE or FILE:WEIGHT with a finite weight")
    }
    return (String(text[..<colon]), weight)
  }
}

extension ElementType: ExpressibleByArgument {
  /// Those that weights are stored as.
  public static var allValueStrings: [String] { allCases.filter { $0 != .uint8 }.map(\.rawValue) }
}
