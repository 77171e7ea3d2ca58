import Compute

/// The exo camera's pixels as rays: what a depth sample needs to become a point.
///
/// One entry a pixel of the (possibly thinned) exo grid, row by row.
final class ExoView {
  let lens: FastLens
  let depthFormat: DepthFormat
  /// The exo picture's size.
  let width: Int
  let height: Int
  /// Every `step`-th pixel of every `step`-th row is lifted, so that one frame never fills more than half the map.
  let step: Int
  let gridWidth: Int
  let gridHeight: Int
  /// Camera-axes ray of each grid pixel, scaled so that times the depth sample in metres it is the point; zero where
  /// the lens sees nothing.
  let rayX: Storage<Float>
  let rayY: Storage<Float>
  let rayZ: Storage<Float>
  /// Angle between a grid pixel's ray and its neighbours', radians: times depth, the spacing of points facing the camera.
  let pixelAngle: Storage<Float>

  var count: Int { gridWidth * gridHeight }
  /// The rays as vectors; valid as long as the view.
  var rays: VectorColumns { VectorColumns(x: rayX.base, y: rayY.base, z: rayZ.base) }

  init(camera: Camera, depthFormat: DepthFormat, mapCapacity: Int) {
    lens = FastLens(camera)
    self.depthFormat = depthFormat
    width = camera.width
    height = camera.height
    var step = 1
    while (width / step) * (height / step) > max(mapCapacity / 2, 1) { step += 1 }
    self.step = step
    gridWidth = width / step
    gridHeight = height / step
    let count = gridWidth * gridHeight
    rayX = Storage(count: count, repeating: 0)
    rayY = Storage(count: count, repeating: 0)
    rayZ = Storage(count: count, repeating: 0)
    pixelAngle = Storage(count: count, repeating: 0)
    Parallel.forEachRow(below: gridHeight) { _, row in
      for column in 0..<gridWidth {
        let pixel = SIMD2(Double(column * step + step / 2), Double(row * step + step / 2))
        guard let scaled = camera.unproject(pixel).flatMap(depthFormat.ray) else { continue }
        let i = row * gridWidth + column
        rayX.base[i] = Float(scaled.x)
        rayY.base[i] = Float(scaled.y)
        rayZ.base[i] = Float(scaled.z)
        if let next = camera.unproject(pixel + SIMD2(Double(step), 0)) {
          let gap = next / (depthFormat.kind == .z ? max(next.z, DepthFormat.leastAxial) : 1) - scaled
          pixelAngle.base[i] = Float((gap * gap).sum().squareRoot())
        } else {
          pixelAngle.base[i] = Float(step) / lens.focal
        }
      }
    }
  }
}
