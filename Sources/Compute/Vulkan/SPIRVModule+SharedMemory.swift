/// How much shared memory a workgroup takes: drivers need not refuse more than there is, and some crash.
extension SPIRVModule {
  /// Bytes of all `shared` variables together.
  /// - Parameter given: Values by `constant_id`, in place of the shader's own.
  func sharedBytes(_ given: [UInt32: UInt32]) -> Int {
    variables.reduce(0) { sum, variable in
      guard variable.storage == 4, case .pointer(let type)? = types[variable.pointerType] else { return sum }
      return sum.addingReportingOverflow(packedBytes(type, given)).partialValue
    }
  }

  /// Bytes of a type that has no layout of its own; what cannot be told counts 0.
  private func packedBytes(_ type: UInt32, _ given: [UInt32: UInt32], depth: Int = 0) -> Int {
    guard depth < 16, let declaration = types[type] else { return 0 }
    func bytes(_ type: UInt32) -> Int { packedBytes(type, given, depth: depth + 1) }
    switch declaration {
    case .bool: return 4
    case .integer(let bits, _), .float(let bits): return Int(bits / 8)
    case .vector(let element, let count): return bytes(element) &* Int(count)
    case .array(let element, let length): return bytes(element) &* Int(value(length, given) ?? 0)
    case .structure(let members): return members.reduce(0) { $0 &+ bytes($1) }
    case .matrix, .runtimeArray, .pointer: return 0
    }
  }

  /// A constant's value; `nil` for what is no constant or computed in a way that lengths are not.
  private func value(_ id: UInt32, _ given: [UInt32: UInt32], depth: Int = 0) -> UInt32? {
    if let constant = decorations[id]?[Decoration.specID], let value = given[constant] { return value }
    if let value = constants[id] { return value }
    guard depth < 32, let operation = operations[id] else { return nil }
    if operation.opcode == 81 {  // OpCompositeExtract: a side of the workgroup
      guard operation.operands.count == 2, let parts = composites[operation.operands[0]] else { return nil }
      let index = Int(operation.operands[1])
      return index < parts.count ? value(parts[index], given, depth: depth + 1) : nil
    }
    let operands = operation.operands.map { value($0, given, depth: depth + 1) }
    guard let a = operands.first ?? nil else { return nil }
    if operation.opcode == 168 { return a == 0 ? 1 : 0 }  // OpLogicalNot
    guard operands.count > 1, let b = operands[1] else { return nil }
    switch operation.opcode {
    case 128: return a &+ b
    case 130: return a &- b
    case 132: return a &* b
    case 134: return b == 0 ? nil : a / b
    case 137: return b == 0 ? nil : a % b
    case 166: return a | b
    case 167: return a & b
    case 169: return a != 0 ? b : operands.count > 2 ? operands[2] : nil  // OpSelect
    case 170: return a == b ? 1 : 0
    case 171: return a != b ? 1 : 0
    case 172: return a > b ? 1 : 0
    case 174: return a >= b ? 1 : 0
    case 176: return a < b ? 1 : 0
    case 178: return a <= b ? 1 : 0
    case 194: return b < 32 ? a >> b : nil
    case 196: return b < 32 ? a << b : nil
    case 197: return a | b
    case 199: return a & b
    default: return nil
    }
  }
}
