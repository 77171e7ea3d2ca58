import Compute
import ComputeCases

/// Runs the tests' table in halves on a device and holds it against the processor: for machines that cannot run the
/// tests. Prints a line a case and path.
/// - Throws: `.library` when a result is wrong, after all were looked at.
func check(_ device: VulkanDevice, _ paths: [MatrixPath], only word: String) throws {
  var wrong = 0
  var count = 0
  for one in ComputeCase.all where word.isEmpty || one.description.contains(word) {
    let built = try one.build(.float16, seed: 1)
    let expected = try results(built, CPUBackend().compile(built.graph))
    for path in paths {
      var options = VulkanBackend.Options()
      options.matrices = path
      let compiled = try VulkanBackend(device, options).prepare(built.graph)
      let error = relativeError(try results(built, compiled), expected)
      let isRight = error < one.halfTolerance(count: expected.count, onMatrixUnits: path == .cooperative)
      count += 1
      if !isRight { wrong += 1 }
      let kernels = compiled.kernels.sorted().joined(separator: ", ")
      print("\(isRight ? "right" : "WRONG")  \(path.rawValue)  \(one): \(error) off, by \(kernels)")
    }
  }
  if wrong > 0 { throw Failure(.library, "\(wrong) of \(count) results are wrong") }
  print("\(count) results are right")
}

/// Every output of one run, one after another.
private func results(_ built: CaseBuilder, _ compiled: any CompiledGraph) throws -> [Float] {
  try built.load(into: compiled)
  // The processor keeps all numbers as they are; the device gets what halves can hold.
  for input in built.graph.inputs where input.elementType == .float16 {
    let rounded = built.inputs[input.name]?.map { HalfPrecision.float(float16Bits: HalfPrecision.float16Bits($0)) }
    if let rounded { try compiled.write(input.name, rounded) }
  }
  try compiled.run()
  return try built.graph.outputs.filter { $0.tensor.elementType != .uint8 }.flatMap { try compiled.read($0.name) }
}

/// ‖values − expected‖ ÷ ‖expected‖; infinite when a value is not a number.
private func relativeError(_ values: [Float], _ expected: [Float]) -> Double {
  guard values.count == expected.count, values.allSatisfy(\.isFinite) else { return .infinity }
  let difference = zip(values, expected).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  let size = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
  return size == 0 ? difference.squareRoot() : (difference / size).squareRoot()
}
