import CKernels
import Glibc

/// RMSNorm and LayerNorm over rows.
final class NormalisationKernel: CPUKernel {
  private let work: ego_normalisation
  private let rows: Int
  private let tasks: Int
  private let normalise: @convention(c) (UnsafePointer<ego_normalisation>, Int, Int) -> Void

  init(_ operation: Normalisation, _ context: CPUContext) throws(Failure) {
    rows = operation.input.rows
    tasks = CPUKernel.tasks(rows, atLeast: max(1, (1 << 14) / operation.input.channels), workers: context.workers)
    normalise = context.kernels.normalise
    work = ego_normalisation(
      input: try context.source(operation.input), output: try context.floats(operation.output),
      channels: operation.input.channels, is_layer: operation.kind == .layer, epsilon: operation.epsilon,
      weight: try context.optional(operation.weight), bias: try context.optional(operation.bias),
      scale: try context.optional(operation.scale), shift: try context.optional(operation.shift),
      scale_rows: rows / (operation.scale?.rows ?? 1), scale_channels: operation.scale?.channels ?? 0,
      shift_rows: rows / (operation.shift?.rows ?? 1), shift_channels: operation.shift?.channels ?? 0)
  }

  override var taskCount: Int { tasks }

  override func run(task: Int, worker: Int) {
    var work = work
    let share = Parallel.range(task, of: tasks, count: rows)
    normalise(&work, share.lowerBound, share.upperBound)
  }
}

/// A chain of elementwise functions, a few thousand numbers at a time in the cache.
final class ElementwiseKernel: CPUKernel {
  private struct Operand {
    let base: UnsafePointer<Float>
    let channels: Int
    /// Rows of the result that share one row of the operand.
    let rows: Int
  }

  private enum Action {
    case activate(Int32)
    case addScaled(Operand, Scalar)
    case multiply(Operand)
    case scale(Scalar)
    case offset(Scalar)
    case clamp(Float, Float)
  }

  private static let pieceCount = 4096
  private let input: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let actions: [Action]
  /// The scalar of each action in this run.
  private var factors: [Float]
  private let kernels: ego_kernels
  private let rows: Int
  private let channels: Int
  /// Rows that share every operand's row, taken as one run of numbers where operands have as many channels as rows are
  /// long or serve them all.
  private let tasks: Int

  init(_ operation: Elementwise, _ context: CPUContext) throws(Failure) {
    input = try context.source(operation.input)
    output = try context.floats(operation.output)
    kernels = context.kernels
    let count = operation.input.count
    // When every operand is as large as the input, or is one number, rows do not matter.
    let isFlat = operation.steps.compactMap(\.tensor).allSatisfy {
      $0.count == 1 || ($0.count == count && $0.channels == operation.input.channels)
    }
    channels = isFlat ? min(count, Self.pieceCount) : operation.input.channels
    rows = (count + channels - 1) / channels
    let (rows, channels) = (rows, channels)
    func operand(_ tensor: Tensor) throws(Failure) -> Operand {
      let base = try context.source(tensor)
      if isFlat {
        return Operand(base: base, channels: tensor.count == 1 ? 1 : channels, rows: tensor.count == 1 ? rows : 1)
      }
      return Operand(base: base, channels: tensor.channels, rows: rows / tensor.rows)
    }
    var actions: [Action] = []
    for step in operation.steps {
      switch step {
      case .activation(let activation): actions.append(.activate(activation.code))
      case .add(let tensor): actions.append(.addScaled(try operand(tensor), .real(1)))
      case .addScaled(let tensor, let factor): actions.append(.addScaled(try operand(tensor), factor))
      case .multiply(let tensor): actions.append(.multiply(try operand(tensor)))
      case .scale(let factor): actions.append(.scale(factor))
      case .offset(let term): actions.append(.offset(term))
      case .clamp(let low, let high): actions.append(.clamp(low, high))
      }
    }
    self.actions = actions
    self.count = count
    factors = Array(repeating: 0, count: actions.count)
    tasks = CPUKernel.tasks(rows, atLeast: max(1, (1 << 15) / channels), workers: context.workers)
  }

  private let count: Int

  override var taskCount: Int { tasks }
  /// A row is worked on apart, because the result may lie where an operand still has to be read.
  override var scratchCount: Int { channels }

  override func prepare(_ parameters: ParameterBlock) {
    for (index, action) in actions.enumerated() {
      switch action {
      case .addScaled(_, let scalar), .scale(let scalar), .offset(let scalar): factors[index] = parameters.real(scalar)
      default: break
      }
    }
  }

  override func run(task: Int, worker: Int) {
    let values = scratch(worker)
    for row in Parallel.range(task, of: tasks, count: rows) {
      let start = row * channels
      let some = min(channels, count - start)
      memcpy(values, input + start, some * 4)
      for index in actions.indices { apply(actions[index], factors[index], values, row, some) }
      memcpy(output + start, values, some * 4)
    }
  }

  private func apply(_ action: Action, _ factor: Float, _ values: UnsafeMutablePointer<Float>, _ row: Int, _ count: Int)
  {
    switch action {
    case .activate(let code): kernels.activate(code, values, count)
    case .addScaled(let operand, _):
      kernels.add_scaled(
        values, operand.base + row / operand.rows * operand.channels, operand.channels == 1 ? 0 : 1, factor, count)
    case .multiply(let operand):
      kernels.multiply(
        values, operand.base + row / operand.rows * operand.channels, operand.channels == 1 ? 0 : 1, count)
    case .scale: kernels.scale_offset(values, factor, 0, count)
    case .offset: kernels.scale_offset(values, 1, factor, count)
    case .clamp(let low, let high): kernels.clamp(values, low, high, count)
    }
  }
}
