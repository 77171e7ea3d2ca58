import Compute
import FoundationEssentials

/// Makes a model folder of a Wan transformer as diffusers keeps it, a TAEHV codec, adapters and an embedded prompt.
public struct ModelConverter {
  /// The transformer's folder, or that of the pipeline it belongs to.
  public var transformer: String
  /// TAEHV's tensors.
  public var codec: String
  /// Adapters that are merged for good, and how much of each.
  public var adapters: [(file: String, weight: Float)] = []
  /// `text`, `image` and `negative_text` as training/embed_prompt.py writes them.
  public var conditioning: String?
  /// How the model is to run, and the codec's shape; nil for the named one that the transformer resembles.
  public var template: ModelConfiguration?
  /// Gives the transformer the template's input channels where it has fewer: the new ones do nothing before training.
  public var widensInput = false
  public var name: String?
  /// How weights are stored.
  public var elementType = ElementType.float16

  /// What it may write into the folder.
  public static let files = [
    transformerName, codecName, ModelFolder.conditioningName, cardName, ModelFolder.configurationName,
  ]
  private static let transformerName = "transformer.safetensors"
  private static let codecName = "codec.safetensors"
  private static let cardName = "README.md"

  public init(transformer: String, codec: String) {
    self.transformer = transformer
    self.codec = codec
  }

  /// Checks everything, then writes the folder.
  /// - Parameter report: Called with a line about each file.
  /// - Throws: `.model` naming the file, and all tensors that do not fit.
  public func convert(to folder: String, report: (String) -> Void = { _ in }) throws(Failure) {
    let target = folder + "/" + ModelFolder.configurationName
    guard !FileManager.default.fileExists(atPath: target) else {
      throw Failure(.model, "\(target) is there already; expected a folder without a model")
    }
    let source = try DiffusersFolder(transformer)
    var (configuration, fileShape) = try configuration(source)
    let needs = DiffusionTransformer.weights(configuration.transformer)
    let transformerTensors = try source.tensors()
    let plain = try SafetensorsWeights(transformerTensors, expecting: DiffusionTransformer.weights(fileShape))
    var weights: any WeightSource = plain
    if fileShape != configuration.transformer {
      weights = WidenedInput(base: plain, channels: fileShape.inputChannels)
    }
    if !adapters.isEmpty {
      var parts: [LoRAWeights.Part] = []
      for adapter in adapters { parts.append(LoRAWeights.Part(try LoRA(adapter.file), weight: adapter.weight)) }
      weights = try LoRAWeights(weights, adding: parts, expecting: needs)
    }
    let codecTensors = try SafetensorsCollection(codec)
    let codecNeeds = VideoCodec.weights(configuration.codec)
    let codecWeights = try SafetensorsWeights(codecTensors, expecting: codecNeeds)
    let conditioning = try conditioningTensors(configuration.transformer)

    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(.model, "\(folder): cannot be made: \(error)")
    }
    configuration.sha256 = [:]
    func writeTensors(_ name: String, _ items: [SafetensorsWriter.Item]) throws(Failure) {
      try SafetensorsWriter().write(items, to: folder + "/" + name)
      configuration.sha256?[name] = try fileHash(folder + "/" + name)
      report("\(folder)/\(name): \(items.count) tensors")
    }
    try writeTensors(configuration.transformer.file, items(needs, weights) { plain.releasePages() })
    try writeTensors(configuration.codec.file, items(codecNeeds, codecWeights) { codecWeights.releasePages() })
    if let conditioning { try writeTensors(ModelFolder.conditioningName, conditioning) }
    try write(ModelCard(configuration, self).text, to: folder + "/" + Self.cardName)
    try write(String(decoding: configuration.json(), as: UTF8.self) + "\n", to: target)
    _ = try ModelFolder(folder, verifiesHashes: false)
    // Without a slash it would be the name of an installed model.
    report("\(target): written; see it with: egostream model \(folder.contains("/") ? folder : "./" + folder)")
  }

  /// The configuration to be, and the shape of the transformer in its file.
  private func configuration(
    _ source: DiffusersFolder
  ) throws(Failure) -> (ModelConfiguration, ModelConfiguration.Transformer) {
    let like = source.shape(like: ModelConfiguration.wan1_3B.transformer)
    var configuration = template ?? (like.imageSize == nil ? .wan1_3B : .wan14B)
    let wanted = configuration.transformer.inputChannels
    configuration.transformer = source.shape(like: configuration.transformer)
    configuration.transformer.file = Self.transformerName
    configuration.codec.file = Self.codecName
    if let name { configuration.name = name }
    let fileShape = configuration.transformer
    if fileShape.inputChannels < wanted {
      guard widensInput else {
        throw Failure(
          .model,
          "\(source.path): in_channels is \(fileShape.inputChannels); expected \(wanted), for the prior beside the latents. "
            + "Convert with --widen-input and train the result")
      }
      configuration.transformer.inputChannels = wanted
    }
    try configuration.check()
    return (configuration, fileShape)
  }

  private func items(
    _ needs: [WeightSpecification], _ weights: any WeightSource, release: @escaping () -> Void
  ) -> [SafetensorsWriter.Item] {
    var taken = 0
    return needs.map { one in
      SafetensorsWriter.Item(one.name, one.shape, elementType) { () throws(Failure) in
        // Pages that were written are not looked at again.
        taken += one.count
        if taken > 64 << 20 {
          release()
          taken = 0
        }
        return try weights.constant(one.name, one.shape)
      }
    }
  }

  private func conditioningTensors(
    _ shape: ModelConfiguration.Transformer
  ) throws(Failure) -> [SafetensorsWriter.Item]? {
    guard let conditioning else {
      guard shape.textSize == nil else {
        throw Failure(
          .model, "the transformer reads a prompt; expected --conditioning, made by training/embed_prompt.py")
      }
      return nil
    }
    let tensors = try SafetensorsCollection(conditioning)
    var items: [SafetensorsWriter.Item] = []
    for (name, size) in [("text", shape.textSize), ("image", shape.imageSize), ("negative_text", shape.textSize)] {
      guard let size, name != "negative_text" || tensors.entry(name) != nil else { continue }
      try ModelPrompt.checkShape(of: tensors.entry(name), name, size: size, in: conditioning)
      guard let entry = tensors.entry(name) else { continue }
      guard name != "negative_text" || entry.shape == items[0].shape else {
        throw Failure(
          .model, "weights \(conditioning): negative_text is \(entry.shape); expected \(items[0].shape), as text")
      }
      items.append(
        SafetensorsWriter.Item(name, entry.shape, elementType) { () throws(Failure) in try tensors.constant(name) })
    }
    return items
  }

  private func write(_ text: String, to path: String) throws(Failure) {
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw Failure(.model, "\(path): cannot be written: \(error)")
    }
  }
}
