import Compute
import Glibc

/// A file's bytes, read-only, as pages that the system fetches when they are first looked at and may drop again.
///
/// The size is that of the moment of opening. A file that someone cuts short afterwards ends the process with SIGBUS at the
/// first look past its new end, which no check here could prevent: replace model files by renaming a new one over them, never
/// by writing into them.
final class MappedFile: @unchecked Sendable {
  let path: String
  let bytes: UnsafeRawBufferPointer

  /// - Parameter what: What the file is, for messages: `weights`.
  /// - Throws: `.model` when there is no such file, or it is no file, or cannot be mapped.
  init(_ path: String, what: String) throws(Failure) {
    self.path = path
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else {
      throw Failure(.model, "\(what) \(path): \(systemMessage(errno)); check that the file is there and readable")
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw Failure(.model, "\(what) \(path): \(systemMessage(errno))") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure(.model, "\(what) \(path): not a file; expected one that can be mapped into memory")
    }
    let size = Int(status.st_size)
    guard size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0)
    guard let address, address != MAP_FAILED else {
      throw Failure(.model, "\(what) \(path): \(size) bytes cannot be mapped: \(systemMessage(errno))")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit {
    if let address = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: address), bytes.count) }
  }

  /// Gives the memory of all pages back; they are read from the file again when looked at.
  func releasePages() {
    if let address = bytes.baseAddress {
      madvise(UnsafeMutableRawPointer(mutating: address), bytes.count, Int32(MADV_DONTNEED))
    }
  }
}

/// What the system says about an `errno`.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
