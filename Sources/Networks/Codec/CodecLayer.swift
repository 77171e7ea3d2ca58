/// One entry of the codec's flat lists of layers, whose indices name the weights.
enum CodecLayer: Equatable {
  /// 3 · tanh(x / 3).
  case softClamp
  /// 3×3.
  case convolution(inputs: Int, outputs: Int, stride: Int = 1, hasBias: Bool)
  case reLU
  /// Mixes each frame with the one before it.
  case memory(channels: Int)
  /// So many frames become one.
  case pool(channels: Int, scale: Int)
  /// Each frame becomes so many.
  case grow(channels: Int, scale: Int)
  /// Nearest, to twice the size.
  case upsample
  /// Four channels become four pixels.
  case shuffle

  /// The weights of an entry, by the name of its place: `encoder.3`.
  func weights(_ place: String) -> [WeightSpecification] {
    func convolution(_ name: String, _ inputs: Int, _ outputs: Int, bias: Bool = true) -> [WeightSpecification] {
      [WeightSpecification("\(name).weight", [outputs, inputs, 3, 3])]
        + (bias ? [WeightSpecification("\(name).bias", [outputs])] : [])
    }
    switch self {
    case .softClamp, .reLU, .upsample, .shuffle: return []
    case .convolution(let inputs, let outputs, _, let hasBias):
      return convolution(place, inputs, outputs, bias: hasBias)
    case .memory(let channels):
      return convolution("\(place).conv.0", 2 * channels, channels)
        + convolution("\(place).conv.2", channels, channels) + convolution("\(place).conv.4", channels, channels)
    case .pool(let channels, let scale):
      return [WeightSpecification("\(place).conv.weight", [channels, channels * scale, 1, 1])]
    case .grow(let channels, let scale):
      return [WeightSpecification("\(place).conv.weight", [channels * scale, channels, 1, 1], keepsLastRows: true)]
    }
  }
}

extension ModelConfiguration.Codec {
  /// From pictures, `patch`ed, to latents.
  var encoderLayers: [CodecLayer] {
    var width = encoderWidths[0]
    var layers: [CodecLayer] = [.convolution(inputs: 3 * patch * patch, outputs: width, hasBias: true), .reLU]
    for (scale, next) in zip(encoderTimeScales, encoderWidths) {
      layers += [
        .pool(channels: width, scale: scale), .convolution(inputs: width, outputs: next, stride: 2, hasBias: false),
      ]
      layers += Array(repeating: .memory(channels: next), count: encoderBlocks ?? blocks)
      width = next
    }
    return layers + [.convolution(inputs: width, outputs: latentChannels, hasBias: true)]
  }

  /// From latents to pictures, `patch`ed.
  var decoderLayers: [CodecLayer] {
    let widths = decoderWidths
    var layers: [CodecLayer] = [
      .softClamp, .convolution(inputs: latentChannels, outputs: widths[0], hasBias: true), .reLU,
    ]
    for (stage, scale) in decoderTimeScales.enumerated() {
      let (width, next) = (widths[stage], widths[stage + 1])
      layers += Array(repeating: .memory(channels: width), count: blocksOfDecoder[stage])
      let grow = CodecLayer.grow(channels: width, scale: scale)
      switch upsampling {
      case .nearest: layers += [.upsample, grow, .convolution(inputs: width, outputs: next, hasBias: false)]
      case .shuffle: layers += [grow, .convolution(inputs: width, outputs: 4 * next, hasBias: false), .shuffle]
      }
    }
    return layers + [.reLU, .convolution(inputs: widths[3], outputs: 3 * patch * patch, hasBias: true)]
  }
}
