import Compute
import Testing

@testable import Networks

/// What loading takes of the host's memory, at most.
struct HostMemoryTests {
  /// A file of 128 MB is compiled for the processor, whose own copy of the weights counts as the device's memory.
  ///
  /// Other tests run in this process at the same time; what they take is within the 200 MB.
  @Test(arguments: [ElementType.float32, .float16]) func thePeakIsTheFileAnd200MB(_ type: ElementType) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("weights.safetensors")
    let side = 2048
    let layers = type == .float32 ? 8 : 16
    let shared = try RandomWeights(seed: 1).constant("layer", [side, side])
    let needs = (0..<layers).map { WeightSpecification("layer.\($0)", [side, side]) }
    try SafetensorsWriter().write(
      needs.map { one in SafetensorsWriter.Item(one.name, one.shape, type) { () throws(Failure) in shared } }, to: path)

    let before = ProcessMemory.resident
    ProcessMemory.resetPeak()
    let collection = try SafetensorsCollection(path)
    let weights = try SafetensorsWeights(collection, expecting: needs)
    var graph = Graph()
    var x = try graph.input("x", [1, side])
    for one in needs {
      x = try graph.matmul(x, graph.constant(one.shape, weights.constant(one.name, one.shape)), transposeRight: true)
    }
    try graph.output("y", x)
    let compiled = try CPUBackend(workers: 1).compile(graph)
    let grown = ProcessMemory.peak - before - compiled.memory.constantBytes
    #expect(grown <= collection.byteCount + 200 << 20, "\(grown >> 20) MiB beside the weights' own copy")

    let held = ProcessMemory.resident
    weights.releasePages()
    let released = held - ProcessMemory.resident
    #expect(released > collection.byteCount / 2, "\(released >> 20) MiB of the file's pages were given back")
    try compiled.write("x", [Float](repeating: 1, count: side))
    try compiled.run()
    #expect(try compiled.read("y").allSatisfy { $0.isFinite })
  }
}
