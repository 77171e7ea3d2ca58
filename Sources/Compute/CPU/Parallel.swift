import Dispatch
import Glibc

/// Loops spread over the processor's cores.
public enum Parallel {
  /// How many cores this process may use.
  public static let width = max(1, min(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 64))

  /// Runs `body` for every index below `count`, several at once, and returns when all are done.
  ///
  /// The bodies must write to separate memory.
  public static func forEach(_ count: Int, _ body: (Int) -> Void) {
    guard count > 1, width > 1 else {
      for index in 0..<max(count, 0) { body(index) }
      return
    }
    withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let shared = body
      DispatchQueue.concurrentPerform(iterations: count) { shared($0) }
    }
  }

  /// How many pieces `forEachRow` works in, each with scratch memory of its own where it needs any.
  public static let pieces = width * 4

  /// Runs `body` for every row below `count`, in several pieces a core: rows can differ much, all above from all below.
  ///
  /// The bodies must write to separate memory; those of one piece run one after the other.
  public static func forEachRow(below count: Int, _ body: (_ piece: Int, _ row: Int) -> Void) {
    forEach(pieces) { piece in
      for row in range(piece, of: pieces, count: count) { body(piece, row) }
    }
  }

  /// Splits `0..<count` into `parts` runs of nearly the same length, each starting at a multiple of `alignment`.
  public static func range(_ index: Int, of parts: Int, count: Int, alignment: Int = 1) -> Range<Int> {
    let blocks = (count + alignment - 1) / alignment
    let low = min(count, index * blocks / parts * alignment)
    let high = min(count, (index + 1) * blocks / parts * alignment)
    return low..<high
  }
}
