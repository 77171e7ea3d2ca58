import Compute

@testable import Networks

/// A safetensors file in memory: the header's text and so many bytes of data.
func safetensors(_ header: String, dataBytes: Int, headerLength: UInt64? = nil) -> [UInt8] {
  let text = Array(header.utf8)
  let length = headerLength ?? UInt64(text.count)
  return withUnsafeBytes(of: length.littleEndian, Array.init) + text
    + (0..<dataBytes).map { UInt8(truncatingIfNeeded: $0) }
}

/// All numbers of a constant.
func values(_ constant: Constant) -> [Float] {
  [Float](unsafeUninitializedCapacity: constant.count) { buffer, count in
    if let base = buffer.baseAddress { constant.widen(into: base) }
    count = constant.count
  }
}

/// A file of random weights as a network expects them.
func writeWeights(
  _ specifications: [WeightSpecification], to path: String, seed: UInt64 = 1, _ type: ElementType = .float32
) throws {
  let random = RandomWeights(seed: seed)
  try SafetensorsWriter().write(
    specifications.map { one in
      SafetensorsWriter.Item(one.name, one.shape, type) { () throws(Failure) in
        try random.constant(one.name, one.shape)
      }
    }, to: path)
}
