import Compute
import Geometry
import Testing

@testable import EgoStream

/// The ego camera's own look: put on last, over what was observed, what was filled, and what a model made.
struct PhotometricSessionTests {
  private static let profile = PhotometricProfile(
    vignette: [.init(radius: 20, brightness: 1), .init(radius: 90, brightness: 0.2)], gain: SIMD3(0.5, 1, 1.4))
  private static let shape = ChunkShape(
    exoWidth: 80, exoHeight: 64, egoWidth: 80, egoHeight: 64, framesPerLatent: 4, latentFrames: 1)

  private func picture(_ profile: PhotometricProfile?, withModel: Bool) throws -> [UInt8] {
    // Aside, so that a part of the view is filled.
    let calibration = SampleScene.calibration(ego: SampleScene.pose(at: [0.8, 0, 0]), photometric: profile)
    let rig = try SessionRig(calibration, model: withModel ? DarkeningModel(Self.shape, factor: 0.8) : nil)
    let frame = AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)
    for _ in 0..<4 {
      try rig.push(frame)
      while try rig.pull() != nil {}
    }
    #expect(rig.mask.contains(0) && rig.mask.contains(255))
    return rig.picture
  }

  @Test(arguments: [false, true]) func theProfileIsPutOnLast(withModel: Bool) throws {
    let plain = try picture(nil, withModel: withModel)
    let shown = try picture(Self.profile, withModel: withModel)
    let (width, height) = (SampleScene.camera.width, SampleScene.camera.height)
    for pixel in 0..<width * height {
      let (x, y) = (Double(pixel % width) - Double(width - 1) / 2, Double(pixel / width) - Double(height - 1) / 2)
      let brightness = Self.profile.brightness(atRadius: (x * x + y * y).squareRoot())
      for channel in 0..<3 {
        let expected = min(Double(plain[3 * pixel + channel]) * Self.profile.gain[channel] * brightness, 255)
        // Factors are kept to a 256th, colours are rounded.
        #expect(abs(Double(shown[3 * pixel + channel]) - expected) <= 1.1, "pixel \(pixel), channel \(channel)")
      }
    }
    #expect(shown != plain)
  }
}
