/// The declarations of a SPIR-V module, as tables: just what `ShaderInterface` asks about.
///
/// Numbers are those of the SPIR-V specification, section 3; instructions it does not know are skipped.
struct SPIRVModule {
  enum TypeDeclaration {
    case bool
    case integer(bits: UInt32, signed: Bool)
    case float(bits: UInt32)
    case vector(of: UInt32, count: UInt32)
    case matrix(columns: UInt32)
    case array(of: UInt32, length: UInt32)
    case runtimeArray
    case structure([UInt32])
    case pointer(to: UInt32)
  }
  struct Variable {
    let id: UInt32
    let pointerType: UInt32
    let storage: UInt32
  }
  enum Decoration {
    static let specID: UInt32 = 1, arrayStride: UInt32 = 6, matrixStride: UInt32 = 7, builtIn: UInt32 = 11
    static let nonWritable: UInt32 = 24, nonReadable: UInt32 = 25
    static let binding: UInt32 = 33, descriptorSet: UInt32 = 34, offset: UInt32 = 35
  }

  var capabilities: [UInt32] = []
  var types: [UInt32: TypeDeclaration] = [:]
  var variables: [Variable] = []
  /// Value of scalar constants, 32 bits of them, specialisable ones at their default.
  var constants: [UInt32: UInt32] = [:]
  /// Type of each specialisable constant.
  var specialisable: [UInt32: UInt32] = [:]
  var composites: [UInt32: [UInt32]] = [:]
  /// Constants that are computed from specialisable ones: opcode and operands.
  var operations: [UInt32: (opcode: UInt32, operands: [UInt32])] = [:]
  /// Id → decoration → its first operand.
  var decorations: [UInt32: [UInt32: UInt32]] = [:]
  /// Struct id → member → decoration → its first operand.
  var memberDecorations: [UInt32: [UInt32: [UInt32: UInt32]]] = [:]
  var localSize: [UInt32] = [1, 1, 1]
  /// Ids of constants that give the workgroup's size instead (`LocalSizeId`).
  var localSizeIDs: [UInt32]?

  /// - Throws: `.library` for anything that is not a well-formed list of instructions.
  init(words: [UInt32], name: StaticString) throws(Failure) {
    guard words.count >= 5, words[0] == 0x0723_0203 else { throw Failure(.library, "shader \(name): not SPIR-V") }
    var at = 5
    while at < words.count {
      let count = Int(words[at] >> 16)
      guard count > 0, count <= words.count - at else {
        throw Failure(.library, "shader \(name): a SPIR-V instruction leaves the module")
      }
      // A missing operand reads as 0, so that a malformed instruction cannot trap; the driver refuses such a module.
      take(opcode: words[at] & 0xffff, Operands(words: words[(at + 1)..<(at + count)]))
      at += count
    }
  }

  private struct Operands {
    let words: ArraySlice<UInt32>
    subscript(_ index: Int) -> UInt32 { index < words.count ? words[words.startIndex + index] : 0 }
    func from(_ index: Int) -> [UInt32] { Array(words.dropFirst(index)) }
  }

  private mutating func take(opcode: UInt32, _ o: Operands) {
    switch opcode {
    case 16 where o[1] == 17: localSize = [o[2], o[3], o[4]]  // OpExecutionMode LocalSize
    case 331 where o[1] == 38: localSizeIDs = [o[2], o[3], o[4]]  // OpExecutionModeId LocalSizeId
    case 17: capabilities.append(o[0])
    case 20: types[o[0]] = .bool
    case 21: types[o[0]] = .integer(bits: o[1], signed: o[2] != 0)
    case 22: types[o[0]] = .float(bits: o[1])
    case 23: types[o[0]] = .vector(of: o[1], count: o[2])
    case 24: types[o[0]] = .matrix(columns: o[2])
    case 28: types[o[0]] = .array(of: o[1], length: o[2])
    case 29: types[o[0]] = .runtimeArray
    case 30: types[o[0]] = .structure(o.from(1))
    case 32: types[o[0]] = .pointer(to: o[2])
    case 41, 42: constants[o[1]] = 42 - opcode  // OpConstantTrue, OpConstantFalse
    case 43: constants[o[1]] = o[2]  // OpConstant
    case 48, 49, 50:  // OpSpecConstantTrue, OpSpecConstantFalse, OpSpecConstant
      constants[o[1]] = opcode == 50 ? o[2] : 49 - opcode
      specialisable[o[1]] = o[0]
    case 44, 51: composites[o[1]] = o.from(2)  // OpConstantComposite, OpSpecConstantComposite
    case 52: operations[o[1]] = (o[2], o.from(3))  // OpSpecConstantOp
    case 59: variables.append(Variable(id: o[1], pointerType: o[0], storage: o[2]))
    case 71: decorations[o[0], default: [:]][o[1]] = o[2]
    case 72: memberDecorations[o[0], default: [:]][o[1], default: [:]][o[2]] = o[3]
    default: break
    }
  }

  /// Bytes of a type laid out in a buffer; what follows from a runtime array counts 0.
  func byteCount(_ type: UInt32, matrixStride: UInt32 = 0, depth: Int = 0) -> Int {
    guard depth < 16, let declaration = types[type] else { return 0 }
    switch declaration {
    case .integer(let bits, _), .float(let bits): return Int(bits / 8)
    case .vector(let element, let count): return byteCount(element, depth: depth + 1) * Int(count)
    case .matrix(let columns): return Int(matrixStride) * Int(columns)
    case .array(_, let length):
      return Int(decorations[type]?[Decoration.arrayStride] ?? 0) * Int(constants[length] ?? 0)
    case .structure(let members):
      return members.enumerated().map { index, member in
        let decorations = memberDecorations[type]?[UInt32(index)] ?? [:]
        return Int(decorations[Decoration.offset] ?? 0)
          + byteCount(member, matrixStride: decorations[Decoration.matrixStride] ?? 0, depth: depth + 1)
      }.max() ?? 0
    case .bool, .runtimeArray, .pointer: return 0
    }
  }
}
