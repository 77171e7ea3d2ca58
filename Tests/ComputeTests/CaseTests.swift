import Compute
import ComputeCases
import Glibc
import Testing

/// Every case of the table against the reference, in each element type.
@Suite struct CaseTests {
  @Test(arguments: ComputeCase.all) func theProcessorAgreesWithTheReference(_ one: ComputeCase) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    for type in [ElementType.float32, .float16, .bfloat16] {
      // The large ones cost seconds in 64 bits, and the processor computes all types alike.
      if type != .float32 && one.floatingPointOperations > 1e8 { continue }
      let built = try one.build(type, seed: seed)
      let expected = reference(built)
      for backend in try Processors.all() {
        try compare(built, expected, backend, tolerance: tolerance(type), "\(one) \(type) seed \(seed)")
      }
    }
  }
}

/// Every case with bf16 products, which only some processors have.
@Suite(.enabled(if: CPUBackend.supports(.bfloat16), "this processor has no AVX512_BF16")) struct BFloat16CaseTests {
  @Test(arguments: ComputeCase.all) func bfloat16ProductsAgreeWithTheReference(_ one: ComputeCase) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    for type in [ElementType.float32, .bfloat16] {
      if type != .float32 && one.floatingPointOperations > 1e8 { continue }
      let built = try one.build(type, seed: seed)
      // The large ones cost seconds in 64 bits; 32 bits are held against those elsewhere.
      let expected = one.floatingPointOperations > 1e8 ? try processorReference(built) : reference(built)
      for workers in [1, 3] {
        let backend = try CPUBackend(workers: workers, precision: .bfloat16)
        try compare(built, expected, backend, tolerance: 1e-2, "\(one) \(type) seed \(seed) in bf16")
      }
    }
  }

  /// Told apart from 32 bits by its errors.
  @Test func productsAreNarrow() throws {
    for operation in ["matmul", "convolution"] {
      let one = try #require(
        ComputeCase.all.first { $0.operation == operation && $0.isTimed && $0.floatingPointOperations < 1e9 })
      let built = try one.build(seed: 5)
      let compiled = try CPUBackend(precision: .bfloat16).compile(built.graph)
      try built.load(into: compiled)
      try compiled.run()
      let wide = try processorReference(built).read("y")
      #expect(relativeError(try compiled.read("y"), wide) > 1e-4, "\(one)")
    }
    #expect(throws: Failure.self) { try CPUBackend(instructions: .avx2, precision: .bfloat16) }
  }
}

/// The largest ‖out − ref‖ ÷ ‖ref‖ that is right.
func tolerance(_ type: ElementType) -> Double {
  switch type {
  case .float16: return 2e-3
  case .bfloat16: return 1e-2
  default: return 1e-5
  }
}

/// The processor with each set of instructions that it has, and with one worker.
enum Processors {
  static func all() throws -> [CPUBackend] {
    var backends = [try CPUBackend(), try CPUBackend(workers: 1, instructions: .baseline)]
    for instructions in [CPUBackend.Instructions.avx2, .avx512] {
      // Refused where the processor lacks them.
      if let backend = try? CPUBackend(workers: 3, instructions: instructions) { backends.append(backend) }
    }
    return backends
  }
}

func reference(_ built: CaseBuilder) -> Reference {
  var reference = Reference(built.graph)
  for (name, values) in built.inputs { reference.write(name, values.map(Double.init)) }
  for (name, bytes) in built.pictures { reference.write(name, bytes.map(Double.init)) }
  for (name, values) in built.states { reference.write(name, values.map(Double.init)) }
  reference.run()
  return reference
}

/// Compiles, poisons, runs and compares all outputs and states; twice, because a run must not depend on the one before.
func compare(
  _ built: CaseBuilder, _ expected: Reference, _ backend: any Backend, tolerance: Double, runs: Int = 2,
  _ label: String
) throws {
  try compare(built, expected, backend, toleranceOf: { _ in tolerance }, runs: runs, label)
}

/// The same with a tolerance that goes by how many numbers a result has.
func compare(
  _ built: CaseBuilder, _ expected: Reference, _ backend: any Backend, toleranceOf: (Int) -> Double, runs: Int = 2,
  _ label: String
) throws {
  let compiled = try backend.compile(built.graph)
  for attempt in 1...runs {
    try built.load(into: compiled)
    try compiled.poison()
    try compiled.run()
    for output in built.graph.outputs {
      let wanted = expected.read(output.name)
      let tolerance = toleranceOf(wanted.count)
      if output.tensor.elementType == .uint8 {
        let bytes = try compiled.readBytes(output.name)
        // A number at the edge between two bytes may fall either way: as many as lie within an error of it, and by chance more.
        let most = zip(bytes, wanted).map { abs(Double($0) - $1) }.max() ?? 0
        let differing = zip(bytes, wanted).count { Double($0) != $1 }
        let usual = tolerance * 150 * Double(wanted.count)
        #expect(
          most <= 1 && Double(differing) <= 2 + Double(wanted.count) / 200 + usual + 4 * usual.squareRoot(), "\(label)")
      } else {
        let error = relativeError(try compiled.read(output.name), wanted)
        #expect(error <= tolerance, "\(label): \(output.name), run \(attempt): \(error)")
      }
    }
    for state in built.graph.states {
      let error = relativeError(try compiled.readState(state.name), expected.buffers[state.buffer])
      #expect(error <= toleranceOf(state.count), "\(label): state \(state.name), run \(attempt): \(error)")
    }
  }
}

/// ‖values − expected‖ ÷ ‖expected‖; infinite when a value is not a number.
func relativeError(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count, values.allSatisfy({ $0.isFinite }) else { return .infinity }
  let difference = zip(values, expected).reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
  let size = expected.reduce(0.0) { $0 + $1 * $1 }
  return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}

/// What the processor's backend makes of the case.
func processorReference(_ built: CaseBuilder) throws -> Reference {
  let compiled = try CPUBackend().compile(built.graph)
  try built.load(into: compiled)
  try compiled.run()
  var reference = Reference(built.graph)
  for output in built.graph.outputs {
    reference.buffers[output.tensor.buffer] = try compiled.read(output.name).map(Double.init)
  }
  return reference
}
