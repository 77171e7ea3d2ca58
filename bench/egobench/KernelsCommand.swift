import ArgumentParser
import Compute
import ComputeCases
import Glibc

/// How fast the neural operations run: the timed rows of the table that the tests check.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Times the neural operations on the processor, beside what its matrix library can do.")

  @Option(help: "Time only cases whose description contains this.")
  var filter = ""

  @Option(help: "Threads; one a core without it.")
  var workers: Int?

  @Option(help: "Seconds to spend on each case.")
  var seconds = 0.5

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  struct Row: Encodable {
    var operation: String
    var name: String
    /// The best of all runs, and the middle one.
    var milliseconds: Double
    var median_milliseconds: Double
    var runs: Int
    var gflops: Double?
    /// The time of `cblas_sgemm` alone ÷ ours, for matrix products.
    var ratio_to_blas: Double?
    var arena_bytes: Int
    var unplanned_bytes: Int
  }

  struct Report: Encodable {
    var backend: String
    var device: String
    var rows: [Row]
  }

  func run() throws {
    guard seconds > 0, seconds <= 60 else {
      throw Failure(.setting, "--seconds \(seconds); expected more than 0 and at most 60")
    }
    if let workers, !(1...64).contains(workers) {
      throw Failure(.setting, "--workers \(workers); expected 1 to 64")
    }
    let backend = try CPUBackend(workers: workers)
    var rows: [Row] = []
    for one in ComputeCase.all where one.isTimed && (filter.isEmpty || one.description.contains(filter)) {
      let row = try time(one, backend)
      writeProgress("\(one): \(row.milliseconds) ms\(row.gflops.map { ", \($0) GFLOP/s" } ?? "")")
      rows.append(row)
    }
    guard !rows.isEmpty else { throw Failure(.setting, "--filter \(filter): no timed case is called so") }
    try writeReport(Report(backend: "cpu", device: backend.description, rows: rows), to: json)
  }

  private func time(_ one: ComputeCase, _ backend: CPUBackend) throws -> Row {
    let built = try one.build(seed: 1)
    let compiled = try backend.compile(built.graph)
    try built.load(into: compiled)
    let plain = try MatrixLibraryTiming(built.graph, backend)
    var ours: [Double] = []
    var theirs: [Double] = []
    // In turn, so that a disturbance meets both.
    let begin = monotonicSeconds()
    repeat {
      ours.append(try measure { try compiled.run() })
      if let plain { theirs.append(measure { plain.run() }) }
    } while monotonicSeconds() - begin < seconds || ours.count < 5
    let sorted = ours.sorted()
    let work = one.floatingPointOperations
    return Row(
      operation: one.operation, name: one.name, milliseconds: rounded(sorted[0] * 1000),
      median_milliseconds: rounded(sorted[sorted.count / 2] * 1000), runs: ours.count,
      gflops: work > 0 ? rounded(work / sorted[0] / 1e9) : nil,
      ratio_to_blas: theirs.min().map { rounded($0 / sorted[0]) }, arena_bytes: compiled.memory.arenaBytes,
      unplanned_bytes: compiled.memory.unplannedBytes)
  }
}

private func measure(_ body: () throws -> Void) rethrows -> Double {
  let begin = monotonicSeconds()
  try body()
  return monotonicSeconds() - begin
}

private func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
