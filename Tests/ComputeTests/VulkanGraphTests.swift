import Compute
import ComputeCases
import Testing

/// The table of cases on Vulkan, under the validation layer.
@Suite(.needsVulkan, .serialized) struct VulkanGraphTests {
  /// Every case of the table against the reference, in the types that Vulkan stores differently.
  @Test(arguments: ComputeCase.all) func vulkanAgreesWithTheReference(_ one: ComputeCase) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let device = try testDevice()
    do {
      for type in [ElementType.float32, .float16] {
        // The large ones cost a software device seconds; what the types differ in is shown by the others.
        if type != .float32 && one.floatingPointOperations > 1e8 { continue }
        let built = try one.build(type, seed: seed)
        // Seconds to minutes in plain 64-bit loops; the processor's own result is held against those elsewhere. That a
        // run leaves the next one alone, the smaller ones show through the same kernels.
        let isLarge = one.floatingPointOperations > 1e9
        try compare(
          built, isLarge ? try processorReference(built) : storedReference(built), VulkanBackend(device),
          toleranceOf: { type == .float16 ? one.halfTolerance(count: $0) : tolerance(type) }, runs: isLarge ? 1 : 2,
          "\(one) \(type) seed \(seed) on Vulkan")
      }
    }
    expectValid(device)
  }

  /// The cases with products again, on matrix units.
  @Test(.needsMatrixUnits, arguments: ComputeCase.products) func matrixUnitsAgreeWithTheReference(
    _ one: ComputeCase
  ) throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    let device = try testDevice()
    do {
      let isLarge = one.floatingPointOperations > 1e8
      // Software only imitates such units.
      if isLarge && device.report.isSoftware { return }
      var options = VulkanBackend.Options()
      options.matrices = .cooperative
      let built = try one.build(.float16, seed: seed)
      let backend = VulkanBackend(device, options)
      #expect(try backend.prepare(built.graph).kernels.contains { $0.hasPrefix("cooperative") })
      try compare(
        built, isLarge ? try processorReference(built) : storedReference(built), backend,
        toleranceOf: { one.halfTolerance(count: $0, onMatrixUnits: true) }, "\(one) seed \(seed) on matrix units")
    }
    expectValid(device)
  }

  /// Inputs, weights and outputs copied through staging buffers, as on a device with memory of its own.
  @Test func stagedTransfersGiveTheSame() throws {
    let device = try testDevice()
    do {
      var options = VulkanBackend.Options()
      options.stagesTransfers = true
      options.timesOperations = true
      for one in ComputeCase.all where one.floatingPointOperations < 1e7 {
        let built = try one.build(.float16, seed: 7)
        try compare(
          built, storedReference(built), VulkanBackend(device, options),
          toleranceOf: { one.halfTolerance(count: $0) }, "\(one) staged")
      }
    }
    expectValid(device)
  }

  /// A device that should not hold halves widens them, and is then as exact as with floats.
  @Test func widenedHalvesAreExact() throws {
    let device = try testDevice()
    do {
      var options = VulkanBackend.Options()
      options.storesHalves = false
      for one in ComputeCase.all where one.floatingPointOperations < 1e7 {
        let built = try one.build(.float16, seed: 11)
        try compare(
          built, reference(built), VulkanBackend(device, options), tolerance: tolerance(.float32), "\(one) widened")
      }
    }
    expectValid(device)
  }
}

extension ComputeCase {
  /// Those that matrix units can do, once they are in halves.
  fileprivate static let products = all.filter { ["matmul", "convolution", "attention"].contains($0.operation) }
}

/// A reference that is given what an input of halves can hold: rounding it is not the backend's error.
private func storedReference(_ built: CaseBuilder) -> Reference {
  var reference = Reference(built.graph)
  func stored(_ values: [Float], _ tensors: [Graph.NamedTensor], _ name: String) -> [Double] {
    let isHalf = tensors.first { $0.name == name }?.elementType == .float16
    return values.map { Double(isHalf ? HalfPrecision.float(float16Bits: HalfPrecision.float16Bits($0)) : $0) }
  }
  for (name, values) in built.inputs { reference.write(name, stored(values, built.graph.inputs, name)) }
  for (name, bytes) in built.pictures { reference.write(name, bytes.map(Double.init)) }
  for (name, values) in built.states { reference.write(name, stored(values, built.graph.states, name)) }
  reference.run()
  return reference
}
