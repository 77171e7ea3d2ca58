import Glibc

/// What this process may take of the machine's memory: an allocation that fails ends it, so what is large is asked for first.
public enum HostMemory {
  /// All that the machine has.
  public static var physicalBytes: Int { sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) }

  /// All that the machine has, or that the process is allowed (`ulimit -v`).
  static var mostBytes: Int {
    let physical = physicalBytes
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max) else {
      return physical
    }
    return min(physical, Int(limit.rlim_cur))
  }

  /// - Parameter remedy: What to change.
  /// - Throws: `.outOfMemory` with what is needed and what there is.
  public static func check(_ bytes: Int, for what: String, remedy: String) throws(Failure) {
    let most = mostBytes
    guard bytes > most / 10 * 9 else { return }
    throw Failure(
      .outOfMemory, "\(what) takes \(bytes >> 20) MB; this process may have \(most >> 20) MB in all: \(remedy)")
  }
}
