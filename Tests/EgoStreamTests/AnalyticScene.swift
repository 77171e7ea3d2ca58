import Geometry
import TestSupport

/// A scene whose every ray can be computed: a textured plane and boxes before it.
struct AnalyticScene {
  /// A plane through `point`, seen from the side that `normal` points to, no wider than `reach` each way from `point`.
  struct Plane {
    var point: SIMD3<Float>
    var normal: SIMD3<Float>
    var reach = Float.infinity
  }

  /// A box of one colour, along the world's axes.
  struct Box {
    var low: SIMD3<Float>
    var high: SIMD3<Float>
    var colour: SIMD3<Float>
  }

  /// Where a ray meets the scene.
  struct Hit {
    var distance: Float
    var colour: SIMD3<Float>
    var isBox: Bool
  }

  /// Facing the world's z axis, a wall three metres ahead unless told otherwise.
  var plane: Plane? = Plane(point: [0, 0, 3], normal: [0, 0, -1])
  var boxes: [Box] = []

  static let red = SIMD3<Float>(220, 30, 30)

  /// The plane's colour at a world point: soft waves in grey-blue, nothing like red.
  static func texture(_ p: SIMD3<Float>) -> SIMD3<Float> {
    let wave = { (x: Float) -> Float in
      let t = x - x.rounded(.down)
      return abs(2 * t - 1)
    }
    return SIMD3(
      60 + 60 * wave(p.x * 0.7 + p.z * 0.3), 90 + 60 * wave(p.y * 0.9), 150 + 60 * wave(p.x * 0.4 + p.y * 0.5))
  }

  func hit(from origin: SIMD3<Float>, along ray: SIMD3<Float>) -> Hit? {
    var nearest: Hit?
    if let plane {
      let slope = (plane.normal * ray).sum()
      let distance = (plane.normal * (plane.point - origin)).sum() / slope
      let place = origin + distance * ray
      let offset = place - plane.point
      if slope < -1e-4, distance > 0, max(abs(offset.x), abs(offset.y)) < plane.reach {
        nearest = Hit(distance: distance, colour: Self.texture(place), isBox: false)
      }
    }
    for box in boxes {
      let a = (box.low - origin) / ray
      let b = (box.high - origin) / ray
      let enter = pointwiseMin(a, b).max()
      let leave = pointwiseMax(a, b).min()
      if enter > 0, enter < leave, enter < nearest?.distance ?? .infinity {
        nearest = Hit(distance: enter, colour: box.colour, isBox: true)
      }
    }
    return nearest
  }
}

/// One picture with its depth, as an exo camera and a depth sensor give them.
struct AnalyticFrame {
  let width: Int
  let height: Int
  /// R, G, B, 255.
  var colour: [UInt8]
  /// Distance along the axis, millimetres; 0 where nothing is.
  var depth: [UInt16]

  /// What a camera sees.
  /// - Parameters:
  ///   - colourNoise: the most a channel is off, in 8-bit steps; `depthNoise` the same in millimetres.
  init(
    _ scene: AnalyticScene, camera: Camera, worldToCamera: Pose, colourNoise: Float = 0, depthNoise: Float = 0,
    random: inout SeededRandom
  ) {
    width = camera.width
    height = camera.height
    colour = [UInt8](repeating: 255, count: width * height * 4)
    depth = [UInt16](repeating: 0, count: width * height)
    let cameraToWorld = worldToCamera.inverse
    for i in 0..<(width * height) {
      guard let direction = camera.unproject(SIMD2(Double(i % width), Double(i / width))) else { continue }
      let ray = SIMD3<Float>(direction)
      guard let hit = scene.hit(from: cameraToWorld.translation, along: cameraToWorld.rotate(ray)) else { continue }
      for channel in 0..<3 {
        let noise = colourNoise > 0 ? Float.random(in: -colourNoise...colourNoise, using: &random) : 0
        colour[4 * i + channel] = UInt8(min(max(hit.colour[channel] + noise, 0), 255))
      }
      let noise = depthNoise > 0 ? Float.random(in: -depthNoise...depthNoise, using: &random) : 0
      depth[i] = UInt16(min(max((hit.distance * ray.z * 1000 + noise).rounded(), 1), 65534))
    }
  }

  init(_ scene: AnalyticScene, camera: Camera, worldToCamera: Pose) {
    var random = SeededRandom(seed: 0)
    self.init(scene, camera: camera, worldToCamera: worldToCamera, random: &random)
  }
}
