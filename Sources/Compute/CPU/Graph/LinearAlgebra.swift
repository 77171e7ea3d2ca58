import CKernels
import Glibc
import Synchronization

/// OpenBLAS, opened at run time so that its kernels can be chosen first; see docs/decisions/021.
struct LinearAlgebra: @unchecked Sendable {
  typealias Multiply =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void
  typealias MultiplyVector =
    @convention(c) (
      Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32, Float,
      UnsafeMutablePointer<Float>, Int32
    ) -> Void

  private let multiply: Multiply
  private let multiplyVector: MultiplyVector
  private let setCount: (@convention(c) (Int32) -> Void)?
  private let getCount: (@convention(c) () -> Int32)?
  /// Which of its kernels the library says it uses, and whether that was our choice.
  let description: String

  /// The library, opened once a process, by the first graph that needs it.
  static let shared = Result { () throws(Failure) -> LinearAlgebra in try LinearAlgebra() }

  private init() throws(Failure) {
    let name = getenv("EGOSTREAM_BLAS_LIBRARY").map { String(cString: $0) } ?? "libopenblas.so.0"
    let environment = "OPENBLAS_CORETYPE"
    let isChosenByUser = getenv(environment) != nil
    let isLoaded = dlopen(name, RTLD_LAZY | RTLD_NOLOAD) != nil
    // The library reads this once, when it is loaded.
    let chosen = isChosenByUser || isLoaded ? nil : ego_blas_core().map { String(cString: $0) }
    if let chosen { setenv(environment, chosen, 0) }
    let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL)
    // Other libraries of this name in child processes choose for themselves.
    if chosen != nil { unsetenv(environment) }
    guard let handle else {
      let reason = dlerror().map { String(cString: $0) } ?? "no reason given"
      throw Failure(.library, "\(name): \(reason); install libopenblas0")
    }
    guard let product = dlsym(handle, "cblas_sgemm"), let vector = dlsym(handle, "cblas_sgemv") else {
      throw Failure(.library, "\(name): it has no cblas_sgemm; expected OpenBLAS")
    }
    multiply = unsafeBitCast(product, to: Multiply.self)
    multiplyVector = unsafeBitCast(vector, to: MultiplyVector.self)
    setCount = dlsym(handle, "openblas_set_num_threads").map {
      unsafeBitCast($0, to: (@convention(c) (Int32) -> Void).self)
    }
    getCount = dlsym(handle, "openblas_get_num_threads").map {
      unsafeBitCast($0, to: (@convention(c) () -> Int32).self)
    }
    var core = "unknown"
    if let read = dlsym(handle, "openblas_get_corename") {
      core =
        unsafeBitCast(read, to: (@convention(c) () -> UnsafePointer<CChar>?).self)().map {
          String(cString: $0)
        } ?? core
    }
    let why =
      isChosenByUser
      ? "chosen by \(environment)"
      : isLoaded ? "chosen when another part of this program loaded it" : "chosen by the processor's features"
    description = "OpenBLAS \(core) (\(why))"
  }

  /// How many threads are inside `withThreads`, and how many of its own the library used before the first.
  private static let inside = Mutex((count: 0, before: Int32(0)))

  /// Has the library use so many threads of its own while `body` runs, and then as many as before: the rest of the program may
  /// have a use for it. Where several threads are at it at once, the first one's number holds.
  func withThreads<Result>(_ count: Int, _ body: () -> Result) -> Result {
    guard let setCount, let getCount else { return body() }
    Self.inside.withLock { inside in
      if inside.count == 0 {
        inside.before = getCount()
        setCount(Int32(count))
      }
      inside.count += 1
    }
    defer {
      Self.inside.withLock { inside in
        inside.count -= 1
        if inside.count == 0 { setCount(inside.before) }
      }
    }
    return body()
  }

  /// C = A B + beta C, row-major. `a` and `b` are read transposed where told; the strides are those of memory.
  @inline(__always)
  func product(
    rows: Int, columns: Int, depth: Int, _ a: UnsafePointer<Float>, stride aStride: Int, transposed aTransposed: Bool,
    _ b: UnsafePointer<Float>, stride bStride: Int, transposed bTransposed: Bool, beta: Float,
    _ c: UnsafeMutablePointer<Float>, stride cStride: Int
  ) {
    let (rowMajor, plain, transposed): (Int32, Int32, Int32) = (101, 111, 112)
    if rows == 1 && !aTransposed {
      let (height, width) = bTransposed ? (columns, depth) : (depth, columns)
      multiplyVector(
        rowMajor, bTransposed ? plain : transposed, Int32(height), Int32(width), 1, b, Int32(bStride), a, 1, beta, c, 1)
      return
    }
    multiply(
      rowMajor, aTransposed ? transposed : plain, bTransposed ? transposed : plain, Int32(rows), Int32(columns),
      Int32(depth), 1, a, Int32(aStride), b, Int32(bStride), beta, c, Int32(cStride))
  }
}
