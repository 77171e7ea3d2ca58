import CKernels
import Glibc

/// Rotary embedding from tables of cosines and sines, one row a place along each axis.
///
/// Angles are computed in 64 bits: hours into a stream, 32 would no longer tell neighbouring frames apart.
final class RotaryKernel: CPUKernel {
  private struct Axis {
    let places: Int
    /// Channel pairs of a head.
    let pairs: Int
    let cosines: UnsafeMutablePointer<Float>
    let sines: UnsafeMutablePointer<Float>
  }

  let tables: CPUMemory
  private let operation: RotaryEmbedding
  private let input: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let axes: [Axis]
  private let rotate:
    @convention(c) (
      UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int
    ) -> Void
  private var offset: Int?
  private let tasks: Int

  init(_ operation: RotaryEmbedding, _ context: CPUContext, _ label: String) throws(Failure) {
    self.operation = operation
    input = try context.source(operation.input)
    output = try context.floats(operation.output)
    rotate = context.kernels.rotate
    let places = [operation.frames, operation.height, operation.width]
    let sizes = (0..<3).map { places[$0] * operation.split[$0] / 2 }
    tables = try context.backend.allocate(sizes.reduce(0, +) * 8, "tables of \(label)")
    var next = tables.floats()
    var axes: [Axis] = []
    for index in 0..<3 {
      axes.append(
        Axis(places: places[index], pairs: operation.split[index] / 2, cosines: next, sines: next + sizes[index]))
      next += 2 * sizes[index]
    }
    self.axes = axes
    tasks = CPUKernel.tasks(
      operation.input.rows, atLeast: max(1, (1 << 14) / operation.input.channels), workers: context.workers)
    super.init()
    fill(1, from: 0)
    fill(2, from: 0)
  }

  override var taskCount: Int { tasks }

  override func prepare(_ parameters: ParameterBlock) {
    let wanted = parameters.integer(operation.frameOffset)
    guard wanted != offset else { return }
    fill(0, from: wanted)
    offset = wanted
  }

  private func fill(_ index: Int, from first: Int) {
    let axis = axes[index]
    for pair in 0..<axis.pairs {
      let frequency = pow(Double(operation.base), -Double(pair) / Double(axis.pairs))
      for place in 0..<axis.places {
        let angle = (Double(first) + Double(place)) * frequency
        axis.cosines[place * axis.pairs + pair] = Float(cos(angle))
        axis.sines[place * axis.pairs + pair] = Float(sin(angle))
      }
    }
  }

  override func run(task: Int, worker: Int) {
    let channels = operation.input.channels
    for row in Parallel.range(task, of: tasks, count: operation.input.rows) {
      var at = row * channels
      let places = (
        row / (operation.height * operation.width), row / operation.width % operation.height, row % operation.width
      )
      for _ in 0..<operation.heads {
        turn(axes[0], places.0, &at)
        turn(axes[1], places.1, &at)
        turn(axes[2], places.2, &at)
      }
    }
  }

  @inline(__always)
  private func turn(_ axis: Axis, _ place: Int, _ at: inout Int) {
    let first = place * axis.pairs
    rotate(input + at, output + at, axis.cosines + first, axis.sines + first, axis.pairs)
    at += 2 * axis.pairs
  }
}

/// Cosines and sines of timesteps, a few hundred numbers.
final class TimestepKernel: CPUKernel {
  private let timesteps: [Scalar]
  private var values: [Float]
  private let output: UnsafeMutablePointer<Float>
  private let half: Int

  init(_ operation: TimestepEmbedding, _ context: CPUContext) throws(Failure) {
    timesteps = operation.timesteps
    values = Array(repeating: 0, count: timesteps.count)
    output = try context.floats(operation.output)
    half = operation.output.channels / 2
  }

  override func prepare(_ parameters: ParameterBlock) {
    for index in timesteps.indices { values[index] = parameters.real(timesteps[index]) }
  }

  override func run(task: Int, worker: Int) {
    for (index, value) in values.enumerated() {
      let row = output + index * half * 2
      for frequency in 0..<half {
        let angle = Double(value) * pow(10_000, -Double(frequency) / Double(half))
        row[frequency] = Float(cos(angle))
        row[half + frequency] = Float(sin(angle))
      }
    }
  }
}
