import Compute
import FoundationEssentials
import Glibc

/// Writes a report as JSON to a file, or to standard output for `-`.
func writeReport<Report: Encodable>(_ report: Report, to file: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  let text = String(decoding: try encoder.encode(report), as: UTF8.self)
  if file == "-" {
    print(text)
  } else {
    try writeText(text + "\n", to: file)
  }
}

func writeText(_ text: String, to file: String) throws {
  do {
    try text.write(toFile: file, atomically: false, encoding: .utf8)
  } catch {
    throw Failure(.setting, "\(file): cannot be written: \(error); expected a path in an existing, writable folder")
  }
}

/// Three decimals: more is noise in every figure reported here.
func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

/// A line for a person who waits; standard output is the report's.
func writeProgress(_ line: String) {
  _ = Array((line + "\n").utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
