import ArgumentParser
import Compute
import ComputeCases

extension CPUBackend.Instructions: ExpressibleByArgument {
  public init?(argument: String) {
    guard let one = Self.allCases.first(where: { "\($0)" == argument }) else { return nil }
    self = one
  }

  public static var allValueStrings: [String] { allCases.map { "\($0)" } }

  // Names that explain themselves; by default they would explain the numbers behind them.
  public static var allValueDescriptions: [String: String] { [:] }
}

/// How fast the neural operations run: the timed rows of the table that the tests check.
struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Times the neural operations: on the processor, beside what its matrix library can do, or on Vulkan.")

  enum Place: String, ExpressibleByArgument, CaseIterable { case cpu, vulkan }
  enum Precision: String, ExpressibleByArgument, CaseIterable { case float32, float16, bfloat16 }

  @Option(help: "Where to compute.")
  var backend = Place.cpu

  @Option(help: "A Vulkan device by index or part of its name; software ones too.")
  var device = ""

  @Option(help: "Of products on the processor (float32 or bfloat16), of what is stored on Vulkan (float32 or float16).")
  var precision = Precision.float32

  // No default value: it would be shown as the number behind it.
  @Option(help: "Vector instructions of the processor; if not given, the best that it has.")
  var instructions: CPUBackend.Instructions?

  @Option(help: "Time only cases whose description contains this.")
  var filter = ""

  @Option(help: "Threads; one a core if not given.")
  var workers: Int?

  @Flag(help: "With one worker: count the thread's processor time, so that other programs disturb less.")
  var cpuTime = false

  @Option(help: "Seconds to spend on each case.")
  var seconds = 0.5

  @Option(help: "Where the JSON report goes; - is standard output.")
  var json = "-"

  func run() throws {
    guard seconds > 0, seconds <= 60 else {
      throw Failure(.setting, "--seconds \(seconds); expected more than 0 and at most 60")
    }
    if let workers, !(1...64).contains(workers) {
      throw Failure(.setting, "--workers \(workers); expected 1 to 64")
    }
    try requireOutputs([("--json", json)])
    let timer = try makeTimer()
    var rows: [KernelRow] = []
    for one in ComputeCase.all where one.isTimed && (filter.isEmpty || one.description.contains(filter)) {
      let row = try timer.time(one, seconds: seconds)
      writeProgress("\(one): \(row.milliseconds) ms\(row.gflops.map { ", \($0) GFLOP/s" } ?? "")")
      rows.append(row)
    }
    guard !rows.isEmpty else { throw Failure(.setting, "--filter \(filter): no timed case is called so") }
    let report = KernelReport(
      backend: backend.rawValue, device: timer.device, precision: precision.rawValue, clock: timer.clock, rows: rows)
    try writeReport(report, to: json)
  }

  private func makeTimer() throws -> any KernelTimer {
    switch (backend, precision) {
    case (.cpu, .float32), (.cpu, .bfloat16):
      if cpuTime && workers != 1 { throw Failure(.setting, "--cpu-time: expected --workers 1 with it") }
      let products = precision == .bfloat16 ? CPUBackend.Precision.bfloat16 : .float32
      let backend = try CPUBackend(workers: workers, instructions: instructions ?? .best, precision: products)
      return ProcessorTimer(backend: backend, measuresThread: cpuTime)
    case (.vulkan, .float32), (.vulkan, .float16):
      guard case .vulkan(let device) = try VulkanDevice.select(choice: .vulkan, device: device) else {
        throw Failure(.deviceNotFound, "--backend vulkan: no device")
      }
      return VulkanTimer(opened: device, elementType: precision == .float16 ? .float16 : .float32)
    default:
      throw Failure(
        .setting,
        "--precision \(precision.rawValue) on \(backend.rawValue); expected float32, or bfloat16 on cpu, "
          + "or float16 on vulkan")
    }
  }
}
