import Compute

/// The window mode as one stage of a graph: all tokens of some latent frames see each other.
///
/// Each latent frame has a timestep of its own, so that those already shown are held clean, at 0. Without exo pictures
/// (`exo: nil`) it is the plain `WanTransformer3DModel`.
public struct WindowNetwork {
  public enum Name {
    /// Output: frames × height × width × channels.
    public static let prediction = "ego.prediction"
    /// frames × tokens × 3: unit vectors in the world; zero for exo tokens.
    public static let rays = "window.rays"
    /// frames × 3.
    public static let centres = "ego.centres"
    /// frames × tokens × 3; `GeometryBias.noPoint` for ego tokens and where nothing was measured.
    public static let points = "window.points"
    public static let text = "text"
    public static let image = "image"
  }

  /// Adds to the stage `denoise` what makes a feature map of all input channels: frames × height × width × channels.
  public typealias Map = (inout Graph) throws(Failure) -> Tensor

  /// One a latent frame.
  public let timesteps: [Parameter]
  public let biasScale: Parameter
  /// The network's output for the ego picture, with the output skip.
  public let prediction: Tensor

  /// Adds a stage `prompt`, where there is cross-attention, and begins a stage `denoise`, which the caller may go on with.
  /// - Parameters:
  ///   - exo: Stands left of `ego` in the grid.
  ///   - condition: What `output_skip` adds.
  ///   - keyRanges: Tokens that are seen, counted over all frames; `nil` for all.
  init(
    _ graph: inout Graph, _ shape: ModelConfiguration.Transformer, _ source: any WeightSource, exo: Map?,
    ego: Map, condition: Tensor? = nil, biasScale scale: Float = 1, keyRanges: KeyRanges? = nil,
    guidance: Guidance? = nil,
    textTokens: Int = ModelPrompt.wanTokens.text,
    imageTokens: Int = ModelPrompt.wanTokens.image
  ) throws(Failure) {
    var network = DiffusionTransformer(shape, source)
    network.guidance = guidance
    biasScale = graph.realParameter("bias scale", initial: scale)
    if let textSize = shape.textSize {
      graph.stage = "prompt"
      let text = try graph.input(Name.text, [textTokens, textSize])
      var image: Tensor?
      if let size = shape.imageSize { image = try graph.input(Name.image, [imageTokens, size]) }
      try network.setPrompt(&graph, text: text, image: image)
    }

    graph.stage = "denoise"
    func grid(_ map: Tensor) -> (rows: Int, columns: Int) {
      (map.shape[1] / shape.patchSize[1], map.shape[2] / shape.patchSize[2])
    }
    let egoMap = try ego(&graph)
    let (frames, egoGrid) = (egoMap.shape[0], grid(egoMap))
    let timesteps = (0..<frames).map { graph.realParameter("timestep \($0)") }
    self.timesteps = timesteps
    var tokens = try network.embed(&graph, egoMap)
    var places = TokenPlace.grid(height: egoGrid.rows, width: egoGrid.columns)
    if let exo {
      let exoMap = try exo(&graph)
      let exoGrid = grid(exoMap)
      tokens = try graph.concatenate([try network.embed(&graph, exoMap), tokens], axis: 1)
      places =
        TokenPlace.grid(height: exoGrid.rows, width: exoGrid.columns)
        + TokenPlace.grid(height: egoGrid.rows, width: egoGrid.columns, firstColumn: exoGrid.columns)
    }
    let rows = places.count
    var bias: GeometryBias?
    if exo != nil {
      bias = GeometryBias(
        rayDirections: try graph.input(Name.rays, [frames * rows, 3], .float32),
        worldPoints: try graph.input(Name.points, [frames * rows, 3], .float32),
        egoCentres: try graph.input(Name.centres, [frames, 3], .float32), scale: .parameter(biasScale))
    }
    let time = try network.time(&graph, timesteps.map(Scalar.parameter))
    let stand = DiffusionTransformer.Places(frames: (0..<frames).map(Scalar.integer), tokens: places)
    for layer in 0..<shape.layers {
      let modulation = try network.modulation(&graph, layer, time)
      let input = try network.attentionInput(&graph, layer, tokens, modulation)
      let queries = try network.queries(&graph, layer, input, stand)
      let keys = try network.keys(&graph, layer, input, stand)
      let values = try network.values(&graph, layer, input)
      let attended = try graph.attention(queries, keys, values, heads: shape.heads, keyRanges: keyRanges, bias: bias)
      tokens = try network.finish(&graph, layer, tokens, attended: attended, modulation)
    }
    if exo != nil { tokens = try graph.slice(tokens, axis: 1, rows - egoGrid.rows * egoGrid.columns..<rows) }
    var output = try network.unembed(&graph, tokens, time, grid: egoGrid)
    if shape.outputSkip == .condition, let condition {
      output = try graph.elementwise(output, [.add(condition)])
    }
    try graph.output(Name.prediction, output)
    prediction = output
    graph.scope = ""
  }
}
