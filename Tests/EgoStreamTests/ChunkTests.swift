import Compute
import Geometry
import Testing

@testable import EgoStream

/// Frames through a session whose model completes them four at a time.
struct ChunkTests {
  private static let shape = ChunkShape(
    exoWidth: 80, exoHeight: 64, egoWidth: 80, egoHeight: 64, framesPerLatent: 4, latentFrames: 1)

  private func rig(_ model: any ChunkModel, interval: Int = 1) throws -> SessionRig {
    try SessionRig(SampleScene.calibration(ego: .identity), model: model) { $0.modelInterval = interval }
  }

  private func frame() -> AnalyticFrame {
    AnalyticFrame(AnalyticScene(), camera: SampleScene.camera, worldToCamera: .identity)
  }

  /// With an interval the model is given every third frame, and all come out.
  @Test(arguments: [1, 3]) func framesComeInOrderAChunkAtATime(_ interval: Int) throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(model, interval: interval)
    let chunk = 4 * interval
    #expect(rig.session.delayFrames == chunk - 1)
    var times: [Int64] = []
    for index in 0..<2 * chunk + 2 {
      try rig.push(frame())
      #expect(rig.session.hasFinishedFrame == (index % chunk == chunk - 1))
      while let info = try rig.pull() { times.append(info.presentationNanoseconds) }
    }
    #expect(model.chunks == 2 && times.count == 2 * chunk)
    try rig.session.drain()
    while let info = try rig.pull() { times.append(info.presentationNanoseconds) }
    #expect(times == (0..<2 * chunk + 2).map { Int64($0) * 33_333_333 + 7 })
    #expect(model.chunks == 3)
    try rig.session.drain()
    #expect(try rig.pull() == nil && model.chunks == 3)
  }

  @Test func flushingForgetsWhatIsHeld() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(model)
    for _ in 0..<3 { try rig.push(frame()) }
    rig.session.flush(forgetMap: false)
    #expect(model.resets == 1)
    for index in 0..<4 {
      try rig.push(frame())
      #expect(rig.session.hasFinishedFrame == (index == 3))
    }
  }

  @Test func aFailureOfTheModelIsThrownAndTheSessionGoesOn() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(model)
    model.fails = true
    for _ in 0..<3 { try rig.push(frame()) }
    #expect(throws: Failure.self) { try rig.push(frame()) }
    #expect(!rig.session.hasFinishedFrame)
    model.fails = false
    for _ in 0..<4 { try rig.push(frame()) }
    #expect(rig.session.hasFinishedFrame)
  }

  /// A model that agrees with the prior changes nothing that was observed; one that is darker takes the light out, but
  /// not the detail.
  @Test func thePriorsDetailStaysAndTheModelsLightCounts() throws {
    let plain = try SessionRig(SampleScene.calibration(ego: .identity))
    for _ in 0..<4 {
      try plain.push(frame())
      _ = try plain.pull()
    }
    for factor in [Float(1), 0.75] {
      let rig = try rig(DarkeningModel(Self.shape, factor: factor))
      for _ in 0..<4 { try rig.push(frame()) }
      for _ in 0..<4 { _ = try rig.pull() }
      var worst: Float = 0
      for index in rig.picture.indices where rig.mask[index / 3] == 255 {
        worst = max(worst, abs(Float(rig.picture[index]) - Float(plain.picture[index]) * factor))
      }
      #expect(worst < (factor == 1 ? 6 : 14), "\(factor): off by up to \(worst)")
    }
  }

  /// A model is shown holes as it was made for: filled, or black. What a viewer sees of the prior is filled either way.
  @Test(arguments: [EgoSession.Fill.pushPull, .none]) func holesAreAsTheModelWantsThem(_ fill: EgoSession.Fill) throws {
    let model = DarkeningModel(Self.shape, fill: fill)
    let aside = SampleScene.pose(at: [1.2, 0, 0])
    let rig = try SessionRig(SampleScene.calibration(ego: aside), model: model)
    for _ in 0..<4 { try rig.push(frame()) }
    let frames = Self.shape.frames * Self.shape.latentPixels
    var (holes, black) = (0, 0)
    for cell in 0..<frames where model.lastCoverage[cell] == 0 {
      // Latent pixels × frames of a latent.
      let (pixel, frame) = (cell / Self.shape.framesPerLatent, cell % Self.shape.framesPerLatent)
      let (x, y) = (pixel % 10 * 8 + 4, pixel / 10 * 8 + 4)
      let at = ((frame * Self.shape.egoHeight + y) * Self.shape.egoWidth + x) * 3
      holes += 1
      black += model.lastPrior[at..<at + 3].allSatisfy { $0 == 0 } ? 1 : 0
    }
    #expect(holes > 40 && black == (fill == .none ? holes : 0), "\(black) of \(holes)")
  }

  @Test func tokensKnowWhereTheyLookAndLie() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(model)
    for _ in 0..<4 { try rig.push(frame()) }
    let camera = SampleScene.camera
    let across = Self.shape.egoWidth / 16
    for token in 0..<Self.shape.egoTokens {
      let middle = SIMD2(
        (Double(token % across) * 16 + 7.5 + 0.5) * Double(camera.width) / 80 - 0.5,
        (Double(token / across) * 16 + 7.5 + 0.5) * Double(camera.height) / 64 - 0.5)
      let expected = SIMD3<Float>(try #require(camera.unproject(middle)))
      let unit = expected / (expected * expected).sum().squareRoot()
      let ray = SIMD3(model.lastRays[token * 3], model.lastRays[token * 3 + 1], model.lastRays[token * 3 + 2])
      #expect((ray * unit).sum() > 0.9995)
      // The wall is three metres ahead.
      let point = SIMD3(model.lastPoints[token * 3], model.lastPoints[token * 3 + 1], model.lastPoints[token * 3 + 2])
      let towards = point / (point * point).sum().squareRoot()
      #expect(abs(point.z - 3) < 0.01 && (towards * unit).sum() > 0.999, "\(token): \(point)")
    }
    #expect(model.lastCoverage.allSatisfy { $0 >= 0 && $0 <= 1.0001 })
    #expect(model.lastCoverage.reduce(0, +) / Float(model.lastCoverage.count) > 0.9)
  }

  /// A depth camera may be half as fast as the exo camera, and its frames beside the last of every latent frame.
  @Test(arguments: [0, 1]) func depthOfEverySecondFrameIsEnough(_ phase: Int) throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(model)
    for index in 0..<4 { try rig.push(frame(), withDepth: index % 2 == phase) }
    let complete = model.lastPoints
    #expect(complete.indices.filter { $0 % 3 == 2 }.allSatisfy { abs(complete[$0] - 3) < 0.01 })
    // Where none comes, they stay; a stream that begins anew knows none.
    for _ in 0..<4 { try rig.push(frame(), withDepth: false) }
    #expect(model.chunks == 2 && model.lastPoints == complete)
    rig.session.flush(forgetMap: false)
    for _ in 0..<4 { try rig.push(frame(), withDepth: false) }
    #expect(model.lastPoints.allSatisfy { $0 == GeometryBias.noPoint })
  }

  /// 0 and 65535 always mean "not measured"; 4000 does here because the calibration says so.
  @Test func samplesThatAreNoneArePassedOver() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try SessionRig(
      SampleScene.calibration(ego: .identity, depth: DepthFormat(invalid: 4000)), model: model)
    var holed = frame()
    for index in holed.depth.indices where index % 3 != 0 {
      holed.depth[index] = [0, UInt16.max, 4000][index / 3 % 3]
    }
    for _ in 0..<4 { try rig.push(holed) }
    for index in stride(from: 2, to: model.lastPoints.count, by: 3) {
      #expect(abs(model.lastPoints[index] - 3) < 0.01, "\(model.lastPoints[index])")
    }
  }

  /// What a stream's last frames leave unfilled repeats them, where they looked too.
  @Test func aStreamThatEndsEarlyStandsStill() throws {
    var shape = Self.shape
    shape.latentFrames = 3
    let model = DarkeningModel(shape)
    let rig = try rig(model)
    try rig.push(frame())
    try rig.session.drain()
    let (rays, points) = (model.lastRays.count / 3, model.lastPoints.count / 3)
    for latent in 1..<3 {
      #expect(model.lastRays[latent * rays..<(latent + 1) * rays] == model.lastRays[..<rays])
      #expect(model.lastPoints[latent * points..<(latent + 1) * points] == model.lastPoints[..<points])
    }
    #expect(model.lastRays.contains { $0 != 0 } && !model.lastPoints.contains(GeometryBias.noPoint))
  }

  @Test func scalingKeepsAreas() {
    // Columns 0…6 of 7 to 3: each new column covers 2⅓ old ones.
    let source = (0..<7 * 2).flatMap { (pixel: Int) -> [UInt8] in [UInt8(pixel % 7 * 30), 100, 255] }
    var target = [UInt8](repeating: 0, count: 3 * 3)
    let scaler = AreaScaler(from: (7, 2), to: (3, 1))
    scaler.scale(source, channels: 3, stride: 21, into: &target)
    let expected = [(0 + 30 + 60 / 3.0) / (7 / 3.0), 90, (120 / 3.0 + 150 + 180) / (7 / 3.0)]
    for column in 0..<3 {
      #expect(abs(Double(target[column * 3]) - expected[column]) <= 0.51)
      #expect(target[column * 3 + 1] == 100 && target[column * 3 + 2] == 255)
    }
    let mask = (0..<16).map { UInt8($0 % 4 < 2 ? 255 : 0) }
    var shares = [Float](repeating: -1, count: 8)
    AreaScaler(from: (4, 4), to: (2, 2)).scale(mask, into: &shares, step: 2)
    #expect(shares == [1, -1, 0, -1, 1, -1, 0, -1])
  }
}
