import Geometry

/// Calibrations for tests that need any.
enum SampleScene {
  static let camera = Camera(
    lens: .pinhole(.init(focal: SIMD2(120, 120), principal: SIMD2(79.5, 59.5))), sensorWidth: 160, sensorHeight: 120)

  /// A camera that stands somewhere, looking along the world's z axis.
  static func pose(at centre: SIMD3<Float>) -> Pose { Pose(rows: Pose.identity.rows, translation: -centre) }

  static func calibration(
    exo: Pose = .identity, ego: Pose? = nil, depth: DepthFormat = DepthFormat(), photometric: PhotometricProfile? = nil
  ) -> Calibration {
    let egoCamera = Camera(
      lens: camera.lens, sensorWidth: camera.sensorWidth, sensorHeight: camera.sensorHeight, photometric: photometric)
    return Calibration(
      exo: camera, exoTrajectory: Trajectory(fixed: exo), ego: egoCamera,
      egoTrajectory: ego.map { Trajectory(fixed: $0) }, depth: depth)
  }
}
