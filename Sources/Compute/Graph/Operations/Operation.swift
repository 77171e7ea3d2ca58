/// One step of a graph. Each case holds its operands and attributes; how they are checked stands beside each struct.
public enum Operation: Sendable {
  case matmul(Matmul)
  case convolution(Convolution)
  case attention(Attention)
  case normalisation(Normalisation)
  case rotaryEmbedding(RotaryEmbedding)
  case timestepEmbedding(TimestepEmbedding)
  case elementwise(Elementwise)
  case resize(Resize)
  case patches(Patches)
  case concatenate(Concatenate)
  case slice(Slicing)
  case copy(Copy)
  case ringWrite(RingWrite)
  case imageInput(ImageInput)
  case imageOutput(ImageOutput)

  var details: any OperationDetails {
    switch self {
    case .matmul(let operation): return operation
    case .convolution(let operation): return operation
    case .attention(let operation): return operation
    case .normalisation(let operation): return operation
    case .rotaryEmbedding(let operation): return operation
    case .timestepEmbedding(let operation): return operation
    case .elementwise(let operation): return operation
    case .resize(let operation): return operation
    case .patches(let operation): return operation
    case .concatenate(let operation): return operation
    case .slice(let operation): return operation
    case .copy(let operation): return operation
    case .ringWrite(let operation): return operation
    case .imageInput(let operation): return operation
    case .imageOutput(let operation): return operation
    }
  }

  /// Tensors that are read.
  public var operands: [Tensor] { details.operands }
  /// The tensor that is written, whole, but for a ring write.
  public var output: Tensor { details.output }
  /// Operands whose memory the output may take over, because each element is read before the same one is written.
  public var overlayable: [Tensor] { details.overlayable }
}

protocol OperationDetails: Sendable {
  var operands: [Tensor] { get }
  var output: Tensor { get }
  var overlayable: [Tensor] { get }
}

extension OperationDetails {
  var overlayable: [Tensor] { [] }
}
