/// How the host reaches inputs and outputs: in place where it shares memory with the device, else through two mapped
/// buffers that every run copies from and to.
struct HostTransfers {
  /// Where the host writes an input or reads an output.
  struct Place {
    let region: BufferRegion
    let elementType: ElementType
    let isHalf: Bool
    let count: Int

    /// The first byte; `nil` where the host cannot reach it.
    var address: UnsafeMutableRawPointer? { region.buffer.mapped?.baseAddress.map { $0 + region.offset } }
  }

  private struct Copy {
    /// Index into `Graph.buffers`.
    let buffer: Int
    let from: BufferRegion
    let to: BufferRegion
  }

  private(set) var inputs: [String: Place] = [:]
  private(set) var outputs: [String: Place] = [:]
  private var uploads: [Copy] = []
  private var downloads: [Copy] = []
  private(set) var byteCount = 0

  /// - Throws: `.outOfMemory`.
  init(_ graph: Graph, _ memory: GraphMemory, _ device: VulkanDevice, staged: Bool) throws(Failure) {
    func place(_ buffer: Int, _ type: ElementType, _ count: Int, _ region: BufferRegion) -> Place {
      Place(region: region, elementType: type, isHalf: type == .float16 && memory.storesHalves, count: count)
    }
    func isReachable(_ region: BufferRegion) -> Bool { !staged && region.buffer.mapped != nil }
    /// Side by side, each at a multiple of 64 bytes.
    func lay(
      _ regions: [BufferRegion], _ placement: VulkanBuffer.Placement, _ label: String
    ) throws(Failure) -> [BufferRegion] {
      var end = 0
      var offsets: [Int] = []
      for region in regions {
        offsets.append(end)
        end = (end + region.byteCount + 63) / 64 * 64
      }
      guard end > 0 else { return [] }
      let buffer = try VulkanBuffer(device, byteCount: end, placement, label: label)
      var made: [BufferRegion] = []
      for (offset, region) in zip(offsets, regions) {
        made.append(try buffer.region(offset: offset, byteCount: region.byteCount))
      }
      return made
    }

    // An input that no operation reads and no output shows has a place in the plan all the same.
    var regions: [BufferRegion] = []
    for input in graph.inputs {
      regions.append(try memory.content(input.buffer, input.elementType, count: input.count))
    }
    if !regions.allSatisfy(isReachable) {
      let staging = try lay(regions, .upload, "staging of inputs")
      uploads = zip(graph.inputs, zip(staging, regions)).map { Copy(buffer: $0.buffer, from: $1.0, to: $1.1) }
      byteCount += staging.last?.buffer.byteCount ?? 0
      regions = staging
    }
    for (input, region) in zip(graph.inputs, regions) {
      inputs[input.name] = place(input.buffer, input.elementType, input.count, region)
    }

    regions = []
    for output in graph.outputs {
      let tensor = output.tensor
      regions.append(try memory.content(tensor.buffer, tensor.elementType, count: tensor.count))
    }
    if !regions.allSatisfy(isReachable) {
      let staging = try lay(regions, .download, "staging of outputs")
      downloads = zip(graph.outputs, zip(regions, staging)).map {
        Copy(buffer: $0.tensor.buffer, from: $1.0, to: $1.1)
      }
      byteCount += staging.last?.buffer.byteCount ?? 0
      regions = staging
    }
    for (output, region) in zip(graph.outputs, regions) {
      outputs[output.name] = place(output.tensor.buffer, output.tensor.elementType, output.tensor.count, region)
    }
  }

  /// Copies in what the host wrote for these of the graph's buffers.
  func encodeUploads(_ list: inout CommandList, of buffers: Set<Int>) throws(Failure) {
    for copy in uploads where buffers.contains(copy.buffer) { try list.copy(from: copy.from, to: copy.to) }
  }

  func encodeDownloads(_ list: inout CommandList, of buffers: Set<Int>) throws(Failure) {
    for copy in downloads where buffers.contains(copy.buffer) { try list.copy(from: copy.from, to: copy.to) }
  }
}
