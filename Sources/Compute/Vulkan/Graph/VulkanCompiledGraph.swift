/// A graph recorded into one command buffer a stage, with all the memory it will ever use.
///
/// A run writes the parameters, submits and waits: it allocates nothing, creates no pipeline and updates no descriptor. The same
/// holds for a state that is written or read again.
public final class VulkanCompiledGraph: CompiledGraph {
  public let graph: Graph
  public let device: VulkanDevice
  public let memory: MemoryUse
  /// Names of the shaders that it runs.
  public let kernels: Set<String>
  private let placement: GraphMemory
  private let transfers: HostTransfers
  private let words: ParameterWords
  private let parameterBuffer: VulkanBuffer
  private let stages: [Stage]
  /// Of each stage.
  private let recordings: [CommandRecording]
  private let limits: [[ParameterLimit]]
  private var block: ParameterBlock
  private var poisoning: CommandRecording?
  private var clearing: CommandRecording?
  /// Ways to states that the host cannot reach, made when they are first gone.
  private var stateCopies: [StateCopy.Key: StateCopy] = [:]
  /// Whether the host leaves device memory alone, even where it could reach it.
  private let staged: Bool

  init(_ graph: Graph, _ device: VulkanDevice, _ options: VulkanBackend.Options) throws(Failure) {
    self.graph = graph
    self.device = device
    block = ParameterBlock(graph)
    stages = graph.stages
    limits = stages.map(graph.limits)
    staged = options.stagesTransfers ?? !device.hasUnifiedMemory
    placement = try GraphMemory(graph, device, storesHalves: options.storesHalves)
    transfers = try HostTransfers(graph, placement, device, staged: staged)
    parameterBuffer = try VulkanBuffer(
      device, byteCount: max(16, ParameterWords.bound(graph) * 4), .parameters, label: "parameters")

    var encoder = GraphEncoder(
      graph, device, placement, CommandList(device), ParameterWords(), parameterBuffer,
      matrixShapes: try MatrixPath.shapes(options.matrices, device.report))
    var recordings: [CommandRecording] = []
    // An input that no stage reads goes up with the first.
    let unread = Set(graph.inputs.map(\.buffer)).subtracting(stages.flatMap(graph.reads))
    // An input or a state may be shown as a result without being written.
    let unwritten = Set(graph.outputs.map(\.tensor.buffer)).subtracting(stages.flatMap(graph.writes))
    for (index, stage) in stages.enumerated() {
      encoder.list = CommandList(device)
      try transfers.encodeUploads(&encoder.list, of: graph.reads(stage).union(index == 0 ? unread : []))
      if options.timesOperations { encoder.list.mark("inputs") }
      for node in graph.nodes[stage.nodes] {
        try encoder.encode(node)
        if options.timesOperations { encoder.list.mark(node.label) }
      }
      try transfers.encodeDownloads(&encoder.list, of: graph.writes(stage).union(unwritten))
      recordings.append(
        try CommandRecording(
          encoder.list, label: "graph of \(stage.nodes.count) operations\(stage.name.isEmpty ? "" : " " + stage.name)"))
    }
    self.recordings = recordings
    kernels = encoder.kernels
    words = encoder.words
    try parameterBuffer.write(words.words)
    try WeightUpload(graph, placement, device, staged: staged).run()

    memory = MemoryUse(
      arenaBytes: placement.plan.arenaBytes, unplannedBytes: placement.plan.unplannedBytes,
      constantBytes: placement.constantBytes, stateBytes: placement.states.values.reduce(0) { $0 + $1.byteCount },
      scratchBytes: parameterBuffer.byteCount + transfers.byteCount)
    try resetStates()
    for place in transfers.inputs.values {
      place.address?.initializeMemory(as: UInt8.self, repeating: 0, count: place.region.byteCount)
    }
  }

  public func set(_ parameter: Parameter, _ value: Int) throws(Failure) { try block.set(parameter, value) }

  public func set(_ parameter: Parameter, _ value: Float) throws(Failure) { try block.set(parameter, value) }

  public func run() throws(Failure) {
    for index in stages.indices { try run(at: index) }
  }

  public func run(_ stage: String) throws(Failure) { try run(at: Graph.find(stage, in: stages)) }

  private func run(at index: Int) throws(Failure) {
    for limit in limits[index] { try limit.check(block) }
    guard let target = parameterBuffer.mapped?.baseAddress else {
      throw Failure(.library, "\(parameterBuffer.label): not mapped")
    }
    words.write(block, to: target)
    try recordings[index].run(timeoutNanoseconds: device.stagePatienceNanoseconds)
  }

  /// How long each operation took in the last run of its stage; empty unless `Options.timesOperations`.
  /// - Throws: `.library` before every stage ran.
  public func timings() throws(Failure) -> [StretchTiming] {
    var timings: [StretchTiming] = []
    for recording in recordings { timings += try recording.timings() }
    return timings
  }

  // MARK: Inputs and outputs

  public func write(_ input: String, _ values: UnsafeBufferPointer<Float>) throws(Failure) {
    let (place, address) = try find(input, transfers.inputs, "input", values.count, bytes: false)
    NumberFormat.store(values, asHalves: place.isHalf, to: address)
  }

  public func write(_ input: String, bytes: UnsafeRawBufferPointer) throws(Failure) {
    let (_, address) = try find(input, transfers.inputs, "input", bytes.count, bytes: true)
    if let source = bytes.baseAddress { address.copyMemory(from: source, byteCount: bytes.count) }
  }

  public func read(_ output: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure) {
    let (place, address) = try find(output, transfers.outputs, "output", values.count, bytes: false)
    NumberFormat.load(address, asHalves: place.isHalf, into: values)
  }

  public func read(_ output: String, bytes: UnsafeMutableRawBufferPointer) throws(Failure) {
    let (_, address) = try find(output, transfers.outputs, "output", bytes.count, bytes: true)
    bytes.baseAddress?.copyMemory(from: address, byteCount: bytes.count)
  }

  private func find(
    _ name: String, _ places: [String: HostTransfers.Place], _ kind: String, _ count: Int, bytes: Bool
  ) throws(Failure) -> (HostTransfers.Place, UnsafeMutableRawPointer) {
    guard let place = places[name] else {
      let known = places.keys.sorted().joined(separator: ", ")
      throw Failure(.format, "no \(kind) \(name); the graph has \(known.isEmpty ? "none" : known)")
    }
    guard place.count == count, (place.elementType == .uint8) == bytes else {
      let unit = place.elementType == .uint8 ? "bytes" : "numbers"
      throw Failure(
        .format, "\(kind) \(name): \(count) \(bytes ? "bytes" : "numbers"); expected \(place.count) \(unit)")
    }
    guard let address = place.address else { throw Failure(.library, "\(kind) \(name): its memory is not mapped") }
    return (place, address)
  }

  // MARK: States

  public func readState(_ name: String, into values: UnsafeMutableBufferPointer<Float>) throws(Failure) {
    let (region, isHalf) = try state(name, values.count)
    if let address = reach(region) { return NumberFormat.load(address, asHalves: isHalf, into: values) }
    let copy = try stateCopy(StateCopy.Key(state: name, isUpload: false), region)
    try copy.recording.run()
    if let address = copy.staging.mapped?.baseAddress { NumberFormat.load(address, asHalves: isHalf, into: values) }
  }

  public func writeState(_ name: String, _ values: UnsafeBufferPointer<Float>) throws(Failure) {
    let (region, isHalf) = try state(name, values.count)
    if let address = reach(region) { return NumberFormat.store(values, asHalves: isHalf, to: address) }
    let copy = try stateCopy(StateCopy.Key(state: name, isUpload: true), region)
    if let address = copy.staging.mapped?.baseAddress { NumberFormat.store(values, asHalves: isHalf, to: address) }
    try copy.recording.run()
  }

  /// The first byte of a region; `nil` where it has to be copied.
  private func reach(_ region: BufferRegion) -> UnsafeMutableRawPointer? {
    staged ? nil : region.buffer.mapped?.baseAddress.map { $0 + region.offset }
  }

  private func stateCopy(_ key: StateCopy.Key, _ region: BufferRegion) throws(Failure) -> StateCopy {
    if let made = stateCopies[key] { return made }
    let copy = try StateCopy(device, key, region)
    stateCopies[key] = copy
    return copy
  }

  private func state(_ name: String, _ count: Int) throws(Failure) -> (region: BufferRegion, isHalf: Bool) {
    guard let state = graph.states.first(where: { $0.name == name }) else {
      let known = graph.states.map(\.name).joined(separator: ", ")
      throw Failure(.format, "no state \(name); the graph has \(known.isEmpty ? "none" : known)")
    }
    guard state.count == count else {
      throw Failure(.format, "state \(name): \(count) numbers; expected \(state.count)")
    }
    let region = try placement.content(state.buffer, state.elementType, count: count)
    return (region, state.elementType == .float16 && placement.storesHalves)
  }

  // MARK: Filling

  public func resetStates() throws(Failure) {
    let regions = placement.states.values.map(\.region)
    try fill(regions, word: 0, "clearing of states", &clearing)
  }

  public func poison() throws(Failure) {
    var regions: [BufferRegion] = []
    for (index, buffer) in graph.buffers.enumerated() where placement.plan.offsets[index] != nil {
      guard case .intermediate = buffer.role else { continue }
      regions.append(
        try placement.region(Tensor(buffer: index, shape: [buffer.count], elementType: buffer.elementType)))
    }
    // Not a number as a float, and twice so as two halves.
    try fill(regions, word: 0x7FC0_7FC0, "poisoning", &poisoning)
  }

  private func fill(
    _ regions: [BufferRegion], word: UInt32, _ label: String, _ recording: inout CommandRecording?
  ) throws(Failure) {
    var list = CommandList(device)
    for region in regions {
      if let address = reach(region) {
        address.initializeMemory(as: UInt32.self, repeating: word, count: region.byteCount / 4)
      } else if recording == nil {
        try list.fill(region, word: word)
      }
    }
    guard regions.contains(where: { reach($0) == nil }) else { return }
    if recording == nil { recording = try CommandRecording(list, label: label) }
    try recording?.run()
  }
}
