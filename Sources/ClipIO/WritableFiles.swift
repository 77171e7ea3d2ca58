import Compute
import Glibc

/// Refuses outputs that cannot be written, before anything is made that would be lost then.
/// - Throws: `Failure` of kind `.setting` that names the option, the path and the reason.
public func requireWritable(_ outputs: [NamedFile]) throws(Failure) {
  for output in outputs {
    var status = stat()
    var isWritable = false
    if stat(output.path, &status) == 0 {
      guard status.st_mode & S_IFMT != S_IFDIR else {
        throw Failure(.setting, "\(output.name) \(output.path): is a folder; expected a file to write")
      }
      isWritable = access(output.path, W_OK) == 0
    } else if errno == ENOENT {
      let end = output.path.lastIndex(of: "/")
      isWritable = access(end.map { String(output.path[...$0]) } ?? ".", W_OK | X_OK) == 0
    }
    guard isWritable else {
      throw Failure(
        .setting,
        "\(output.name) \(output.path): cannot be written: \(errorInWords()); "
          + "expected a path in an existing, writable folder")
    }
  }
}

/// Writes a text file.
/// - Throws: `Failure` of kind `.setting` with the system's reason.
public func writeText(_ text: String, to file: String) throws(Failure) {
  let written = fopen(file, "w").map { opened in
    let isWhole = fputs(text, opened) >= 0
    // What is still in memory fails only here, on a full disk for example.
    return fclose(opened) == 0 && isWhole
  }
  guard written == true else {
    throw Failure(
      .setting, "\(file): cannot be written: \(errorInWords()); expected a path in an existing, writable folder")
  }
}

/// Makes a folder, and those that it lies in, where they are not there.
/// - Throws: `Failure` of kind `.setting` with the system's reason.
public func makeFolder(_ folder: NamedFile) throws(Failure) {
  var path = ""
  for part in folder.path.split(separator: "/", omittingEmptySubsequences: false) {
    path += part + "/"
    guard mkdir(path, 0o777) != 0, errno != EEXIST else { continue }
    let reason = errorInWords()
    guard !isThere(path) else { continue }
    throw Failure(
      .setting, "\(folder.name) \(folder.path): cannot be made: \(reason); expected a folder to write into")
  }
  guard access(path, W_OK | X_OK) == 0 else {
    throw Failure(
      .setting, "\(folder.name) \(folder.path): \(errorInWords()); expected a folder that can be written into")
  }
}
