/// How one number is stored.
public enum ElementType: String, Sendable, CaseIterable {
  case float32, float16, bfloat16
  /// A byte of a picture; only `imageInput` reads it and only `imageOutput` writes it.
  case uint8

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32: return 4
    case .float16, .bfloat16: return 2
    case .uint8: return 1
    }
  }
}
