import Foundation
import Testing

/// A toy of random weights, which completes frames four at a time.
enum ToyModel {
  /// A model folder put together from the networks' fixtures, in the tests' temporary folder.
  static func folder(_ name: String, change: (inout [String: Any]) -> Void = { _ in }) throws -> String {
    let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
      .appending(path: "NetworksTests/Fixtures")
    let (causal, codec) = (fixtures.appending(path: "causal-last-step"), fixtures.appending(path: "codec"))
    func json(_ folder: URL) throws -> [String: Any] {
      let data = try Data(contentsOf: folder.appending(path: "config.json"))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    var configuration = try json(causal)
    configuration["codec"] = try json(codec)
    // The shipped model writes its last step: here is the other way, which leaves work for after a chunk.
    var attention = try #require(configuration["attention"] as? [String: Any])
    attention["cache_write"] = "clean_pass"
    configuration["attention"] = attention
    change(&configuration)
    _ = Setup.once
    let made = Setup.once.folder.appending(path: name)
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    for file in [causal.appending(path: "transformer.safetensors"), codec.appending(path: "codec.safetensors")] {
      let target = made.appending(path: file.lastPathComponent)
      if !FileManager.default.fileExists(atPath: target.path) {
        try FileManager.default.copyItem(at: file, to: target)
      }
    }
    try JSONSerialization.data(withJSONObject: configuration).write(to: made.appending(path: "config.json"))
    return made.path
  }
}
