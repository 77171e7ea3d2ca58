/// What a driver would leave undefined is refused here, with a message.
extension ShaderInterface {
  /// SPIR-V's number for the capability.
  static let cooperativeMatrices: UInt32 = 6022

  func checkConstants(_ constants: [UInt32: SpecialisationConstant], shader: StaticString) throws(Failure) {
    for (id, value) in constants.sorted(by: { $0.key < $1.key }) {
      guard let kind = self.constants[id] else {
        let known = self.constants.keys.sorted().map(String.init).joined(separator: ", ")
        throw Failure(.library, "shader \(shader): no constant_id \(id); it has \(known.isEmpty ? "none" : known)")
      }
      guard kind == value.kind else {
        throw Failure(.library, "shader \(shader): constant_id \(id) is \(kind.rawValue), given \(value)")
      }
    }
  }

  /// - Returns: The workgroup's size with `constants` in place.
  package func checkLimits(
    of report: VulkanDeviceReport, _ constants: [UInt32: SpecialisationConstant], shader: StaticString
  ) throws(Failure) -> SIMD3<UInt32> {
    let limits = report.limits
    func refuse(_ what: String) -> Failure { Failure(.library, "shader \(shader) on \(report.name): \(what)") }
    for capability in capabilities {
      if let missing = report.missing(capability) { throw refuse("needs \(missing)") }
    }
    let storage = bindings.filter { !$0.isUniform }.count
    if storage > limits.storageBuffersPerPipeline {
      throw refuse("\(storage) storage buffers; at most \(limits.storageBuffersPerPipeline)")
    }
    if pushConstantByteCount > limits.pushConstantBytes {
      throw refuse("\(pushConstantByteCount) bytes of push constants; at most \(limits.pushConstantBytes)")
    }
    let shared = sharedMemoryBytes(constants)
    if shared > limits.sharedMemoryBytes {
      throw refuse("\(shared) bytes of shared memory; at most \(limits.sharedMemoryBytes)")
    }
    let size = workgroupSize(constants)
    let invocations = (0..<3).reduce(UInt64(1)) { $0.multipliedReportingOverflow(by: UInt64(size[$1])).partialValue }
    let sidesFit = (0..<3).allSatisfy { size[$0] > 0 && size[$0] <= limits.workgroupSize[$0] }
    guard sidesFit, invocations <= UInt64(limits.workgroupInvocations) else {
      let most = limits.workgroupSize
      throw refuse(
        "a workgroup of \(size.x)×\(size.y)×\(size.z); at most \(limits.workgroupInvocations) invocations and "
          + "\(most.x)×\(most.y)×\(most.z)")
    }
    return size
  }
}

extension VulkanDeviceReport {
  /// The name of a SPIR-V capability that was not enabled when the device was opened; `nil` for all others, which the
  /// driver judges.
  func missing(_ capability: UInt32) -> String? {
    switch capability {
    case 9: capabilities.float16 ? nil : "16-bit float arithmetic"
    case 4433: capabilities.storage16Bit ? nil : "16-bit storage buffers"
    case 10: "64-bit floats"
    case 11, 12: "64-bit integers or atomics"
    case 22: "16-bit integers"
    case 39: "8-bit integers"
    case ShaderInterface.cooperativeMatrices: capabilities.cooperativeMatrix ? nil : "cooperative matrices"
    default: nil
    }
  }
}
