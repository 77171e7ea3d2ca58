import Compute
import FoundationEssentials
import Geometry

/// A model folder, opened: its configuration, and its files checked against the hashes there.
public struct ModelFolder: Sendable {
  public let path: String
  public private(set) var configuration: ModelConfiguration

  public static let configurationName = "config.json"
  public static let conditioningName = "conditioning.safetensors"

  /// Reads the configuration and checks that the files are there and are those that it vouches for.
  /// - Parameter verifiesHashes: Whether files are hashed, which takes about three seconds a gigabyte.
  /// - Throws: `.model` naming the file, key, value or hash.
  public init(_ path: String, verifiesHashes: Bool = true) throws(Failure) {
    self.path = path
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
      throw Failure(.model, "model \(path): no such folder; expected one with a \(ModelFolder.configurationName)")
    }
    let document = path + "/" + ModelFolder.configurationName
    configuration = try ModelConfiguration(
      json: try readDocument(document, what: "configuration"), name: "configuration \(document)")
    for (key, file) in [("codec", configuration.codec.file), ("transformer", configuration.transformer.file)] {
      guard exists(file) || exists(file + ".index.json") else {
        throw Failure(.model, "model \(path): \(key).file \(file) is missing, and so is \(file).index.json")
      }
    }
    if configuration.transformer.textSize != nil, !exists(ModelFolder.conditioningName) {
      throw Failure(
        .model,
        "model \(path): \(ModelFolder.conditioningName) is missing; transformer.text_dim asks for an embedded prompt, which "
          + "training/embed_prompt.py makes")
    }
    if verifiesHashes { try verifyHashes() }
  }

  /// Has the model take another number of steps than its configuration says.
  /// - Throws: `.model` naming the folder, for a number that the model cannot take.
  public mutating func take(steps: Int) throws(Failure) {
    do {
      configuration.sampler = try configuration.sampler.taking(steps: steps)
    } catch {
      throw Failure(.model, "model \(path): \(error.message)")
    }
  }

  /// Where a file of the folder is.
  public func file(_ name: String) -> String { path + "/" + name }

  /// The codec's weights.
  /// - Throws: `.model` listing all that do not fit the configuration.
  public func codecWeights() throws(Failure) -> SafetensorsWeights {
    try SafetensorsWeights(
      SafetensorsCollection(file(configuration.codec.file)), expecting: VideoCodec.weights(configuration.codec))
  }

  /// The transformer's weights.
  /// - Throws: `.model` listing all that do not fit the configuration.
  public func transformerWeights() throws(Failure) -> SafetensorsWeights {
    try SafetensorsWeights(
      SafetensorsCollection(file(configuration.transformer.file)),
      expecting: DiffusionTransformer.weights(configuration.transformer))
  }

  private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  private func verifyHashes() throws(Failure) {
    for (name, expected) in (configuration.sha256 ?? [:]).sorted(by: { $0.key < $1.key }) {
      let mapped = try MappedFile(file(name), what: "model file")
      let found = SHA256.hash(mapped.bytes)
      mapped.releasePages()
      guard found == expected else {
        throw Failure(
          .model,
          "model file \(file(name)): SHA-256 is \(found); expected \(expected). Fetch or convert the model again")
      }
    }
  }
}

/// The hash of a file, as a configuration states it.
/// - Throws: `.model` when it cannot be read.
public func fileHash(_ path: String) throws(Failure) -> String {
  let mapped = try MappedFile(path, what: "file")
  defer { mapped.releasePages() }
  return SHA256.hash(mapped.bytes)
}

/// Reads a small document whole.
/// - Parameter limit: In bytes: parsing takes a hundred times as much memory, and a second for each few megabytes.
/// - Throws: `.model` naming the file when it is not there or too large.
func readDocument(_ path: String, what: String, limit: Int = 1 << 20) throws(Failure) -> Data {
  let file = try MappedFile(path, what: what)
  guard file.bytes.count <= limit else {
    throw Failure(.model, "\(what) \(path): \(file.bytes.count) bytes; expected at most \(limit)")
  }
  return Data(file.bytes)
}

/// What a decoder found wrong, in a line.
func inWords(_ error: any Error) -> String { (error as? DecodingError)?.inWords ?? "\(error)" }
