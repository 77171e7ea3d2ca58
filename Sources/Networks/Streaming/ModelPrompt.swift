import Compute

/// What cross-attention of a model is told: an embedded text and, for some models, an embedded image.
public struct ModelPrompt: Sendable {
  /// tokens × text channels.
  public let text: [Float]
  public let textTokens: Int
  /// tokens × image channels.
  public let image: [Float]
  public let imageTokens: Int
  /// What a model with guidance sees in the text's place in the pass without it, of the text's size; zeros where `nil`.
  public let negative: [Float]?

  /// Of Wan's prompts: what its text encoder gives, padded, and what its image encoder gives for a picture.
  public static let wanTokens = (text: 512, image: 257)

  /// - Throws: `.model` when the numbers are not those of whole tokens.
  public init(
    _ shape: ModelConfiguration.Transformer, text: [Float], image: [Float] = [], negative: [Float]? = nil
  ) throws(Failure) {
    func tokens(_ count: Int, _ size: Int?, _ what: String) throws(Failure) -> Int {
      guard let size else { return 0 }
      guard count > 0, count % size == 0 else {
        throw Failure(.model, "prompt: \(count) numbers of \(what); expected tokens of \(size)")
      }
      return count / size
    }
    textTokens = try tokens(text.count, shape.textSize, "text")
    imageTokens = try tokens(image.count, shape.imageSize, "an image")
    guard negative == nil || negative?.count == text.count else {
      throw Failure(
        .model, "prompt: \(negative?.count ?? 0) numbers of negative_text; expected \(text.count), as many as of text")
    }
    self.text = text
    self.negative = negative
    self.image = image
  }

  /// Refuses a tensor of a prompt's file that is not there, or not tokens × size.
  /// - Throws: `.model` naming the file and the tensor.
  static func checkShape(
    of entry: SafetensorsFile.Entry?, _ name: String, size: Int?, in path: String
  ) throws(Failure) {
    guard let size, let shape = entry?.shape, shape.count == 2, shape[0] > 0, shape[1] == size else {
      let found = entry.map { "\($0.shape)" } ?? "missing"
      throw Failure(.model, "weights \(path): tensor \(name) is \(found); expected [tokens, \(size ?? 0)]")
    }
  }

  /// Nothing in particular, of Wan's numbers of tokens: for timings and plans. `nil` without cross-attention.
  public static func blank(_ shape: ModelConfiguration.Transformer) throws(Failure) -> ModelPrompt? {
    guard let text = shape.textSize else { return nil }
    return try ModelPrompt(
      shape, text: [Float](repeating: 0, count: 512 * text),
      image: [Float](repeating: 0, count: 257 * (shape.imageSize ?? 0)))
  }
}

extension ModelFolder {
  /// The prompt of the folder; `nil` for a model without cross-attention.
  /// - Throws: `.model` naming the file and the tensor.
  public func prompt() throws(Failure) -> ModelPrompt? {
    let shape = configuration.transformer
    guard shape.textSize != nil else { return nil }
    let tensors = try SafetensorsFile(file(ModelFolder.conditioningName))
    func floats(_ name: String, _ size: Int?) throws(Failure) -> [Float] {
      try ModelPrompt.checkShape(of: tensors.tensors[name], name, size: size, in: tensors.path)
      let constant = try tensors.constant(name)
      try constant.checkFinite("weights \(tensors.path): tensor \(name)")
      return [Float](unsafeUninitializedCapacity: constant.count) { buffer, count in
        if let base = buffer.baseAddress { constant.widen(into: base) }
        count = constant.count
      }
    }
    let negative = "negative_text"
    return try ModelPrompt(
      shape, text: try floats("text", shape.textSize),
      image: shape.imageSize == nil ? [] : try floats("image", shape.imageSize),
      negative: tensors.tensors[negative] == nil ? nil : try floats(negative, shape.textSize))
  }
}
