/// Turns a SPIR-V module that multiplies matrices by SPV_NV_cooperative_matrix into one that does so by
/// SPV_KHR_cooperative_matrix.
///
/// Debian 12's glslc knows the first, which only NVIDIA's drivers take; the second is the same with other numbers, and
/// with each type told which side of a product it is for. See docs/decisions/023. Opcodes and operands are those of the
/// two specifications.
public enum CooperativeMatrices {
  private enum Opcode {
    static let name: UInt16 = 5, typeInteger: UInt16 = 21, constantTrue: UInt16 = 41, constantFalse: UInt16 = 42
    static let constant: UInt16 = 43, decorate: UInt16 = 71, capability: UInt16 = 17, extensionName: UInt16 = 10
    static let typeNV: UInt16 = 5358, loadNV: UInt16 = 5359, storeNV: UInt16 = 5360
    static let multiplyAddNV: UInt16 = 5361, lengthNV: UInt16 = 5362
    static let type: UInt16 = 4456, load: UInt16 = 4457, store: UInt16 = 4458
    static let multiplyAdd: UInt16 = 4459, length: UInt16 = 4460
  }
  private static let capabilityNV: UInt32 = 5357
  private static let capability: UInt32 = 6022
  /// What a matrix is in a product, and how it lies in memory: both small numbers, given as constants.
  private static let left = 0, right = 1, sum = 2
  private static let rowMajor = 0, columnMajor = 1

  /// - Returns: The module as it was where it has no such matrices.
  /// - Throws: For damaged SPIR-V, and for what has no counterpart: a type on both sides of products or in none, and an
  ///   order of elements that is no plain constant.
  public static func rewrite(_ words: [UInt32]) throws(RewriteError) -> [UInt32] {
    let module = try Module(words)
    let isConcerned = module.instructions.contains { $0.opcode == Opcode.capability && $0[0] == capabilityNV }
    guard isConcerned else { return words }
    let uses = try self.uses(in: module)
    let orders = self.orders(in: module)
    let integers = module.instructions.filter { $0.opcode == Opcode.typeInteger && $0[1] == 32 && $0[2] == 0 }
    guard let integer = integers.first else { throw RewriteError("no type of unsigned integers") }

    // Three new constants, 0, 1 and 2, stand where the type of integers does: before all that needs them.
    let firstNew = module.bound
    func small(_ value: Int) -> UInt32 { firstNew + UInt32(value) }
    func order(_ id: UInt32) throws(RewriteError) -> UInt32 {
      guard let order = orders[id] else { throw RewriteError("the order of elements is not a constant: %\(id)") }
      return small(order)
    }
    var result = Module(header: module.header, bound: firstNew + 3)
    for one in module.instructions {
      switch one.opcode {
      case Opcode.capability where one[0] == capabilityNV: result.add(one.opcode, [capability])
      case Opcode.extensionName where one.text == "SPV_NV_cooperative_matrix":
        result.add(one.opcode, Instruction.words(of: "SPV_KHR_cooperative_matrix"))
      case Opcode.typeNV:
        guard let use = uses[one[0]] else { throw RewriteError("a matrix type is in no product: %\(one[0])") }
        result.add(Opcode.type, one.operands + [small(use)])
      case Opcode.loadNV:
        result.add(Opcode.load, [one[0], one[1], one[2], try order(one[4]), one[3]] + one.operands.dropFirst(5))
      case Opcode.storeNV:
        result.add(Opcode.store, [one[0], one[1], try order(one[3]), one[2]] + one.operands.dropFirst(4))
      case Opcode.multiplyAddNV: result.add(Opcode.multiplyAdd, one.operands)
      case Opcode.lengthNV: result.add(Opcode.length, one.operands)
      default: result.add(one.opcode, one.operands)
      }
      if one.opcode == Opcode.typeInteger, one[0] == integer[0] {
        for value in 0..<3 { result.add(Opcode.constant, [integer[0], small(value), UInt32(value)]) }
      }
    }
    return result.words
  }

  /// Matrix type → what its values are in the products that they take part in.
  private static func uses(in module: Module) throws(RewriteError) -> [UInt32: Int] {
    let types = Set(module.instructions.filter { $0.opcode == Opcode.typeNV }.map { $0[0] })
    // Whatever begins with a matrix type and says nothing about the type itself makes a value of it.
    var typeOfValue: [UInt32: UInt32] = [:]
    let annotations = [Opcode.name, Opcode.decorate, Opcode.typeNV]
    for one in module.instructions where types.contains(one[0]) && !annotations.contains(one.opcode) {
      typeOfValue[one[1]] = one[0]
    }
    var uses: [UInt32: Int] = [:]
    for one in module.instructions where one.opcode == Opcode.multiplyAddNV {
      for (value, use) in [(one[2], left), (one[3], right), (one[4], sum), (one[1], sum)] {
        guard let type = typeOfValue[value] else { throw RewriteError("a product of what is no matrix: %\(value)") }
        guard uses[type] ?? use == use else {
          throw RewriteError("matrix type %\(type) has two uses: give each side of a product dimensions of its own")
        }
        uses[type] = use
      }
    }
    return uses
  }

  /// Boolean constant → the order that it asks for where a matrix is read or written.
  private static func orders(in module: Module) -> [UInt32: Int] {
    var orders: [UInt32: Int] = [:]
    for one in module.instructions {
      if one.opcode == Opcode.constantTrue { orders[one[1]] = columnMajor }
      if one.opcode == Opcode.constantFalse { orders[one[1]] = rowMajor }
    }
    return orders
  }
}
