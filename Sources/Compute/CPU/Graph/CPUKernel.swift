import CKernels

/// One operation, ready to run: everything resolved to addresses and divided into tasks.
class CPUKernel {
  /// Tasks that may run at the same time; each writes memory of its own.
  var taskCount: Int { 1 }
  /// Floats of scratch that each worker needs; given as `scratch` before the first run.
  var scratchCount: Int { 0 }
  /// One run of `scratchCount` floats a worker, `scratchStride` apart.
  final var scratch: UnsafeMutablePointer<Float>?
  final var scratchStride = 0

  /// Reads the parameters, before the tasks of each run.
  func prepare(_ parameters: ParameterBlock) {}
  func run(task: Int, worker: Int) {}

  @inline(__always)
  final func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> {
    // Scratch is given to every kernel that asks for any.
    scratch.unsafelyUnwrapped + worker * scratchStride
  }

  /// Runs all tasks on all workers.
  final func runAll(workers: Int) {
    let count = taskCount
    if workers == 1 || count <= 1 {
      for task in 0..<count { run(task: task, worker: 0) }
      return
    }
    ego_pool_run(
      count, workers,
      { context, task, worker in
        Unmanaged<CPUKernel>.fromOpaque(context).takeUnretainedValue().run(task: task, worker: worker)
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  /// How many tasks to make of `count` items, at least `least` to a task: several a worker, so that one that is held up
  /// by other programs does not hold up all.
  static func tasks(_ count: Int, atLeast least: Int, workers: Int) -> Int {
    workers == 1 ? 1 : Swift.max(1, Swift.min(count / Swift.max(least, 1), workers * 4))
  }
}

/// Where operands lie, while kernels are made.
struct CPUContext {
  let backend: CPUBackend
  /// The address of each buffer; `nil` for constants that are only read packed.
  let addresses: [UnsafeMutableRawPointer?]
  let graph: Graph
  let packed: PackedWeights

  var kernels: ego_kernels { backend.kernels }
  /// Those of convolutions, layers and attention, which may compute in bf16.
  var products: ego_kernels { backend.products }
  var workers: Int { backend.workers }

  func floats(_ tensor: Tensor) throws(Failure) -> UnsafeMutablePointer<Float> {
    try bytes(tensor).assumingMemoryBound(to: Float.self)
  }

  func optional(_ tensor: Tensor?) throws(Failure) -> UnsafePointer<Float>? {
    guard let tensor else { return nil }
    return try source(tensor)
  }

  func source(_ tensor: Tensor) throws(Failure) -> UnsafePointer<Float> {
    UnsafePointer(try bytes(tensor).assumingMemoryBound(to: Float.self))
  }

  func bytes(_ tensor: Tensor) throws(Failure) -> UnsafeMutableRawPointer {
    guard let address = addresses[tensor.buffer] else {
      throw Failure(.model, "tensor \(tensor.description) was given no memory")
    }
    return address
  }

  func epilogue(_ epilogue: Epilogue, over output: Tensor) throws(Failure) -> ego_epilogue {
    ego_epilogue(
      bias: try optional(epilogue.bias), gate: try optional(epilogue.gate),
      gate_rows: output.rows / (epilogue.gate?.rows ?? 1), gate_channels: epilogue.gate?.channels ?? 0,
      residual: try optional(epilogue.residual), columns: output.channels, activation: epilogue.activation.code,
      activates_last: epilogue.activatesLast)
  }
}

extension Activation {
  /// Its number in the C kernels.
  var code: Int32 {
    switch self {
    case .none: return Int32(bitPattern: ego_none.rawValue)
    case .reLU: return Int32(bitPattern: ego_relu.rawValue)
    case .siLU: return Int32(bitPattern: ego_silu.rawValue)
    case .geLU: return Int32(bitPattern: ego_gelu.rawValue)
    case .tanh: return Int32(bitPattern: ego_tanh.rawValue)
    }
  }
}
