import Compute
import ComputeCases
import Glibc

/// One timed case.
struct KernelRow: Encodable {
  var operation: String
  var name: String
  /// The best of all runs, and the middle one.
  var milliseconds: Double
  var median_milliseconds: Double
  var runs: Int
  var gflops: Double?
  /// The time of `cblas_sgemm` alone ÷ ours, for matrix products on the processor.
  var ratio_to_blas: Double?
  var arena_bytes: Int
  var unplanned_bytes: Int
  var constant_bytes: Int

  init(_ one: ComputeCase, _ times: [Double], _ memory: MemoryUse) {
    let sorted = times.sorted()
    operation = one.operation
    name = one.name
    milliseconds = rounded(sorted[0] * 1000)
    median_milliseconds = rounded(sorted[sorted.count / 2] * 1000)
    runs = times.count
    gflops = one.floatingPointOperations > 0 ? rounded(one.floatingPointOperations / sorted[0] / 1e9) : nil
    arena_bytes = memory.arenaBytes
    unplanned_bytes = memory.unplannedBytes
    constant_bytes = memory.constantBytes
  }
}

struct KernelReport: Encodable {
  var backend: String
  var device: String
  var precision: String
  /// Whose times these are: `wall`, `thread` or `device`.
  var clock: String
  var rows: [KernelRow]
}

/// Times cases on one backend.
protocol KernelTimer {
  var device: String { get }
  var clock: String { get }
  func time(_ one: ComputeCase, seconds: Double) throws -> KernelRow
}

struct ProcessorTimer: KernelTimer {
  let backend: CPUBackend
  let measuresThread: Bool

  var device: String { backend.description }
  var clock: String { measuresThread ? "thread" : "wall" }

  func time(_ one: ComputeCase, seconds: Double) throws -> KernelRow {
    let built = try one.build(seed: 1)
    let compiled = try backend.compile(built.graph)
    try built.load(into: compiled)
    let plain = try MatrixLibraryTiming(built.graph, backend)
    var (ours, theirs): ([Double], [Double]) = ([], [])
    // In turn, so that a disturbance meets both; some of each at a time, because the library's threads stay awake for a
    // while after a product, on the cores that ours want.
    let begin = now(CLOCK_MONOTONIC)
    let turn = seconds / 8
    func take(_ times: inout [Double], _ body: () throws -> Void) rethrows {
      let begin = now(CLOCK_MONOTONIC)
      repeat { times.append(try measure(body)) } while now(CLOCK_MONOTONIC) - begin < turn
    }
    repeat {
      try take(&ours) { try compiled.run() }
      if let plain { take(&theirs) { plain.run() } }
    } while now(CLOCK_MONOTONIC) - begin < seconds || ours.count < 5
    var row = KernelRow(one, ours, compiled.memory)
    row.ratio_to_blas = theirs.min().map { rounded($0 * 1000 / row.milliseconds) }
    return row
  }

  private func measure(_ body: () throws -> Void) rethrows -> Double {
    let clock = measuresThread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC
    let begin = now(clock)
    try body()
    return now(clock) - begin
  }
}

/// By the device's own clock, without what the host adds.
struct VulkanTimer: KernelTimer {
  let opened: VulkanDevice
  let elementType: ElementType

  var device: String { opened.report.name }
  var clock: String { "device" }

  func time(_ one: ComputeCase, seconds: Double) throws -> KernelRow {
    let built = try one.build(elementType, seed: 1)
    var options = VulkanBackend.Options()
    options.timesOperations = true
    let compiled = try VulkanBackend(opened, options).prepare(built.graph)
    try built.load(into: compiled)
    // The first warms up.
    try compiled.run()
    var times: [Double] = []
    let begin = now(CLOCK_MONOTONIC)
    repeat {
      try compiled.run()
      let timings = try compiled.timings()
      guard !timings.isEmpty else { throw Failure(.library, "\(device) has no clock to time \(one) with") }
      times.append(timings.reduce(0) { $0 + $1.nanoseconds } * 1e-9)
    } while now(CLOCK_MONOTONIC) - begin < seconds
    return KernelRow(one, times, compiled.memory)
  }
}

private func now(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
