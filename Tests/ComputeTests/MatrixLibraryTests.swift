import Compute
import Glibc
import Testing

/// OpenBLAS, which the rest of the program may use as well.
@Suite struct MatrixLibraryTests {
  /// In a process of its own: other tests' graphs have it at work.
  @Test func itsNumberOfThreadsStays() async {
    await #expect(processExitsWith: .success) {
      let name = "libopenblas.so.0"
      let backend = try CPUBackend(workers: 2)
      #expect(dlopen(name, RTLD_LAZY | RTLD_NOLOAD) == nil)
      var graph = Graph(elementType: .float32)
      let product = try graph.matmul(try graph.input("a", [128, 256]), try graph.input("b", [256, 128]))
      try graph.output("c", product)
      let compiled = try backend.compile(graph)
      #expect(backend.description.contains("OpenBLAS"))
      let library = dlopen(name, RTLD_LAZY | RTLD_NOLOAD)
      let get = try #require(dlsym(library, "openblas_get_num_threads"))
      let set = try #require(dlsym(library, "openblas_set_num_threads"))
      unsafeBitCast(set, to: (@convention(c) (Int32) -> Void).self)(2)
      try compiled.run()
      #expect(unsafeBitCast(get, to: (@convention(c) () -> Int32).self)() == 2)
    }
  }
}
