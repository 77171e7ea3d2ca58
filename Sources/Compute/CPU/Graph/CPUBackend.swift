import CKernels

/// Runs graphs on the host processor: in 32-bit floats, or with the products of convolutions, layers and attention's
/// values in bf16.
public final class CPUBackend: Backend {
  /// Which vector instructions the kernels use.
  public enum Instructions: Int32, Sendable, CaseIterable {
    case best = 0
    case baseline, avx2, avx512
  }

  /// What is multiplied; sums, softmax, normalisation and all that is stored are 32-bit floats.
  public enum Precision: String, Sendable, CaseIterable {
    case float32
    /// Twice as fast, with errors of some 2⁻⁹ of a result's size; for processors with AVX512_BF16.
    case bfloat16
  }

  let kernels: ego_kernels
  /// Those of products, of the precision asked for.
  let products: ego_kernels
  let workers: Int
  /// `nil` as long as no graph needed it.
  private(set) var linearAlgebra: LinearAlgebra?
  /// `2 workers, AVX2`, and where a graph needs it `, OpenBLAS Haswell (…)`.
  public var description: String {
    "\(workers) workers, \(String(cString: products.name))" + (linearAlgebra.map { ", " + $0.description } ?? "")
  }
  /// Makes the allocation after so many more fail, for tests.
  var allocationsBeforeFailure: Int?

  /// Whether this processor can compute so.
  public static func supports(_ precision: Precision) -> Bool {
    precision == .float32 || ego_kernels_for(CPUBackend.bfloat16Level) != nil
  }

  private static let bfloat16Level: Int32 = 4

  /// - Parameter workers: Threads that share the work; `nil` for one a core.
  /// - Throws: `.deviceNotFound` when the processor lacks the instructions.
  public init(
    workers: Int? = nil, instructions: Instructions = .best, precision: Precision = .float32
  ) throws(Failure) {
    guard let kernels = ego_kernels_for(instructions.rawValue) else {
      throw Failure(.deviceNotFound, "this processor has no \(instructions) instructions")
    }
    switch precision {
    case .float32: products = kernels.pointee
    case .bfloat16:
      guard instructions == .best || instructions == .avx512, let narrow = ego_kernels_for(CPUBackend.bfloat16Level)
      else {
        throw Failure(
          .deviceNotFound,
          "precision bfloat16: this processor has no bf16 products with \(instructions) instructions; expected one with "
            + "AVX512_BF16, and instructions best or avx512; precision float32 runs on every processor")
      }
      products = narrow.pointee
    }
    self.kernels = kernels.pointee
    let wanted = Swift.min(Swift.max(workers ?? Parallel.width, 1), 64)
    self.workers = wanted == 1 ? 1 : Swift.min(wanted, Int(ego_pool_start(Int32(wanted))))
  }

  /// - Throws: `.library` without OpenBLAS.
  func openLinearAlgebra() throws(Failure) -> LinearAlgebra {
    let opened = try LinearAlgebra.shared.get()
    linearAlgebra = opened
    return opened
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
