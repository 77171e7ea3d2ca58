// Times the heavy kernels on a Vulkan device and prints JSON; needs nothing on the machine but a driver.
//
//   egokernels [--tiny] [--runs N] [--device NAME]     on matrix units, where there are any, and without
//   egokernels --check [--only WORD] [--device NAME]   whether results are right: the tests' table in halves
import Compute
import Glibc

/// What the command line asks for.
struct Request {
  var isCheck = false
  /// Part of the names of the cases to check.
  var only = ""
  var isTiny = false
  var runs = 20
  var device = ""

  /// - Throws: `.setting` for what it does not know.
  init(_ arguments: [String]) throws {
    var rest = arguments.dropFirst()[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--check": isCheck = true
      case "--only":
        guard let word = rest.popFirst() else { throw Failure(.setting, "--only: expected a part of a case's name") }
        only = word
      case "--tiny": isTiny = true
      case "--runs":
        guard let text = rest.popFirst(), let count = Int(text), (1...10_000).contains(count) else {
          throw Failure(.setting, "--runs: expected a number from 1 to 10000")
        }
        runs = count
      case "--device":
        guard let name = rest.popFirst() else { throw Failure(.setting, "--device: expected a name or an index") }
        device = name
      default:
        throw Failure(
          .setting, "\(argument) is unknown; known: --check, --only WORD, --tiny, --runs N, --device NAME")
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
  let paths: [MatrixPath] = device.report.capabilities.cooperativeMatrix ? [.cooperative, .plain] : [.plain]
  if request.isCheck { return try check(device, paths, only: request.only) }
  var lines: [String] = []
  for measurement in try request.measurements() {
    for path in paths {
      let head = "    {\"name\": \(quoted(measurement.name)), \"matrices\": \(quoted(path.rawValue)), "
      do {
        let time = try measurement.time(device, path, runs: request.runs)
        lines.append(
          head + "\"median_ms\": \(number(time.median / 1e6)), \"best_ms\": \(number(time.best / 1e6)), "
            + "\"teraflops\": \(number(measurement.operations / time.median / 1e3)), \"finite\": \(time.isFinite)}")
      } catch {
        lines.append(head + "\"error\": \(quoted("\(error)"))}")
      }
    }
  }
  let capabilities = device.report.capabilities
  let shapes = capabilities.matrixShapes.map { quoted("\($0.rows)×\($0.columns)×\($0.depth)") }
  print(
    """
    {
      "device": \(quoted(device.report.name)), "driver": \(quoted(device.report.driver)),
      "matrix_shapes": [\(shapes.joined(separator: ", "))], "subgroup_size": \(capabilities.subgroupSize),
      "runs": \(request.runs),
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
