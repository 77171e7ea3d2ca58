/// What a shader declares it needs, read from its SPIR-V, so that the GLSL is the only place that says it.
///
/// `readonly` and `writeonly` in the GLSL matter: they decide where barriers go. A binding or push constant that the
/// optimiser found unused is not there.
public struct ShaderInterface: Sendable {
  public struct Binding: Sendable {
    public let number: Int
    /// A uniform block, else a storage buffer.
    public let isUniform: Bool
    public let isRead: Bool
    public let isWritten: Bool
    /// Bytes of the block without what lies in an array of no fixed length.
    public let minimumByteCount: Int
  }
  /// What a specialisation constant holds.
  public enum ConstantKind: String, Sendable { case uint, int, float, bool }

  /// In order of their numbers.
  public let bindings: [Binding]
  public let pushConstantByteCount: Int
  /// `constant_id` → kind, workgroup sizes (`local_size_x_id`) included.
  public let constants: [UInt32: ConstantKind]
  let capabilities: [UInt32]

  /// One side of the workgroup: a number, or the `constant_id` that replaces it.
  struct Side { let value: UInt32, constant: UInt32? }
  let workgroup: [Side]
  private let module: SPIRVModule

  /// - Throws: `.library` for damaged SPIR-V or what this library cannot bind: images, several descriptor sets.
  public init(_ shader: Shader) throws(Failure) {
    try self.init(words: shader.words(), name: shader.name)
  }

  init(words: [UInt32], name: StaticString) throws(Failure) {
    typealias Decoration = SPIRVModule.Decoration
    let module = try SPIRVModule(words: words, name: name)
    self.module = module
    capabilities = module.capabilities

    var bindings: [Binding] = []
    var pushConstantByteCount = 0
    for variable in module.variables {
      guard case .pointer(let pointee)? = module.types[variable.pointerType] else { continue }
      switch variable.storage {
      case 9: pushConstantByteCount = module.byteCount(pointee)  // PushConstant
      case 2, 12:  // Uniform, StorageBuffer
        let own = module.decorations[variable.id] ?? [:]
        guard own[Decoration.descriptorSet] ?? 0 == 0, let number = own[Decoration.binding] else {
          throw Failure(.library, "shader \(name): every buffer needs a binding in set 0")
        }
        guard case .structure(let members)? = module.types[pointee] else {
          throw Failure(.library, "shader \(name): binding \(number) is an array of buffers")
        }
        func all(_ decoration: UInt32) -> Bool {
          own[decoration] != nil
            || members.indices.allSatisfy {
              module.memberDecorations[pointee]?[UInt32($0)]?[decoration] != nil
            }
        }
        bindings.append(
          Binding(
            number: Int(number), isUniform: variable.storage == 2, isRead: !all(Decoration.nonReadable),
            isWritten: variable.storage == 12 && !all(Decoration.nonWritable),
            minimumByteCount: module.byteCount(pointee)))
      case 0: throw Failure(.library, "shader \(name): images and samplers are not bound here, only buffers")
      default: break
      }
    }
    self.bindings = bindings.sorted { $0.number < $1.number }
    self.pushConstantByteCount = pushConstantByteCount

    var constants: [UInt32: ConstantKind] = [:]
    for (id, type) in module.specialisable {
      guard let constant = module.decorations[id]?[Decoration.specID] else { continue }
      constants[constant] =
        switch module.types[type] {
        case .integer(bits: 32, signed: false)?: .uint
        case .integer(bits: 32, signed: true)?: .int
        case .float(bits: 32)?: .float
        case .bool?: .bool
        default: throw Failure(.library, "shader \(name): constant_id \(constant) is not a 32-bit scalar or bool")
        }
    }
    self.constants = constants

    // The WorkgroupSize constant, where there is one, overrides the execution mode.
    let builtIn = module.composites.first { module.decorations[$0.key]?[Decoration.builtIn] == 25 }?.value
    workgroup = (0..<3).map { side in
      guard let id = (builtIn ?? module.localSizeIDs).flatMap({ side < $0.count ? $0[side] : nil }) else {
        return Side(value: module.localSize[side], constant: nil)
      }
      return Side(value: module.constants[id] ?? 1, constant: module.decorations[id]?[Decoration.specID])
    }
  }

  /// The workgroup's size with `constants` in place.
  package func workgroupSize(_ constants: [UInt32: SpecialisationConstant] = [:]) -> SIMD3<UInt32> {
    let sides = workgroup.map { side in side.constant.flatMap { constants[$0]?.bits } ?? side.value }
    return SIMD3(sides[0], sides[1], sides[2])
  }

  /// Bytes that the `shared` variables of a workgroup take with `constants` in place.
  package func sharedMemoryBytes(_ constants: [UInt32: SpecialisationConstant] = [:]) -> Int {
    module.sharedBytes(constants.mapValues(\.bits))
  }
}
