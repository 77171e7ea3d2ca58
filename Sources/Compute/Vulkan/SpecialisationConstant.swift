/// A value for a shader's `layout(constant_id = …)`, fixed when its pipeline is created.
public enum SpecialisationConstant: Sendable, Equatable {
  case uint(UInt32)
  case int(Int32)
  case float(Float)
  case bool(Bool)

  var bits: UInt32 {
    switch self {
    case .uint(let value): value
    case .int(let value): UInt32(bitPattern: value)
    case .float(let value): value.bitPattern
    case .bool(let value): value ? 1 : 0
    }
  }

  var kind: ShaderInterface.ConstantKind {
    switch self {
    case .uint: .uint
    case .int: .int
    case .float: .float
    case .bool: .bool
    }
  }
}
