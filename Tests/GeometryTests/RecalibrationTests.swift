import Testing

@testable import Geometry

@Suite struct RecalibrationTests {
  /// What was seen through the wrong camera is gone, and what comes is seen through the right one.
  @Test func anEngineThatIsCalibratedAnewIsAsGoodAsNew() throws {
    let scene = MovingBoxScene(kind: .z)
    let right = GeometryConfiguration(
      exo: scene.camera, ego: BackendAgreementTests.pinhole, depth: DepthFormat(), mapCapacity: 60_000,
      voxelSizeMetres: 0)
    var wrong = right
    wrong.exo = right.exo.withFocal(times: 1.3)
    wrong.depth = right.depth.withScale(times: 1.2)
    let (new, corrected) = (CPUGeometry(right), CPUGeometry(wrong))
    for frame in 0..<4 { try show(scene, frame, to: corrected) }
    try corrected.recalibrate(exo: right.exo, depth: right.depth)
    #expect(corrected.mapPoints == 0)
    for frame in 4..<8 {
      for engine in [new, corrected] { try show(scene, frame, to: engine) }
    }
    #expect(new.mapPoints == corrected.mapPoints && new.prior.coveredPixels > 3000)
    let pixels = new.prior.width * new.prior.height
    let differing = (0..<pixels).count { new.prior.colour.base[$0] != corrected.prior.colour.base[$0] }
    #expect(differing == 0)
  }

  private func show(_ scene: MovingBoxScene, _ frame: Int, to engine: CPUGeometry) throws {
    try scene.frame(frame).withPlanes { colour, depth in
      _ = try engine.integrate(colour: colour, depth: depth, exoWorldToCamera: scene.exoPose(frame))
    }
    try engine.render(egoWorldToCamera: scene.egoPose(frame), fill: false)
  }
}
