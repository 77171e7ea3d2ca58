import Compute
import ComputeCases
import Testing

/// When products run on matrix units, and into what they are divided there: rules over reports, tested without any.
@Suite struct MatrixUnitTests {
  private static let shapes = [
    MatrixShape(rows: 16, columns: 16, depth: 16), MatrixShape(rows: 16, columns: 8, depth: 16),
    MatrixShape(rows: 8, columns: 16, depth: 16), MatrixShape(rows: 8, columns: 8, depth: 8),
  ]

  @Test func automaticTakesThemOnHardwareAlone() throws {
    let shapes = MatrixUnitTests.shapes
    #expect(try MatrixPath.shapes(.automatic, report(.discrete, shapes)) == shapes)
    #expect(try MatrixPath.shapes(.automatic, report(.software, shapes)) == [])
    #expect(try MatrixPath.shapes(.automatic, report(.discrete, [])) == [])
    #expect(try MatrixPath.shapes(.plain, report(.discrete, shapes)) == [])
    #expect(try MatrixPath.shapes(.cooperative, report(.software, shapes)) == shapes)
    let failure = #expect(throws: Failure.self) { try MatrixPath.shapes(.cooperative, report(.discrete, [])) }
    #expect(failure?.kind == .deviceNotFound && failure?.message.contains("GPU") == true)
  }

  @Test(arguments: shapes, [8, 16, 32, 64]) func tilesFitWhatTheDeviceHas(_ shape: MatrixShape, subgroupSize: Int) {
    for sharedBytes in [16_384, 32_768, 49_152] {
      for kind in [VulkanDeviceReport.Kind.software, .discrete] {
        let report = report(kind, [shape], subgroupSize: subgroupSize, sharedBytes: sharedBytes)
        for (rows, columns) in [(4096, 4096), (130, 70), (1, 1), (100_000, 32)] {
          guard let tile = MatrixTile.best(rows: rows, columns: columns, batch: 1, report, [shape]) else {
            Issue.record("no tile of \(shape) for \(rows)×\(columns) in \(sharedBytes) bytes")
            continue
          }
          #expect(tile.sharedBytes <= sharedBytes && tile.threads <= 1024)
          #expect(tile.threads % subgroupSize == 0)
          #expect(tile.rows % shape.rows == 0 && tile.columns % shape.columns == 0)
        }
        for headSize in [1, 20, 64, 128] where sharedBytes > 16_384 {
          let tile = AttentionTile.best(headSize: headSize, report, [shape])
          #expect(tile.map { $0.sharedBytes <= sharedBytes && $0.width >= headSize } == true)
          #expect(tile.map { $0.width % shape.columns == 0 && $0.width % shape.depth == 0 } == true)
        }
      }
    }
  }

  @Test func whatDoesNotFitIsLeftToThePlainPath() {
    let huge = MatrixShape(rows: 64, columns: 64, depth: 64)
    let report = report(.discrete, [huge])
    #expect(MatrixTile.best(rows: 512, columns: 512, batch: 1, report, [huge]) == nil)
    #expect(AttentionTile.best(headSize: 64, report, [huge]) == nil)
    #expect(MatrixTile.best(rows: 512, columns: 512, batch: 1, report, []) == nil)
    // The largest shape that fits is taken, not the largest.
    let tile = MatrixTile.best(rows: 512, columns: 512, batch: 1, report, [huge] + MatrixUnitTests.shapes)
    #expect(tile?.shape == MatrixUnitTests.shapes[0])
  }

  /// Debian 12's software device has none; a later one has.
  @Test(.needsVulkan) func aDeviceWithoutThemRunsThePlainPath() throws {
    let device = try testDevice()
    do {
      var graph = Graph(elementType: .float16)
      let x = try graph.input("x", [32, 32])
      try graph.output("y", try graph.matmul(x, x))
      var options = VulkanBackend.Options()
      for path in [MatrixPath.automatic, .plain] where path == .plain || device.report.isSoftware {
        options.matrices = path
        #expect(try VulkanBackend(device, options).prepare(graph).kernels == ["matmul"])
      }
      options.matrices = .cooperative
      if device.report.capabilities.cooperativeMatrix {
        #expect(try VulkanBackend(device, options).prepare(graph).kernels == ["cooperative_matmul"])
      } else {
        #expect(throws: Failure.self) { try VulkanBackend(device, options).prepare(graph) }
      }
    }
    expectValid(device)
  }

  private func report(
    _ kind: VulkanDeviceReport.Kind, _ shapes: [MatrixShape], subgroupSize: Int = 32, sharedBytes: Int = 49_152
  ) -> VulkanDeviceReport {
    var capabilities = VulkanDeviceReport.Capabilities()
    capabilities.matrixShapes = shapes
    capabilities.subgroupSize = subgroupSize
    var limits = VulkanDeviceReport.Limits()
    limits.sharedMemoryBytes = sharedBytes
    limits.workgroupInvocations = 1024
    limits.workgroupSize = [1024, 1024, 64]
    return VulkanDeviceReport(
      index: 0, name: "some GPU", kind: kind, driver: "", apiVersion: "1.3.0", memoryBytes: 1 << 30,
      capabilities: capabilities, limits: limits, usable: true, reason: "usable")
  }
}
