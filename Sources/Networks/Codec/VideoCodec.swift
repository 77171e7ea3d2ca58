import Compute

/// The video codec as parts of a graph: pictures to latents and back, a chunk of frames at a time.
///
///     var codec = VideoCodec(configuration.codec, weights)
///     graph.stage = "encode"
///     let latents = try codec.encode(&graph, pictures, stream: "exo")
///     graph.stage = "decode"
///     let shown = try codec.decode(&graph, latents, stream: "ego")
///
/// All streams share the weights. Each stream keeps, as states of the graph, the last frame that every Mem saw, so chunks one
/// after another give what the whole clip would give at once; resetting the states begins a new clip.
public struct VideoCodec {
  public let configuration: ModelConfiguration.Codec
  private var weights: WeightTensors

  /// - Parameter configuration: Checked; see `ModelConfiguration.check`.
  public init(_ configuration: ModelConfiguration.Codec, _ source: any WeightSource) {
    self.configuration = configuration
    weights = WeightTensors(source)
  }

  /// All that the codec reads, by its names in TAEHV.
  public static func weights(_ configuration: ModelConfiguration.Codec) -> [WeightSpecification] {
    func list(_ name: String, _ layers: [CodecLayer]) -> [WeightSpecification] {
      layers.enumerated().flatMap { $1.weights("\(name).\($0)") }
    }
    return list("encoder", configuration.encoderLayers) + list("decoder", configuration.decoderLayers)
  }

  /// Adds an encoder.
  /// - Parameters:
  ///   - pictures: frames × height × width × 3, 0…1; a multiple of T frames, sides that the codec's squares divide.
  ///   - stream: Prefix of its states' names.
  /// - Returns: frames/T × height/8p × width/8p × latent channels, the codec's own latents.
  /// - Throws: `.model` for another shape or a weight that is not there.
  public mutating func encode(
    _ graph: inout Graph, _ pictures: Tensor, stream: String
  ) throws(Failure) -> Tensor {
    let (frames, side) = (configuration.framesPerLatent, configuration.pixelsPerLatent)
    let shape = pictures.shape
    guard shape.count == 4, shape[0] % frames == 0, shape[1] % side == 0, shape[2] % side == 0, shape[3] == 3 else {
      throw Failure(
        .model, "codec, \(stream): pictures \(shape); expected frames in \(frames)s, sides in \(side)s, 3 channels")
    }
    let patch = configuration.patch
    let map = patch > 1 ? try graph.pixelUnshuffle(pictures, factor: patch) : pictures
    return try apply(&graph, configuration.encoderLayers, "encoder", map, stream)
  }

  /// Adds a decoder.
  ///
  /// After a reset of the states, the first `trimmedFrames` of what it makes are none of the clip's: whoever reads the
  /// output leaves them out.
  /// - Parameters:
  ///   - latents: frames × height × width × latent channels, the codec's own.
  ///   - stream: Prefix of its states' names.
  /// - Returns: (T · frames) × (8p · height) × (8p · width) × 3, 0…1.
  /// - Throws: `.model` for another shape or a weight that is not there.
  public mutating func decode(
    _ graph: inout Graph, _ latents: Tensor, stream: String
  ) throws(Failure) -> Tensor {
    guard latents.shape.count == 4, latents.channels == configuration.latentChannels else {
      throw Failure(
        .model,
        "codec, \(stream): latents \(latents.shape); expected frames × height × width × \(configuration.latentChannels)"
      )
    }
    var map = try apply(&graph, configuration.decoderLayers, "decoder", latents, stream)
    if configuration.patch > 1 { map = try graph.pixelShuffle(map, factor: configuration.patch) }
    return try graph.elementwise(map, [.clamp(0, 1)])
  }

  /// The codec's latents as the networks see them: (x − mean) ÷ deviation.
  public func normalised(_ graph: inout Graph, _ latents: Tensor) throws(Failure) -> Tensor {
    let (mean, deviation) = (configuration.latentMean, configuration.latentDeviation)
    if mean.allSatisfy({ $0 == 0 }) && deviation.allSatisfy({ $0 == 1 }) { return latents }
    let offset = try row(&graph, mean.map { -$0 })
    let scale = try row(&graph, deviation.map { 1 / $0 })
    return try graph.elementwise(latents, [.add(offset), .multiply(scale)])
  }

  /// Undoes `normalised`.
  public func denormalised(_ graph: inout Graph, _ latents: Tensor) throws(Failure) -> Tensor {
    let (mean, deviation) = (configuration.latentMean, configuration.latentDeviation)
    if mean.allSatisfy({ $0 == 0 }) && deviation.allSatisfy({ $0 == 1 }) { return latents }
    let scale = try row(&graph, deviation)
    let offset = try row(&graph, mean)
    return try graph.elementwise(latents, [.multiply(scale), .add(offset)])
  }

  private func row(_ graph: inout Graph, _ values: [Float]) throws(Failure) -> Tensor {
    try graph.constant([1, values.count], Constant(values))
  }
}

extension VideoCodec {
  private mutating func apply(
    _ graph: inout Graph, _ layers: [CodecLayer], _ name: String, _ input: Tensor, _ stream: String
  ) throws(Failure) -> Tensor {
    var map = input
    var index = 0
    while index < layers.count {
      let place = "\(name).\(index)"
      let next = index + 1 < layers.count ? layers[index + 1] : nil
      graph.scope = "\(stream).\(place)"
      switch layers[index] {
      case .softClamp: map = try graph.elementwise(map, [.scale(.real(1 / 3)), .activation(.tanh), .scale(3)])
      case .convolution(let inputs, let outputs, let stride, let hasBias):
        let bias = hasBias ? try weights.get(&graph, "\(place).bias", [outputs]) : nil
        let kernel = try weights.get(&graph, "\(place).weight", [outputs, inputs, 3, 3])
        // A ReLU does not mind where pixels lie: it can go before a shuffle.
        let isShuffled = next == .shuffle
        let after = index + (isShuffled ? 2 : 1)
        let isActivated = after < layers.count && layers[after] == .reLU
        map = try graph.convolution(
          map, weights: kernel, stride: stride, Epilogue(bias: bias, activation: isActivated ? .reLU : .none))
        if isShuffled { map = try graph.pixelShuffle(map, factor: 2) }
        index = isActivated ? after : after - 1
      case .reLU: map = try graph.activation(map, .reLU)
      case .memory: map = try remember(&graph, place, map, stream)
      case .pool(let channels, let scale):
        let stacked = scale > 1 ? try graph.patchify(map, patch: [scale, 1, 1], .channelLast) : map
        let kernel = try weights.get(&graph, "\(place).conv.weight", [channels, channels * scale, 1, 1])
        map = try graph.convolution(stacked, weights: kernel)
      case .upsample:
        // A 1×1 convolution gives the same before the pixels are repeated, at a quarter of the work.
        if case .grow(let channels, let scale) = next {
          map = try grow(&graph, "\(name).\(index + 1)", map, channels, scale)
          index += 1
        }
        map = try graph.resize(map, height: 2 * map.shape[1], width: 2 * map.shape[2], .nearest)
      case .grow(let channels, let scale): map = try grow(&graph, place, map, channels, scale)
      case .shuffle: map = try graph.pixelShuffle(map, factor: 2)
      }
      index += 1
    }
    graph.scope = ""
    return map
  }

  private mutating func grow(
    _ graph: inout Graph, _ place: String, _ map: Tensor, _ channels: Int, _ scale: Int
  ) throws(Failure) -> Tensor {
    let kernel = try weights.get(&graph, "\(place).conv.weight", [channels * scale, channels, 1, 1])
    let stacked = try graph.convolution(map, weights: kernel)
    return scale > 1 ? try graph.unpatchify(stacked, patch: [scale, 1, 1], .channelLast) : stacked
  }

  /// All frames of the chunk at once, each beside the one before it; the first beside the last of the chunk before.
  private mutating func remember(
    _ graph: inout Graph, _ place: String, _ map: Tensor, _ stream: String
  ) throws(Failure) -> Tensor {
    let (frames, channels) = (map.shape[0], map.channels)
    let before = try graph.state("\(stream).\(place)", [1] + map.shape.dropFirst())
    var previous = before
    var last = map
    if frames > 1 {
      previous = try graph.concatenate([before, try graph.slice(map, axis: 0, 0..<frames - 1)], axis: 0)
      last = try graph.slice(map, axis: 0, frames - 1..<frames)
    }
    let both = try graph.concatenate([map, previous], axis: 3)
    try graph.store(last, in: before)
    let first = try convolution(&graph, "\(place).conv.0", both, channels, activation: .reLU)
    let second = try convolution(&graph, "\(place).conv.2", first, channels, activation: .reLU)
    return try convolution(
      &graph, "\(place).conv.4", second, channels, activation: .reLU, residual: map)
  }

  private mutating func convolution(
    _ graph: inout Graph, _ name: String, _ input: Tensor, _ outputs: Int, activation: Activation,
    residual: Tensor? = nil
  ) throws(Failure) -> Tensor {
    let kernel = try weights.get(&graph, "\(name).weight", [outputs, input.channels, 3, 3])
    let bias = try weights.get(&graph, "\(name).bias", [outputs])
    return try graph.convolution(
      input, weights: kernel,
      Epilogue(bias: bias, activation: activation, residual: residual, activatesLast: residual != nil))
  }
}
