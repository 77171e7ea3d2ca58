import Compute
import Geometry

/// Where the tokens of both cameras look and lie, for geometry-guided attention.
///
/// A token's ray is the mean of its pixels' rays; its point is the mean of the points of those of its pixels that have
/// depth, taken on a grid of every fourth pixel or so. World frame, metres.
final class TokenGeometry {
  private let shape: ChunkShape
  private var depthFormat: DepthFormat
  /// Mean sensor-axes ray of each ego token, not normalised; zero where the lens sees nothing.
  private var egoRays: [SIMD3<Float>] = []
  /// A depth sample: where it is in the picture, its token, and the ray that depth in metres times is the point.
  private struct Sample {
    let column: Int
    let row: Int
    let token: Int
    let ray: SIMD3<Float>
  }
  private var samples: [Sample] = []
  private var sums: [SIMD4<Float>]
  /// Of each exo token, as the last depth had it; `GeometryBias.noPoint` where none came yet.
  private var points: [SIMD3<Float>]

  init(shape: ChunkShape, exo: Camera, ego: Camera, depthFormat: DepthFormat) {
    self.shape = shape
    self.depthFormat = depthFormat
    sums = Array(repeating: .zero, count: shape.exoTokens)
    points = Array(repeating: Self.nowhere, count: shape.exoTokens)
    makeRays(ego)
    makeSamples(exo)
  }

  private static let nowhere = SIMD3<Float>(repeating: GeometryBias.noPoint)

  /// Forgets where the exo camera's tokens lay.
  func reset() {
    for token in points.indices { points[token] = Self.nowhere }
  }

  /// Takes what is known of the exo camera anew; the ego camera's rays stay.
  func recalibrate(exo: Camera, depthFormat: DepthFormat) {
    reset()
    self.depthFormat = depthFormat
    samples.removeAll(keepingCapacity: true)
    makeSamples(exo)
  }

  private func makeRays(_ camera: Camera) {
    let camera = camera.resized(width: shape.egoWidth, height: shape.egoHeight)
    let across = shape.egoWidth / shape.tokenSize
    egoRays = Array(repeating: .zero, count: shape.egoTokens)
    for row in 0..<shape.egoHeight {
      for column in 0..<shape.egoWidth {
        guard let ray = camera.unproject(SIMD2(Double(column), Double(row))) else { continue }
        egoRays[row / shape.tokenSize * across + column / shape.tokenSize] += SIMD3<Float>(ray)
      }
    }
  }

  private func makeSamples(_ camera: Camera) {
    // About four samples to a side of a token's pixels at the model's own size.
    let step = max(1, min(camera.width / (shape.exoWidth / 4), camera.height / (shape.exoHeight / 4)))
    let across = shape.exoWidth / shape.tokenSize
    for row in stride(from: step / 2, to: camera.height, by: step) {
      for column in stride(from: step / 2, to: camera.width, by: step) {
        let pixel = SIMD2(Double(column), Double(row))
        guard let ray = camera.unproject(pixel).flatMap(depthFormat.ray) else { continue }
        let tokenRow = row * shape.exoHeight / camera.height / shape.tokenSize
        let tokenColumn = column * shape.exoWidth / camera.width / shape.tokenSize
        samples.append(
          Sample(
            column: column, row: row, token: tokenRow * across + tokenColumn,
            ray: SIMD3<Float>(ray)))
      }
    }
  }

  /// Writes latent frame `frame` of the chunk's geometry, over that of an earlier video frame of it.
  /// - Parameter depth: `nil` leaves the exo tokens where they were: a depth camera may be slower than the exo camera.
  func write(
    into chunk: Chunk, frame: Int, depth: DepthPlane?, exoWorldToCamera: Pose, egoWorldToCamera: Pose
  ) {
    let back = egoWorldToCamera.inverse
    let rays = chunk.rays.base + frame * shape.egoTokens * 3
    for (token, mean) in egoRays.enumerated() {
      let turned = back.rotate(mean)
      let length = (turned * turned).sum().squareRoot()
      let ray = length > 1e-6 ? turned / length : .zero
      for axis in 0..<3 { rays[token * 3 + axis] = ray[axis] }
    }
    for axis in 0..<3 { chunk.centres.base[frame * 3 + axis] = back.translation[axis] }
    if let depth { measure(depth, exoWorldToCamera) }
    let target = chunk.points.base + frame * shape.exoTokens * 3
    for (token, point) in points.enumerated() {
      for axis in 0..<3 { target[token * 3 + axis] = point[axis] }
    }
  }

  /// Fills `points`.
  private func measure(_ depth: DepthPlane, _ exoWorldToCamera: Pose) {
    for token in sums.indices { sums[token] = .zero }
    let metresPerUnit = Float(depthFormat.metresPerUnit)
    for sample in samples {
      let raw = (UnsafeRawPointer(depth.base) + sample.row * depth.stride).load(
        fromByteOffset: sample.column * 2, as: UInt16.self)
      guard depthFormat.isMeasured(raw) else { continue }
      sums[sample.token] += SIMD4(sample.ray * (Float(raw) * metresPerUnit), 1)
    }
    let exoBack = exoWorldToCamera.inverse
    for (token, sum) in sums.enumerated() {
      points[token] = sum.w > 0 ? exoBack(SIMD3(sum.x, sum.y, sum.z) / sum.w) : Self.nowhere
    }
  }

  /// Has a latent frame repeat another.
  func repeatFrame(_ frame: Int, as target: Int, in chunk: Chunk) {
    for (storage, size) in [(chunk.rays, shape.egoTokens * 3), (chunk.centres, 3), (chunk.points, shape.exoTokens * 3)]
    {
      (storage.base + target * size).update(from: storage.base + frame * size, count: size)
    }
  }
}
