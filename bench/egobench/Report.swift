import ArgumentParser
import ClipIO
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

/// Looks over what a command writes, before it measures for minutes: nothing that it reads, and all of it writable.
/// - Parameter outputs: options and their paths; `nil` and `-`, standard output, are no files.
func requireOutputs(_ outputs: [(name: String, path: String?)], inputs: [NamedFile] = []) throws(Failure) {
  let files = outputs.compactMap { name, path in path.flatMap { $0 == "-" ? nil : NamedFile(name, $0) } }
  try requireSeparate(outputs: files, inputs: inputs)
  try requireWritable(files)
}

/// Refuses a number of frames that is none.
func requireFrames(_ frames: Int?) throws {
  if let frames, frames < 1 { throw ValidationError("--frames is \(frames); expected 1 or more") }
}

/// Three decimals: more is noise in every figure reported here.
func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

/// A line for a person who waits; standard output is the report's.
func writeProgress(_ line: String) {
  _ = Array((line + "\n").utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
