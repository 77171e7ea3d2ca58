import Compute
import FoundationEssentials

/// A network's tensors: one file, or shards that an index names.
public struct SafetensorsCollection: Sendable {
  /// What the caller asked for, for messages.
  public let path: String
  public let files: [SafetensorsFile]
  /// Every tensor and the file that holds it.
  private let homes: [String: Int]

  /// Opens `path`, or the shards that `path` + `.index.json` names where there is no such file.
  /// - Throws: `.model` naming the file, shard or tensor.
  public init(_ path: String) throws(Failure) {
    self.path = path
    let index = path.hasSuffix(".index.json") ? path : path + ".index.json"
    var files: [SafetensorsFile] = []
    if index != path, FileManager.default.fileExists(atPath: path) || !FileManager.default.fileExists(atPath: index) {
      files = [try SafetensorsFile(path)]
      homes = files[0].tensors.mapValues { _ in 0 }
    } else {
      let map = try SafetensorsCollection.weightMap(index)
      let folder = index.lastIndex(of: "/").map { String(index[...$0]) } ?? ""
      var homes: [String: Int] = [:]
      for shard in Set(map.values).sorted() {
        let file = try SafetensorsFile(folder + shard)
        for name in file.tensors.keys {
          if let other = homes.updateValue(files.count, forKey: name) {
            throw Failure(.model, "weights \(index): tensor \(name) is in \(files[other].path) and in \(file.path)")
          }
        }
        files.append(file)
      }
      let lost = map.filter { name, shard in homes[name].map { files[$0].path != folder + shard } ?? true }
      if let (name, shard) = lost.min(by: { $0.key < $1.key }) {
        throw Failure(
          .model, "weights \(index): tensor \(name) is not in \(shard), nor \(lost.count - 1) others in theirs")
      }
      self.homes = homes
    }
    self.files = files
  }

  /// The names of all tensors, in order.
  public var names: [String] { homes.keys.sorted() }

  /// Bytes of all files.
  public var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

  public func entry(_ name: String) -> SafetensorsFile.Entry? { homes[name].flatMap { files[$0].tensors[name] } }

  /// - Throws: `.model`; see `SafetensorsFile.constant`.
  public func constant(_ name: String, rows: Range<Int>? = nil) throws(Failure) -> Constant {
    guard let home = homes[name] else { throw Failure(.model, "weights \(path): no tensor \(name)") }
    return try files[home].constant(name, rows: rows)
  }

  /// Gives back the memory of pages that were looked at; see `SafetensorsFile.releasePages`.
  public func releasePages() { for file in files { file.releasePages() } }

  private struct Index: Decodable {
    let weightMap: [String: String]

    enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }
  }

  private static func weightMap(_ path: String) throws(Failure) -> [String: String] {
    let data = try readDocument(path, what: "index of weights", limit: 16 << 20)
    let map: [String: String]
    do {
      map = try JSONDecoder().decode(Index.self, from: data).weightMap
    } catch {
      throw Failure(.model, "index of weights \(path): \(inWords(error))")
    }
    try checkKeys(of: data, what: "index of weights \(path)")
    guard !map.isEmpty, map.count <= SafetensorsFile.Limits.tensors, Set(map.values).count <= 1024 else {
      throw Failure(
        .model,
        "index of weights \(path): \(map.count) tensors in \(Set(map.values).count) shards; expected 1 to 65536 in at most 1024"
      )
    }
    for shard in map.values { try checkFileName(shard, "index of weights \(path): a shard") }
    return map
  }
}
