import Glibc

/// A run of bytes aligned to 64, zero at first, freed with this object.
final class CPUMemory: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// - Throws: `.outOfMemory` with what was asked and for what.
  init(byteCount: Int, label: String) throws(Failure) {
    // A vector may read past the end.
    let padded = max(byteCount, 0) + 256
    var memory: UnsafeMutableRawPointer?
    guard byteCount >= 0, byteCount < Int.max / 2, posix_memalign(&memory, 64, padded) == 0, let memory else {
      throw CPUMemory.exhausted(byteCount, label)
    }
    memset(memory, 0, padded)
    base = memory
    self.byteCount = byteCount
  }

  deinit { free(base) }

  /// Floats from a byte offset on.
  func floats(at offset: Int = 0) -> UnsafeMutablePointer<Float> {
    (base + offset).assumingMemoryBound(to: Float.self)
  }

  static func exhausted(_ byteCount: Int, _ label: String) -> Failure {
    let free = sysconf(Int32(_SC_AVPHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE))
    return Failure(
      .outOfMemory, "\(label): \(byteCount) bytes of host memory were asked for; about \(free >> 20) MiB are free")
  }
}
