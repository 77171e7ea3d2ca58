import Compute
import Glibc

/// Whether a file, not a folder, is there.
public func isRegularFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

/// Whether a path is that of a device, such as a camera.
public func isCharacterDevice(_ path: String) -> Bool { kind(of: path) == S_IFCHR }

/// Whether anything is there at all.
public func isThere(_ path: String) -> Bool { kind(of: path) != nil }

/// The paths of what a folder holds; empty for anything but a folder.
public func filesInFolder(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return [] }
  defer { closedir(folder) }
  var files: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    files.append(path + "/" + name)
  }
  return files
}

/// Refuses what is no regular file: pipes and folders can be read neither twice nor from the middle.
/// - Parameter what: what the file is for; `nil` where its path says enough.
/// - Throws: `Failure` of kind `.format` that says what is there.
public func requireRegularFile(_ path: String, what: String?, expected: String) throws(Failure) {
  let name = what.map { "\($0) \(path)" } ?? path
  guard let found = kind(of: path) else {
    let reason = errno == ENOENT ? "no such file" : errorInWords()
    throw Failure(.format, "\(name): \(reason); expected \(expected)")
  }
  guard found != S_IFREG else { return }
  let words = [S_IFDIR: "a folder", S_IFIFO: "a pipe", S_IFSOCK: "a socket"][found] ?? "a device"
  throw Failure(.format, "\(name): is \(words); expected a regular file: \(expected)")
}

/// What the latest call to the system that failed says of it.
func errorInWords() -> String { String(cString: strerror(errno)) }

/// The kind of file that is at a path, links followed; `nil` where nothing is.
private func kind(of path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
