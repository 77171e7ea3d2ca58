import Compute

/// One `.safetensors` file, mapped into memory: eight bytes of header length, the header as JSON, then the numbers.
///
/// Nothing of the numbers is read here, so opening costs as much as the header is long. See `MappedFile` on files that
/// change while they are open.
public final class SafetensorsFile: Sendable {
  /// A tensor as the header describes it, checked against the file.
  public struct Entry: Sendable, Equatable {
    public let name: String
    public let format: SafetensorsFormat
    public let shape: [Int]
    /// Bytes from the file's start.
    public let range: Range<Int>

    /// Elements.
    public var count: Int { range.count / format.byteCount }
  }

  /// What a header may ask for.
  public enum Limits {
    public static let headerBytes = 100_000_000
    /// Of what a trainer noted.
    public static let metadataBytes = 4 << 20
    public static let tensors = 1 << 16
    public static let dimensions = 8
    public static let nameBytes = 1024
  }

  public let path: String
  /// By name.
  public let tensors: [String: Entry]
  /// What the writer noted.
  public let metadata: [String: String]
  private let file: MappedFile

  /// Opens a file and checks its header.
  /// - Throws: `.model` naming the file, and the tensor where it is about one.
  public init(_ path: String) throws(Failure) {
    self.path = path
    file = try MappedFile(path, what: "weights")
    do {
      let header = try SafetensorsHeader(file.bytes)
      metadata = header.metadata
      tensors = header.tensors
    } catch {
      throw Failure(.model, "weights \(path): \(error.message)")
    }
  }

  /// Bytes of the whole file.
  public var byteCount: Int { file.bytes.count }

  /// The numbers of a tensor, where they lie.
  /// - Parameter rows: Which of the first dimension's indices; nil for all.
  /// - Throws: `.model` when there is no such tensor, or it holds numbers of a kind that networks do not use.
  public func constant(_ name: String, rows: Range<Int>? = nil) throws(Failure) -> Constant {
    guard let entry = tensors[name] else { throw Failure(.model, "weights \(path): no tensor \(name)") }
    guard let type = entry.format.elementType, let base = file.bytes.baseAddress else {
      throw Failure(
        .model, "weights \(path): tensor \(name) is \(entry.format.rawValue); expected F32, F16 or BF16")
    }
    var range = entry.range
    if let rows {
      guard let all = entry.shape.first, all > 0, rows.lowerBound >= 0, rows.upperBound <= all else {
        throw Failure(.model, "weights \(path): tensor \(name) is \(entry.shape); expected rows \(rows) in it")
      }
      let row = range.count / all
      range = range.lowerBound + rows.lowerBound * row..<range.lowerBound + rows.upperBound * row
    }
    return Constant(type, at: base + range.lowerBound, count: range.count / type.byteCount, owner: file)
  }

  /// Gives back the memory of pages that were looked at; what they hold stays available.
  public func releasePages() { file.releasePages() }
}

/// How a safetensors file stores numbers.
public enum SafetensorsFormat: String, Sendable, CaseIterable {
  case f32 = "F32"
  case f16 = "F16"
  case bf16 = "BF16"
  case f64 = "F64"
  case f8e4m3 = "F8_E4M3"
  case f8e5m2 = "F8_E5M2"
  case f8e8m0 = "F8_E8M0"
  case i64 = "I64"
  case i32 = "I32"
  case i16 = "I16"
  case i8 = "I8"
  case u64 = "U64"
  case u32 = "U32"
  case u16 = "U16"
  case u8 = "U8"
  case bool = "BOOL"
  case c64 = "C64"

  /// Of one element.
  public var byteCount: Int {
    switch self {
    case .f64, .i64, .u64, .c64: return 8
    case .f32, .i32, .u32: return 4
    case .f16, .bf16, .i16, .u16: return 2
    case .f8e4m3, .f8e5m2, .f8e8m0, .i8, .u8, .bool: return 1
    }
  }

  /// The same for networks; nil for what they do not use.
  public var elementType: ElementType? {
    switch self {
    case .f32: return .float32
    case .f16: return .float16
    case .bf16: return .bfloat16
    default: return nil
    }
  }
}
