import Compute

/// Puts the stages of `CausalNetwork` into a graph.
struct CausalNetworkBuilder {
  /// Keys and values of one layer: slots × (exo tokens, then ego tokens) × width, and the sinks' keys as first turned.
  struct Cache {
    let keys: Tensor
    let values: Tensor
    let sinkKeys: Tensor?
  }

  let configuration: ModelConfiguration
  let schedule: CacheSchedule
  let maps: CausalNetwork.Maps
  let parameters: CausalNetwork.Parameters
  let latents: Tensor
  let exoTokens: Int
  let egoTokens: Int
  private var network: DiffusionTransformer
  private var caches: [Cache] = []
  private let noise: Tensor
  /// slots × tokens × 3, where the exo tokens' surfaces are.
  private let worldPoints: Tensor
  private let rays: Tensor
  private let centres: Tensor

  init(
    _ graph: inout Graph, _ configuration: ModelConfiguration, _ weights: any WeightSource, _ schedule: CacheSchedule,
    _ maps: CausalNetwork.Maps, _ guidance: Guidance?
  ) throws(Failure) {
    self.configuration = configuration
    self.schedule = schedule
    self.maps = maps
    network = DiffusionTransformer(configuration.transformer, weights)
    network.guidance = guidance
    let (exo, ego) = (configuration.exoTokens, configuration.egoTokens)
    (exoTokens, egoTokens) = (exo.rows * exo.columns, ego.rows * ego.columns)
    let (chunk, slots) = (schedule.chunkFrames, schedule.slotCount)
    parameters = CausalNetwork.Parameters(
      timestep: graph.realParameter("timestep"), keep: graph.realParameter("keep"),
      prediction: graph.realParameter("prediction"), noise: graph.realParameter("noise"),
      slots: (0..<chunk).map { graph.integerParameter("slot \($0)", initial: Int32($0)) },
      places: (0..<chunk).map { graph.integerParameter("place \($0)") },
      exoEnds: (0..<slots).map { [rows = exoTokens + egoTokens] slot in
        graph.integerParameter("exo keys of slot \(slot)", initial: Int32(slot * rows))
      },
      end: graph.integerParameter("keys"), sinkShift: graph.integerParameter("sink shift"),
      biasScale: graph.realParameter("bias scale", initial: configuration.geometryBias.scale))

    let size = configuration.latentSize(configuration.ego)
    let shape = [chunk, size.rows, size.columns, configuration.codec.latentChannels]
    latents = try graph.state(CausalNetwork.Name.latents, shape, .float32)
    noise = try graph.input(CausalNetwork.Name.noise, shape, .float32)
    rays = try graph.input(CausalNetwork.Name.rays, [chunk * egoTokens, 3], .float32)
    centres = try graph.input(CausalNetwork.Name.centres, [chunk, 3], .float32)
    worldPoints = try graph.state("cache.points", [slots, exoTokens + egoTokens, 3], .float32)
    for layer in 0..<configuration.transformer.layers {
      let shape = [slots, exoTokens + egoTokens, configuration.transformer.width]
      var sinkKeys: Tensor?
      if schedule.sinkFrames > 0 {
        sinkKeys = try graph.state("sinks.\(layer).keys", [schedule.sinkFrames] + shape.dropFirst())
      }
      caches.append(
        Cache(
          keys: try graph.state("cache.\(layer).keys", shape), values: try graph.state("cache.\(layer).values", shape),
          sinkKeys: sinkKeys))
    }
  }

  mutating func prompt(_ graph: inout Graph, textTokens: Int, imageTokens: Int) throws(Failure) {
    guard let textSize = configuration.transformer.textSize else { return }
    graph.stage = "prompt"
    let text = try graph.input(CausalNetwork.Name.text, [textTokens, textSize])
    var image: Tensor?
    if let size = configuration.transformer.imageSize {
      image = try graph.input(CausalNetwork.Name.image, [imageTokens, size])
    }
    try network.setPrompt(&graph, text: text, image: image)
  }

  /// Turns the sinks' keys to where they stand in this chunk.
  func shift(_ graph: inout Graph) throws(Failure) {
    guard schedule.sinkFrames > 0 else { return }
    graph.stage = "shift"
    let shift = Scalar.parameter(parameters.sinkShift)
    for (layer, cache) in caches.enumerated() {
      guard let sinkKeys = cache.sinkKeys else { continue }
      graph.scope = "sinks.\(layer)"
      let turned = try graph.rotaryEmbedding(
        sinkKeys, heads: configuration.transformer.heads, split: configuration.transformer.rotarySplit,
        framePlaces: [Scalar](repeating: shift, count: schedule.sinkFrames),
        tokenPlaces: [TokenPlace](repeating: TokenPlace(row: 0, column: 0), count: exoTokens + egoTokens))
      try graph.ringWrite(turned, into: cache.keys, slot: 0, row: 0)
    }
  }

  /// Sets the sinks' keys aside while they stand at their own places.
  func keep(_ graph: inout Graph) throws(Failure) {
    guard schedule.sinkFrames > 0 else { return }
    graph.stage = "keep"
    for (layer, cache) in caches.enumerated() {
      guard let sinkKeys = cache.sinkKeys else { continue }
      graph.scope = "sinks.\(layer)"
      try graph.store(try graph.slice(cache.keys, axis: 0, 0..<schedule.sinkFrames), in: sinkKeys)
    }
  }

  mutating func observe(_ graph: inout Graph) throws(Failure) {
    graph.stage = "observe"
    let chunk = schedule.chunkFrames
    graph.scope = "points"
    let points = try graph.input(CausalNetwork.Name.points, [chunk, exoTokens, 3], .float32)
    try write(&graph, points, into: worldPoints, row: 0)
    let nowhere = Constant([Float](repeating: GeometryBias.noPoint, count: chunk * egoTokens * 3))
    try write(&graph, try graph.constant([chunk, egoTokens, 3], nowhere), into: worldPoints, row: exoTokens)

    var mask: Tensor?
    if configuration.conditioning.masksFirstFrameOnly {
      mask = try graph.input(CausalNetwork.Name.mask, [chunk, 1])
    }
    let map = try DiffusionTransformer.exoMap(&graph, maps.exo, configuration.conditioning, mask: mask)
    let grid = configuration.exoTokens
    let places = DiffusionTransformer.Places(
      frames: parameters.places.map(Scalar.parameter), tokens: TokenPlace.grid(height: grid.rows, width: grid.columns))
    let rows = exoTokens + egoTokens
    let seen = KeyRanges(
      parameters.exoEnds.enumerated().map { slot, end in
        KeyRanges.Range(.integer(slot * rows), .parameter(end))
      })
    let time = try network.time(&graph, [0])
    var tokens = try network.embed(&graph, map)
    for layer in caches.indices {
      // Of the last layer, nobody reads more than keys and values.
      guard
        let next = try pass(
          &graph, layer, tokens, time, places, firstRow: 0, seen: seen, bias: nil, isLast: layer == caches.count - 1)
      else { break }
      tokens = next
    }
  }

  mutating func denoise(_ graph: inout Graph) throws(Failure) {
    graph.stage = "denoise"
    let time = try network.time(&graph, [.parameter(parameters.timestep)])
    guard let tokens = try egoPass(&graph, time, trimmed: false) else { return }
    var prediction = try network.unembed(&graph, tokens, time, grid: configuration.egoTokens)
    if configuration.transformer.outputSkip == .condition {
      prediction = try graph.elementwise(prediction, [.add(maps.condition)])
    }
    try graph.output(CausalNetwork.Name.prediction, prediction)
    graph.scope = "sampler"
    if let guidance = network.guidance { prediction = try guidance.combine(&graph, prediction) }
    let next = try graph.elementwise(
      latents,
      [
        .scale(.parameter(parameters.keep)), .addScaled(prediction, .parameter(parameters.prediction)),
        .addScaled(noise, .parameter(parameters.noise)),
      ])
    try graph.store(next, in: latents)
  }

  mutating func remember(_ graph: inout Graph) throws(Failure) {
    graph.stage = "remember"
    _ = try egoPass(&graph, try network.time(&graph, [0]), trimmed: true)
  }

  /// The ego tokens of the chunk through all layers.
  /// - Returns: `nil` when the pass is trimmed to what the cache needs.
  private mutating func egoPass(
    _ graph: inout Graph, _ time: DiffusionTransformer.Time, trimmed: Bool
  ) throws(Failure) -> Tensor? {
    let map = try DiffusionTransformer.egoMap(
      &graph, latents, condition: maps.condition, coverage: maps.coverage, configuration.conditioning)
    let grid = configuration.egoTokens
    let places = DiffusionTransformer.Places(
      frames: parameters.places.map(Scalar.parameter),
      tokens: TokenPlace.grid(height: grid.rows, width: grid.columns, firstColumn: configuration.exoTokens.columns))
    let bias = GeometryBias(
      rayDirections: rays, worldPoints: worldPoints, egoCentres: centres, scale: .parameter(parameters.biasScale))
    let seen = KeyRanges([KeyRanges.Range(0, .parameter(parameters.end))])
    var tokens = try network.embed(&graph, map)
    for layer in caches.indices {
      guard
        let next = try pass(
          &graph, layer, tokens, time, places, firstRow: exoTokens, seen: seen, bias: bias,
          isLast: trimmed && layer == caches.count - 1)
      else { return nil }
      tokens = next
    }
    return tokens
  }

  /// One layer: leaves keys and values in the cache, then attends to it.
  /// - Parameter firstRow: Of a slot, where these tokens stand.
  /// - Returns: `nil` when `isLast` leaves it at keys and values.
  private mutating func pass(
    _ graph: inout Graph, _ layer: Int, _ tokens: Tensor, _ time: DiffusionTransformer.Time,
    _ places: DiffusionTransformer.Places, firstRow: Int, seen: KeyRanges, bias: GeometryBias?, isLast: Bool
  ) throws(Failure) -> Tensor? {
    let cache = caches[layer]
    let modulation = try network.modulation(&graph, layer, time)
    let input = try network.attentionInput(&graph, layer, tokens, modulation)
    try write(&graph, try network.keys(&graph, layer, input, places), into: cache.keys, row: firstRow)
    try write(&graph, try network.values(&graph, layer, input), into: cache.values, row: firstRow)
    if isLast { return nil }
    let queries = try network.queries(&graph, layer, input, places)
    let attended = try graph.attention(
      queries, cache.keys, cache.values, heads: configuration.transformer.heads, keyRanges: seen, bias: bias)
    return try network.finish(&graph, layer, tokens, attended: attended, modulation)
  }

  /// Writes each frame of the chunk into its slot; they need not be neighbours.
  private func write(_ graph: inout Graph, _ input: Tensor, into state: Tensor, row: Int) throws(Failure) {
    for (index, slot) in parameters.slots.enumerated() {
      let frame = parameters.slots.count == 1 ? input : try graph.slice(input, axis: 0, index..<index + 1)
      try graph.ringWrite(frame, into: state, slot: .parameter(slot), row: row)
    }
  }
}
