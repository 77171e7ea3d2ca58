/// The kernels' parameters, laid out as `struct Parameters` in Shaders/Geometry/geometry.glsl (std430).
///
/// Written before each run into a small mapped buffer: poses and the frame number change, the rest stays.
struct GeometryParameters: BitwiseCopyable {
  var exo: ProjectorParameters
  var ego: ProjectorParameters
  var exoToWorld0 = SIMD4<Float>.zero
  var exoToWorld1 = SIMD4<Float>.zero
  var exoToWorld2 = SIMD4<Float>.zero
  var tolerance: SIMD4<Float>
  var surface: SIMD4<Float>
  var splat: SIMD4<Float>
  var various: SIMD4<Float>
  var map: SIMD4<UInt32>
  var grid: SIMD4<UInt32>
  var sampling: SIMD4<UInt32>

  init(_ configuration: GeometryConfiguration, view: ExoView) {
    let (map, splat, depth) = (configuration.mapPolicy, configuration.splatPolicy, configuration.depth)
    exo = ProjectorParameters(view.lens)
    ego = ProjectorParameters(FastLens(configuration.ego))
    tolerance = SIMD4(map.absoluteTolerance, map.relativeTolerance, Float(map.colourChange), map.edgeJump)
    surface = SIMD4(map.farJump, map.longestStretch, configuration.voxelSizeMetres, Float(depth.metresPerUnit))
    self.splat = SIMD4(splat.nearest, splat.overlap, splat.smallestRadius, splat.largestRadius)
    various = SIMD4(splat.blendDepth, 0, map.quantisation, splat.finestSquare)
    self.map = SIMD4(
      0, UInt32(configuration.mapCapacity), UInt32(map.confirmations), UInt32(map.foregroundConfirmations))
    grid = SIMD4(UInt32(view.gridWidth), UInt32(view.gridHeight), UInt32(view.step), depth.kind == .range ? 1 : 0)
    sampling = SIMD4(UInt32(map.longestMean), UInt32(depth.invalid), UInt32(view.width), UInt32(view.height))
  }
}

/// `struct Projector` of geometry.glsl.
struct ProjectorParameters: BitwiseCopyable {
  var row0 = SIMD4<Float>.zero
  var row1 = SIMD4<Float>.zero
  var row2 = SIMD4<Float>.zero
  var columns: SIMD4<Float>
  var offset: SIMD4<Float>
  var bend: SIMD4<Float>
  var prism: SIMD4<Float>
  var k0: SIMD4<Float>
  var k1: SIMD4<Float>
  var k2: SIMD4<Float>
  var size: SIMD4<Float>

  init(_ lens: FastLens) {
    let k = lens.coefficients
    columns = SIMD4(lens.columns.0.x, lens.columns.0.y, lens.columns.1.x, lens.columns.1.y)
    offset = SIMD4(lens.offset.x, lens.offset.y, lens.middle, lens.stretch)
    bend = SIMD4(lens.tangential.x, lens.tangential.y, lens.minimumCosine, lens.isPinhole ? 1 : 0)
    prism = lens.thinPrism
    k0 = SIMD4(k[0], k[1], k[2], k[3])
    k1 = SIMD4(k[4], k[5], k[6], k[7])
    k2 = SIMD4(k[8], k[9], k[10], 0)
    size = SIMD4(Float(lens.width), Float(lens.height), 0, 0)
  }

  mutating func setPose(_ worldToCamera: Pose) {
    row0 = SIMD4(worldToCamera.rows.0, worldToCamera.translation.x)
    row1 = SIMD4(worldToCamera.rows.1, worldToCamera.translation.y)
    row2 = SIMD4(worldToCamera.rows.2, worldToCamera.translation.z)
  }
}
