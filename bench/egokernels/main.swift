// Times the heavy kernels on a Vulkan device and prints JSON; needs nothing on the machine but a driver.
//
//   egokernels [--tiny] [--runs N] [--device NAME]
import Compute
import Glibc

/// What the command line asks for.
struct Request {
  var isTiny = false
  var runs = 20
  var device = ""

  /// - Throws: `.setting` for what it does not know.
  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--tiny": isTiny = true
      case "--runs":
        guard let text = rest.popFirst(), let count = Int(text), (1...10_000).contains(count) else {
          throw Failure(.setting, "--runs: expected a number from 1 to 10000")
        }
        runs = count
      case "--device":
        guard let name = rest.popFirst() else { throw Failure(.setting, "--device: expected a name or an index") }
        device = name
      default: throw Failure(.setting, "\(argument) is unknown; known: --tiny, --runs N, --device NAME")
      }
    }
  }

  func measurements() throws -> [Measurement] {
    isTiny
      ? [
        try .matmul(128), try .convolution(channels: 16, height: 20, width: 28),
        try .attention(queries: 64, keys: 128, heads: 2, headSize: 128),
      ]
      : [
        try .matmul(4096), try .convolution(channels: 128, height: 240, width: 416),
        try .attention(queries: 4096, keys: 16_384, heads: 12, headSize: 128),
      ]
  }
}

func quoted(_ text: String) -> String {
  "\"" + text.unicodeScalars.map { $0 == "\"" || $0 == "\\" || $0.value < 32 ? "?" : String($0) }.joined() + "\""
}

/// JSON has no word for what is no number.
func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }

func run() throws {
  let request = try Request(CommandLine.arguments)
  guard case .vulkan(let device) = try VulkanDevice.select(choice: .vulkan, device: request.device) else { return }
  var lines: [String] = []
  for measurement in try request.measurements() {
    do {
      let time = try measurement.time(device, runs: request.runs)
      lines.append(
        "    {\"name\": \(quoted(measurement.name)), \"median_ms\": \(number(time.median / 1e6)), "
          + "\"best_ms\": \(number(time.best / 1e6)), "
          + "\"teraflops\": \(number(measurement.operations / time.median / 1e3)), \"finite\": \(time.isFinite)}")
    } catch {
      lines.append("    {\"name\": \(quoted(measurement.name)), \"error\": \(quoted("\(error)"))}")
    }
  }
  print(
    """
    {
      "device": \(quoted(device.report.name)), "driver": \(quoted(device.report.driver)),
      "cooperative_matrix_offered": \(device.report.capabilities.cooperativeMatrix), "runs": \(request.runs),
      "kernels": [
    \(lines.joined(separator: ",\n"))
      ]
    }
    """)
}

do {
  try run()
} catch {
  let line = Array("egokernels: \(error)\n".utf8)
  _ = write(STDERR_FILENO, line, line.count)
  exit(1)
}
