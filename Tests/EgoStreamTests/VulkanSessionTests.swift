import Compute
import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// Whole sessions on a Vulkan device, held against the same on the processor.
@Suite(.serialized) struct VulkanSessionTests {
  private static let shape = ChunkShape(
    exoWidth: 80, exoHeight: 64, egoWidth: 80, egoHeight: 64, framesPerLatent: 4, latentFrames: 1)
  private let frame = AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)

  /// Aside, so that a part of the view is filled, and with a look of the ego camera's own.
  private func rig(_ backend: BackendChoice, fill: EgoSession.Fill, withModel: Bool) throws -> SessionRig {
    let profile = PhotometricProfile(
      vignette: [.init(radius: 30, brightness: 1), .init(radius: 90, brightness: 0.5)], gain: [1, 0.9, 0.8])
    let calibration = SampleScene.calibration(ego: SampleScene.pose(at: [0.8, 0, 0]), photometric: profile)
    return try SessionRig(calibration, model: withModel ? DarkeningModel(Self.shape, fill: fill, factor: 0.8) : nil) {
      $0.backend = backend
      $0.fill = fill
    }
  }

  private func show(_ rig: SessionRig) throws {
    for _ in 0..<4 {
      try rig.push(frame)
      while try rig.pull() != nil {}
    }
  }

  @Test(
    .enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device"), arguments: [EgoSession.Fill.pushPull, .none],
    [false, true])
  func showsWhatTheProcessorShows(_ fill: EgoSession.Fill, withModel: Bool) throws {
    let expected = try rig(.cpu, fill: fill, withModel: withModel)
    let found = try rig(.vulkan, fill: fill, withModel: withModel)
    #expect(found.session.backend == .vulkan)
    for round in 0..<2 {
      for rig in [expected, found] { try show(rig) }
      let pixels = expected.mask.count
      #expect(zip(expected.mask, found.mask).count { $0 != $1 } < pixels / 250, "round \(round)")
      let difference = zip(expected.picture, found.picture).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
      #expect(Double(difference) / Double(3 * pixels) < 0.5, "round \(round)")
      #expect(found.mask.contains(0) && found.mask.contains(255))
      // The second round begins with an empty map.
      for rig in [expected, found] { rig.session.flush(forgetMap: true) }
      #expect(found.session.mapPoints == 0)
    }
  }
}
