import CKernels
import Glibc

/// Rotary embedding from tables of cosines and sines: a row a frame for time, a row a token for height and width.
///
/// Angles are computed in 64 bits: hours into a stream, 32 would no longer tell neighbouring frames apart.
final class RotaryKernel: CPUKernel {
  private struct Table {
    /// Channel pairs of a head.
    let pairs: Int
    let cosines: UnsafeMutablePointer<Float>
    let sines: UnsafeMutablePointer<Float>

    func set(_ row: Int, _ pair: Int, _ angle: Double) {
      cosines[row * pairs + pair] = Float(cos(angle))
      sines[row * pairs + pair] = Float(sin(angle))
    }
  }

  let tables: CPUMemory
  private let operation: RotaryEmbedding
  private let input: UnsafePointer<Float>
  private let output: UnsafeMutablePointer<Float>
  private let time: Table
  private let space: Table
  private let rotate:
    @convention(c) (
      UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Int
    ) -> Void
  /// What the time table was made for.
  private var places: [Int?]
  private let tasks: Int

  init(_ operation: RotaryEmbedding, _ context: CPUContext, _ label: String) throws(Failure) {
    self.operation = operation
    input = try context.source(operation.input)
    output = try context.floats(operation.output)
    rotate = context.kernels.rotate
    let (timePairs, spacePairs) = (operation.split[0] / 2, (operation.split[1] + operation.split[2]) / 2)
    let sizes = [timePairs * operation.framePlaces.count, spacePairs * operation.tokenPlaces.count]
    tables = try context.backend.allocate(max(1, sizes[0] + sizes[1]) * 8, "tables of \(label)")
    let first = tables.floats()
    time = Table(pairs: timePairs, cosines: first, sines: first + sizes[0])
    space = Table(pairs: spacePairs, cosines: first + 2 * sizes[0], sines: first + 2 * sizes[0] + sizes[1])
    places = Array(repeating: nil, count: operation.framePlaces.count)
    tasks = CPUKernel.tasks(
      operation.input.rows, atLeast: max(1, (1 << 14) / operation.input.channels), workers: context.workers)
    super.init()
    let heightPairs = operation.split[1] / 2
    for (row, place) in operation.tokenPlaces.enumerated() {
      for pair in 0..<spacePairs {
        let isHeight = pair < heightPairs
        let frequency = operation.frequency(axis: isHeight ? 1 : 2, isHeight ? pair : pair - heightPairs)
        space.set(row, pair, Double(isHeight ? place.row : place.column) * frequency)
      }
    }
  }

  override var taskCount: Int { tasks }

  override func prepare(_ parameters: ParameterBlock) {
    for (frame, place) in operation.framePlaces.enumerated() {
      let wanted = place.resolved(parameters)
      guard wanted != places[frame] else { continue }
      places[frame] = wanted
      for pair in 0..<time.pairs { time.set(frame, pair, Double(wanted) * operation.frequency(axis: 0, pair)) }
    }
  }

  override func run(task: Int, worker: Int) {
    let (channels, tokens) = (operation.input.channels, operation.tokenPlaces.count)
    for row in Parallel.range(task, of: tasks, count: operation.input.rows) {
      var at = row * channels
      let (frame, token) = row.quotientAndRemainder(dividingBy: tokens)
      for _ in 0..<operation.heads {
        turn(time, frame, &at)
        turn(space, token, &at)
      }
    }
  }

  @inline(__always)
  private func turn(_ table: Table, _ row: Int, _ at: inout Int) {
    let first = row * table.pairs
    rotate(input + at, output + at, table.cosines + first, table.sines + first, table.pairs)
    at += 2 * table.pairs
  }
}

extension RotaryEmbedding {
  /// Radians that pair `pair` of an axis turns by from one place to the next.
  func frequency(axis: Int, _ pair: Int) -> Double { pow(Double(base), -2 * Double(pair) / Double(split[axis])) }
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
