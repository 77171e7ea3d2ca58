import Compute
import Geometry
import Testing

@testable import EgoStream

/// A model that is given every second or third frame.
struct ModelIntervalTests {
  private static let shape = ChunkShape(
    exoWidth: 80, exoHeight: 64, egoWidth: 80, egoHeight: 64, framesPerLatent: 4, latentFrames: 1)

  private func rig(_ model: any ChunkModel, _ interval: Int) throws -> SessionRig {
    try SessionRig(SampleScene.calibration(ego: .identity), model: model) { $0.modelInterval = interval }
  }

  private func frame() -> AnalyticFrame {
    AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)
  }

  /// Where neither the scene nor what the model does to it changes, the frames between are as the model would have made them.
  @Test func framesBetweenAreAsTheModelWouldMakeThem() throws {
    var pictures: [[[UInt8]]] = []
    for interval in [1, 2] {
      let rig = try rig(DarkeningModel(Self.shape, factor: 0.75), interval)
      var shown: [[UInt8]] = []
      for _ in 0..<16 {
        try rig.push(frame())
        while try rig.pull() != nil { shown.append(rig.picture) }
      }
      pictures.append(shown)
    }
    #expect(pictures[0].count == 16 && pictures[1].count == 16)
    // The first frames' priors still change as points are confirmed.
    for (every, second) in zip(pictures[0], pictures[1]).dropFirst(4) {
      let worst = zip(every, second).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst <= 2)
    }
  }

  @Test func changesAreCarriedOverAsFarAsFramesAreNear() {
    let interpolator = CorrectionInterpolator(pictureBytes: 3)
    func made(_ filled: [UInt8], before: ([UInt8], [UInt8])?, after: ([UInt8], [UInt8]), _ share: Float) -> [UInt8] {
      var picture: [UInt8] = [1, 1, 1]
      func given(_ pair: ([UInt8], [UInt8]), _ body: (CorrectionInterpolator.Given) -> Void) {
        pair.0.withUnsafeBufferPointer { filled in
          pair.1.withUnsafeBufferPointer { made in
            guard let filled = filled.baseAddress, let made = made.baseAddress else { return }
            body(.init(prior: filled, made: made))
          }
        }
      }
      given(after) { after in
        if let before {
          given(before) { before in
            interpolator.interpolate(filled, before: before, after: after, share: share, into: &picture)
          }
        } else {
          interpolator.interpolate(filled, before: nil, after: after, share: share, into: &picture)
          interpolator.carry(after)
        }
      }
      return picture
    }
    // With nothing before, what comes after is all there is; more than a byte holds is its most.
    let first: ([UInt8], [UInt8]) = ([100, 100, 10], [110, 80, 0])
    #expect(made([50, 60, 5], before: nil, after: first, 0.5) == [60, 40, 0])
    // From + 10, − 20 and − 10, which were carried, to + 30, 0 and + 10.
    let next: ([UInt8], [UInt8]) = ([100, 100, 100], [130, 100, 110])
    #expect(made([50, 60, 250], before: nil, after: next, 0.5) == [70, 50, 250])
    #expect(made([50, 60, 250], before: first, after: next, 0.75) == [75, 55, 255])
    // What was carried last is the last: + 30, 0 and + 10.
    #expect(made([50, 60, 5], before: nil, after: first, 0.25) == [75, 55, 10])
    interpolator.reset()
    #expect(made([50, 60, 5], before: nil, after: first, 0.25) == [60, 40, 0])
  }

  @Test(arguments: [0, 17, -1]) func intervalsOutOfRangeAreRefused(_ interval: Int) {
    let failure = #expect(throws: Failure.self) { try rig(DarkeningModel(Self.shape), interval) }
    #expect(failure?.kind == .setting)
    #expect(failure?.message == "model-interval is \(interval); expected 1 to 16 frames")
  }
}
