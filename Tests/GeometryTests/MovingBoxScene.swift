import Geometry
import TestSupport

/// A textured wall with a box gliding before it, as an exo camera with depth would see them; exact but for noise.
struct MovingBoxScene {
  let camera = Camera(
    lens: .pinhole(.init(focal: SIMD2(150, 150), principal: SIMD2(95.5, 71.5))), sensorWidth: 192, sensorHeight: 144)
  let kind: DepthFormat.Kind

  /// The exo camera drifts sideways, so that points leave its view.
  func exoPose(_ frame: Int) -> Pose {
    Pose(rows: ([1, 0, 0], [0, 1, 0], [0, 0, 1]), translation: [-0.02 * Float(frame), 0, 0])
  }

  /// The ego camera stands to the side, nearer, and looks slightly across.
  func egoPose(_ frame: Int) -> Pose {
    let (c, s) = (Float(0.9553), Float(0.2955))
    var pose = Pose(rows: ([c, 0, s], [0, 1, 0], [-s, 0, c]), translation: .zero)
    pose.translation = -pose.rotate([0.5, 0.05 + 0.01 * Float(frame), 0.4])
    return pose
  }

  /// Depth in millimetres.
  func frame(_ index: Int) -> ExoPicture {
    var random = SeededRandom(seed: UInt64(100 + index))
    var colour = [UInt8](repeating: 255, count: 192 * 144 * 4)
    var depth = [UInt16](repeating: 0, count: 192 * 144)
    let eye = SIMD3<Double>(0.02 * Double(index), 0, 0)
    for row in 0..<144 {
      for column in 0..<192 {
        guard let ray = camera.unproject(SIMD2(Double(column), Double(row))) else { continue }
        // A slanted wall at z = 2 + 0.3 x, and a box face at z = 1.3.
        var t = (2 + 0.3 * eye.x) / (ray.z - 0.3 * ray.x)
        var hit = eye + t * ray
        var isBox = false
        let front = 1.3 / ray.z
        let on = eye + front * ray
        if abs(on.x + 0.3 - 0.05 * Double(index)) < 0.2, abs(on.y) < 0.25 {
          (t, hit, isBox) = (front, on, true)
        }
        let i = row * 192 + column
        let pattern = (Int((hit.x * 9).rounded(.down)) + Int((hit.y * 9).rounded(.down))) & 1
        colour[4 * i] = isBox ? 210 : UInt8(60 + 70 * pattern)
        colour[4 * i + 1] = UInt8(80 + 50 * pattern)
        colour[4 * i + 2] = isBox ? 40 : 150
        let metres = kind == .z ? t * ray.z : t
        let noise = Double(Int(random.next() % 9)) - 4
        // A patch of the sensor sees nothing.
        let isBlind = row < 20 && column > 150
        depth[i] = isBlind ? 0 : UInt16(max(metres * 1000 + noise, 1))
      }
    }
    return ExoPicture(width: 192, height: 144, colour: colour, depth: depth)
  }
}
