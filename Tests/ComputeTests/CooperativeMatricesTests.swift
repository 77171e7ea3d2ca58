import Compute
import SPIRVRewriting
import Testing

/// What glslc writes for NVIDIA's extension becomes what the common one wants.
@Suite struct CooperativeMatricesTests {
  /// 10 is the type of 32-bit integers, 11 a scope and 12 a size; 21, 22 and 23 are matrices of halves, halves and floats.
  private static let types: [[UInt32]] = [
    [17, 5357], [10] + text("SPV_NV_cooperative_matrix"), [10] + text("SPV_KHR_vulkan_memory_model"),
    [20, 5], [41, 5, 6], [42, 5, 7], [21, 10, 32, 0], [43, 10, 11, 3], [43, 10, 12, 16], [22, 13, 16], [22, 14, 32],
    [5358, 21, 13, 11, 12, 12], [5358, 22, 13, 11, 12, 12], [5358, 23, 14, 11, 12, 12], [28, 24, 21, 12],
  ]
  private static let code: [[UInt32]] = [
    [5359, 21, 31, 40, 12, 7, 0x28, 12], [5359, 22, 32, 41, 12, 6], [44, 23, 33, 15], [5361, 23, 34, 31, 32, 33],
    [5360, 42, 34, 12, 7, 0x18, 12], [5362, 10, 35, 23],
  ]

  @Test func everyInstructionFindsItsCounterpart() throws {
    let words = try CooperativeMatrices.rewrite(module(CooperativeMatricesTests.types + CooperativeMatricesTests.code))
    // Three constants more: 50, 51 and 52 are 0, 1 and 2.
    #expect(Array(words.prefix(5)) == [0x0723_0203, 0x10300, 0, 53, 0])
    #expect(
      instructions(words) == [
        [17, 6022], [10] + text("SPV_KHR_cooperative_matrix"), [10] + text("SPV_KHR_vulkan_memory_model"),
        [20, 5], [41, 5, 6], [42, 5, 7], [21, 10, 32, 0], [43, 10, 50, 0], [43, 10, 51, 1], [43, 10, 52, 2],
        [43, 10, 11, 3], [43, 10, 12, 16], [22, 13, 16], [22, 14, 32],
        [4456, 21, 13, 11, 12, 12, 50], [4456, 22, 13, 11, 12, 12, 51], [4456, 23, 14, 11, 12, 12, 52],
        [28, 24, 21, 12],
        [4457, 21, 31, 40, 50, 12, 0x28, 12], [4457, 22, 32, 41, 51, 12], [44, 23, 33, 15],
        [4459, 23, 34, 31, 32, 33], [4458, 42, 34, 50, 12, 0x18, 12], [4460, 10, 35, 23],
      ])
  }

  @Test func otherModulesStayAsTheyAre() throws {
    let plain = module([[17, 1], [21, 10, 32, 0], [43, 10, 11, 3]])
    #expect(try CooperativeMatrices.rewrite(plain) == plain)
    for shader in Shaders.all where shader.name.description != "matrix_product" {
      #expect(try CooperativeMatrices.rewrite(shader.words()) == shader.words())
    }
  }

  @Test func whatHasNoCounterpartIsRefused() {
    let (types, code) = (CooperativeMatricesTests.types, CooperativeMatricesTests.code)
    let bothSides = types + code + [[5361, 23, 36, 32, 31, 33]]
    let inNoProduct = types + [[5358, 25, 13, 11, 11, 12]] + code
    let changingOrder = types + [[48, 5, 8], [5359, 21, 37, 40, 12, 8]] + code
    let noMatrix = types + code + [[5361, 23, 36, 12, 32, 33]]
    let noIntegers = types.filter { $0[0] != 21 } + code
    for bad in [bothSides, inNoProduct, changingOrder, noMatrix, noIntegers].map(module) + [[], [1, 2, 3, 4, 5]] {
      #expect(throws: RewriteError.self) { try CooperativeMatrices.rewrite(bad) }
    }
    // An instruction that leaves the module, and one of no words.
    let whole = module(types)
    #expect(throws: RewriteError.self) { try CooperativeMatrices.rewrite(whole.dropLast()) }
    #expect(throws: RewriteError.self) { try CooperativeMatrices.rewrite(whole + [0]) }
  }

  /// What the build embeds, end to end: glslc's output has been rewritten.
  @Test func theBuildRewritesWhatItEmbeds() throws {
    let instructions = instructions(try Shaders.matrixProduct.words())
    let opcodes = Set(instructions.map { $0[0] })
    #expect(opcodes.isSuperset(of: [4456, 4457, 4458, 4459]) && opcodes.isDisjoint(with: 5358...5362))
    #expect(instructions.contains([17, 6022]) && !instructions.contains([17, 5357]))
    // One type a use, and the use is a constant that stands before it.
    var constants: [UInt32: UInt32] = [:]
    var uses: [UInt32] = []
    for one in instructions {
      if one[0] == 43 { constants[one[2]] = one[3] }
      if one[0] == 4456 { uses.append(try #require(constants[one[6]])) }
    }
    #expect(uses.sorted() == [0, 1, 2])
    #expect(try ShaderInterface(Shaders.matrixProduct).bindings.map(\.isWritten) == [false, false, true])
  }

  private func module(_ instructions: [[UInt32]]) -> [UInt32] {
    [0x0723_0203, 0x10300, 0, 50, 0] + instructions.flatMap { [UInt32($0.count) << 16 | $0[0]] + $0.dropFirst() }
  }

  /// Opcode and operands of each.
  private func instructions(_ words: [UInt32]) -> [[UInt32]] {
    var instructions: [[UInt32]] = []
    var at = 5
    while at < words.count {
      let count = max(1, Int(words[at] >> 16))
      instructions.append([words[at] & 0xffff] + words[(at + 1)..<min(at + count, words.count)])
      at += count
    }
    return instructions
  }
}

/// Text as SPIR-V has it: four bytes a word, closed by a zero.
private func text(_ text: String) -> [UInt32] {
  let bytes = Array(text.utf8) + [UInt8](repeating: 0, count: 4 - text.utf8.count % 4)
  return stride(from: 0, to: bytes.count, by: 4).map { at in
    (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) }
  }
}
