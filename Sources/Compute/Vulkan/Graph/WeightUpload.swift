/// Copies constants to the device a stretch at a time, through one buffer of fixed size, so that a large model never
/// stands twice in memory.
struct WeightUpload {
  private let graph: Graph
  private let memory: GraphMemory
  private let device: VulkanDevice
  /// `nil` where the host writes device memory itself.
  private let staging: VulkanBuffer?
  private static let stagingBytes = 16 << 20

  init(_ graph: Graph, _ memory: GraphMemory, _ device: VulkanDevice, staged: Bool) throws(Failure) {
    self.graph = graph
    self.memory = memory
    self.device = device
    let isMapped = memory.constants.values.allSatisfy { $0.buffer.mapped != nil }
    let largest = memory.constants.values.map(\.byteCount).max() ?? 0
    staging =
      (staged || !isMapped) && largest > 0
      ? try VulkanBuffer(
        device, byteCount: min(largest, WeightUpload.stagingBytes), .upload, label: "staging of weights") : nil
  }

  /// Uploads all constants.
  /// - Throws: `.library` when a driver call fails.
  func run() throws(Failure) {
    for (key, region) in memory.constants {
      guard case .constant(let constant) = graph.buffers[key.buffer].role else { continue }
      let isHalf = constant.elementType == .float16 && memory.storesHalves
      let reader = WeightReader(constant, key.layout, shape: shape(key))
      let elementBytes = isHalf ? 2 : 4
      let stretch = (staging?.byteCount ?? region.byteCount) / elementBytes
      for start in stride(from: 0, to: constant.count, by: stretch) {
        let range = start..<min(start + stretch, constant.count)
        // Whole words: what follows the last half is padding.
        let bytes = (range.count * elementBytes + 3) / 4 * 4
        let part = try region.buffer.region(offset: region.offset + start * elementBytes, byteCount: bytes)
        if let staging, let target = staging.mapped?.baseAddress {
          reader.write(range, asHalves: isHalf, to: target)
          var list = CommandList(device)
          try list.copy(from: staging.region(offset: 0, byteCount: bytes), to: part)
          try CommandRecording(list, label: "upload of weights").run()
        } else if let target = part.buffer.mapped?.baseAddress {
          reader.write(range, asHalves: isHalf, to: target + part.offset)
        }
      }
    }
  }

  /// Output and input channels and taps of a convolution's weights.
  private func shape(_ key: GraphMemory.ConstantKey) -> (outputs: Int, inputs: Int, taps: Int) {
    for node in graph.nodes {
      if case .convolution(let convolution) = node.operation, convolution.weights.buffer == key.buffer {
        return (convolution.weights.shape[0], convolution.weights.shape[1], convolution.size * convolution.size)
      }
    }
    return (1, 1, 1)
  }
}

/// Reads stretches of a constant in the order a kernel wants it.
private struct WeightReader {
  private let constant: Constant
  private let layout: GraphMemory.Layout
  private let shape: (outputs: Int, inputs: Int, taps: Int)

  init(_ constant: Constant, _ layout: GraphMemory.Layout, shape: (outputs: Int, inputs: Int, taps: Int)) {
    self.constant = constant
    self.layout = layout
    self.shape = shape
  }

  /// Writes the elements at places `range` of the wanted order.
  func write(_ range: Range<Int>, asHalves: Bool, to target: UnsafeMutableRawPointer) {
    let size = constant.elementType.byteCount
    if layout == .asGiven && size == (asHalves ? 2 : 4) {
      target.copyMemory(from: constant.pointer + range.lowerBound * size, byteCount: range.count * size)
      return
    }
    for (place, index) in range.enumerated() {
      let source = origin(index)
      if asHalves {
        let bits = constant.pointer.loadUnaligned(fromByteOffset: source * 2, as: UInt16.self)
        target.storeBytes(of: bits, toByteOffset: place * 2, as: UInt16.self)
      } else {
        target.storeBytes(of: value(source), toByteOffset: place * 4, as: Float.self)
      }
    }
  }

  private func origin(_ index: Int) -> Int {
    guard layout == .depthMajor else { return index }
    let output = index % shape.outputs
    let depth = index / shape.outputs
    let (tap, input) = (depth / shape.inputs, depth % shape.inputs)
    return (output * shape.inputs + input) * shape.taps + tap
  }

  private func value(_ index: Int) -> Float {
    switch constant.elementType {
    case .float32: return constant.pointer.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
    case .float16: return HalfPrecision.float(float16Bits: bits(index))
    case .bfloat16: return Float(bitPattern: UInt32(bits(index)) << 16)
    case .uint8: return Float(constant.pointer.load(fromByteOffset: index, as: UInt8.self))
    }
  }

  private func bits(_ index: Int) -> UInt16 {
    UInt16(littleEndian: constant.pointer.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
  }
}
