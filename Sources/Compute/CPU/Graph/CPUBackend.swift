import CKernels

/// Runs graphs on the host processor, in 32-bit floats.
public final class CPUBackend: Backend {
  /// Which vector instructions the kernels use.
  public enum Instructions: Int32, Sendable, CaseIterable {
    case best = 0
    case baseline, avx2, avx512
  }

  let kernels: ego_kernels
  let linearAlgebra: LinearAlgebra
  let workers: Int
  /// `2 workers, AVX2, OpenBLAS Haswell (…)`.
  public let description: String
  /// Makes the allocation after so many more fail, for tests.
  var allocationsBeforeFailure: Int?

  /// - Parameter workers: Threads that share the work; `nil` for one a core.
  /// - Throws: `.library` without OpenBLAS, `.deviceNotFound` when the processor lacks the instructions.
  public init(workers: Int? = nil, instructions: Instructions = .best) throws(Failure) {
    guard let kernels = ego_kernels_for(instructions.rawValue) else {
      throw Failure(.deviceNotFound, "this processor has no \(instructions) instructions")
    }
    linearAlgebra = try LinearAlgebra.shared.get()
    self.kernels = kernels.pointee
    let wanted = Swift.min(Swift.max(workers ?? Parallel.width, 1), 64)
    self.workers = wanted == 1 ? 1 : Swift.min(wanted, Int(ego_pool_start(Int32(wanted))))
    description = "\(self.workers) workers, \(String(cString: self.kernels.name)), \(linearAlgebra.description)"
  }

  public func compile(_ graph: Graph) throws(Failure) -> any CompiledGraph { try CPUGraph(graph, self) }

  func allocate(_ byteCount: Int, _ label: String) throws(Failure) -> CPUMemory {
    if let left = allocationsBeforeFailure {
      guard left > 0 else { throw CPUMemory.exhausted(byteCount, label) }
      allocationsBeforeFailure = left - 1
    }
    return try CPUMemory(byteCount: byteCount, label: label)
  }
}
