/// The plain `cblas_sgemm` of a graph that is one matrix product without epilogue, on all of the library's own threads:
/// what the processor can do, to hold the graph's time against.
public final class MatrixLibraryTiming {
  private let product: Matmul
  private let linearAlgebra: LinearAlgebra
  private let threads: Int
  private let memory: CPUMemory

  /// - Returns: `nil` for any other graph.
  public init?(_ graph: Graph, _ backend: CPUBackend) throws(Failure) {
    guard graph.nodes.count == 1, case .matmul(let product) = graph.nodes[0].operation, product.batch == 1,
      product.epilogue.operands.isEmpty, product.epilogue.activation == .none
    else { return nil }
    self.product = product
    linearAlgebra = try backend.openLinearAlgebra()
    threads = backend.workers
    memory = try backend.allocate((product.left.count + product.right.count + product.output.count) * 4, "a product")
    for index in 0..<product.left.count + product.right.count { memory.floats()[index] = Float(index % 97) * 0.01 }
  }

  public func run() {
    let (a, b) = (memory.floats(), memory.floats(at: product.left.count * 4))
    linearAlgebra.withThreads(threads) {
      linearAlgebra.product(
        rows: product.rows, columns: product.columns, depth: product.depth, a,
        stride: product.transposeLeft ? product.rows : product.depth, transposed: product.transposeLeft, b,
        stride: product.transposeRight ? product.depth : product.columns, transposed: product.transposeRight, beta: 0,
        memory.floats(at: (product.left.count + product.right.count) * 4), stride: product.columns)
    }
  }
}
