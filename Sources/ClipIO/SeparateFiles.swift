import Compute
import Glibc

/// A file and what it is for, as a user calls it: `--input` and its path.
public struct NamedFile {
  let name: String
  let path: String

  public init(_ name: String, _ path: String) {
    self.name = name
    self.path = path
  }
}

/// Refuses an output that is read too or written twice: opening it would destroy what is in it.
///
/// Files are told apart by what they are, not by their names: links and detours do not hide one.
/// - Throws: `Failure` of kind `.setting` that names both.
public func requireSeparate(outputs: [NamedFile], inputs: [NamedFile]) throws(Failure) {
  var taken = inputs.compactMap { file in FileIdentity(file.path).map { (file: file, identity: $0) } }
  for output in outputs {
    guard let identity = FileIdentity(output.path) else { continue }
    if let other = taken.first(where: { $0.identity == identity })?.file {
      throw Failure(
        .setting,
        "\(output.name) \(output.path): is the same file as \(other.name) \(other.path), which it would overwrite; "
          + "expected a file of its own")
    }
    taken.append((output, identity))
  }
}

/// What makes two paths one file.
private enum FileIdentity: Equatable {
  case existing(device: UInt, number: UInt)
  /// Nothing is there yet: its folder without detours, and its name.
  case new(path: String)

  /// `nil` for what takes any number of writers, such as /dev/null, and for what cannot be created.
  init?(_ path: String) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { return nil }
      self = .existing(device: UInt(status.st_dev), number: UInt(status.st_ino))
      return
    }
    let end = path.lastIndex(of: "/")
    let name = end.map { path[path.index(after: $0)...] } ?? path[...]
    guard let folder = realpath(end.map { String(path[...$0]) } ?? ".", nil) else { return nil }
    defer { free(folder) }
    self = .new(path: String(cString: folder) + "/" + name)
  }
}
