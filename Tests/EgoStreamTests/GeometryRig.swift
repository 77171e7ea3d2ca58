import Compute
import Geometry
import TestSupport
import Testing

/// The geometry with an exo and an ego camera of 160×120 pixels, fed with analytic scenes.
final class GeometryRig {
  let camera: Camera
  let geometry: CPUGeometry
  var random = SeededRandom(seed: 11)

  init(
    camera: Camera = SampleScene.camera, depth: DepthFormat = DepthFormat(), capacity: Int = 200_000,
    voxelSizeMetres: Float = 0
  ) {
    self.camera = camera
    geometry = CPUGeometry(
      GeometryConfiguration(
        exo: camera, ego: camera, depth: depth, mapCapacity: capacity, voxelSizeMetres: voxelSizeMetres))
  }

  /// Shows a scene to the exo camera.
  @discardableResult func see(
    _ scene: AnalyticScene, from pose: Pose = .identity, colourNoise: Float = 0, depthNoise: Float = 0
  ) throws -> Bool {
    let frame = AnalyticFrame(
      scene, camera: camera, worldToCamera: pose, colourNoise: colourNoise, depthNoise: depthNoise, random: &random)
    return try integrate(frame, pose)
  }

  @discardableResult func integrate(_ frame: AnalyticFrame, _ pose: Pose = .identity) throws -> Bool {
    try frame.withPlanes { colour, depth throws(Failure) in
      try geometry.integrate(colour: colour, depth: depth, exoWorldToCamera: pose)
    }
  }

  /// Renders the map from a pose.
  @discardableResult func look(from pose: Pose = .identity, fill: Bool = false) throws -> Prior {
    try geometry.render(egoWorldToCamera: pose, fill: fill)
    return geometry.prior
  }

  /// What the ego camera would see of a scene, pixel by pixel: `nil` where nothing.
  func truth(_ scene: AnalyticScene, from pose: Pose) -> [AnalyticScene.Hit?] {
    let cameraToWorld = pose.inverse
    return (0..<(camera.width * camera.height)).map { i in
      guard let ray = camera.unproject(SIMD2(Double(i % camera.width), Double(i / camera.width))) else { return nil }
      return scene.hit(from: cameraToWorld.translation, along: cameraToWorld.rotate(SIMD3<Float>(ray)))
    }
  }

  /// The finished picture (RGB) and mask.
  func written(fill: Bool) -> (picture: [UInt8], mask: [UInt8]) {
    let count = camera.width * camera.height
    var picture = [UInt8](repeating: 77, count: count * 3)
    var mask = [UInt8](repeating: 77, count: count)
    picture.withUnsafeMutableBufferPointer { picture in
      mask.withUnsafeMutableBufferPointer { mask in
        guard let base = picture.baseAddress, let maskBase = mask.baseAddress else { return }
        geometry.write(
          picture: MutablePlane(
            base: base, width: camera.width, height: camera.height, channels: 3, stride: camera.width * 3),
          mask: MutablePlane(
            base: maskBase, width: camera.width, height: camera.height, channels: 1, stride: camera.width), fill: fill,
          photometric: true)
      }
    }
    return (picture, mask)
  }
}

extension AnalyticFrame {
  /// Lends the frame out as planes.
  func withPlanes<Result>(_ body: (ColourPlane, DepthPlane) throws(Failure) -> Result) throws -> Result {
    try ExoPicture(width: width, height: height, colour: colour, depth: depth).withPlanes(body)
  }
}

extension Prior {
  /// The largest channel difference from a colour.
  func difference(at i: Int, from truth: SIMD3<Float>) -> Float {
    let c = colour.base[i]
    let gap = SIMD3(Float(c.x), Float(c.y), Float(c.z)) - truth
    return max(abs(gap.x), abs(gap.y), abs(gap.z))
  }

  /// Whether a pixel shows something much redder than green, as only boxes are.
  func isRed(_ i: Int) -> Bool { coverage.base[i] != 0 && Int(colour.base[i].x) > Int(colour.base[i].y) + 60 }

  var redPixels: Int { (0..<(width * height)).count(where: isRed) }
}

/// Runs expectations that hold once discs meet across the diagonal of four points, which takes a radius of √½ of the
/// distance between points.
func closesUp(evenWithSmallDiscs: Bool = false, _ body: () -> Void) {
  let overlap = SplatPolicy().overlap
  withKnownIssue("discs of \(overlap) of the points' distance leave gaps between four thinned points") {
    body()
  } when: {
    !evenWithSmallDiscs && overlap * overlap < 0.5
  }
}
