import Compute
import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// A device that fails in mid-stream: the processor goes on where nobody asked for the device, and no frame is lost.
@Suite(.serialized) struct LostDeviceTests {
  private static let shape = ChunkShape(
    exoWidth: 80, exoHeight: 64, egoWidth: 80, egoHeight: 64, framesPerLatent: 4, latentFrames: 1)
  private let calibration = SampleScene.calibration(ego: SampleScene.pose(at: [0.3, 0, 0]))

  /// Frames of a box that moves, so that a map that is begun anew shows.
  private func frame(_ index: Int) -> AnalyticFrame {
    let x = -0.8 + 0.1 * Float(index)
    let scene = AnalyticScene(
      boxes: [.init(low: [x, -0.3, 1.8], high: [x + 0.4, 0.3, 2.2], colour: AnalyticScene.red)])
    return AnalyticFrame(scene, camera: SampleScene.camera, worldToCamera: .identity)
  }

  private struct Shown {
    var times: [Int64] = []
    var pictures: [[UInt8]] = []
  }

  private func show(_ rig: SessionRig, _ frames: Range<Int>) throws -> Shown {
    var shown = Shown()
    func pull() throws {
      while let info = try rig.pull() {
        shown.times.append(info.presentationNanoseconds)
        shown.pictures.append(rig.picture)
      }
    }
    for index in frames {
      try rig.push(frame(index))
      try pull()
    }
    try rig.session.drain()
    try pull()
    return shown
  }

  private func rig(
    _ geometry: FailingGeometry.Failing, backend: BackendChoice = .auto, model: (any ChunkModel)? = nil,
    modelIsGiven: Bool = true, folder: String = ""
  ) throws -> SessionRig {
    try SessionRig(calibration) {
      $0.backend = backend
      $0.model = folder
    } makeEngines: { configuration, session in
      SessionEngines(
        configuration, session, geometry: FailingGeometry(configuration, geometry), model: model,
        modelIsGiven: modelIsGiven, backend: .vulkan)
    }
  }

  @Test(arguments: [FailingGeometry.Failing.integrate(at: 3), .render(at: 3)])
  func theProcessorBeginsWithTheFrameThatFailed(_ failing: FailingGeometry.Failing) throws {
    let rig = try rig(failing)
    #expect(rig.session.backend == .vulkan && rig.session.fallback == nil)
    let shown = try show(rig, 0..<6)
    #expect(rig.session.backend == .cpu && rig.session.deviceName.contains("CPU"))
    #expect(rig.session.fallback == FailingGeometry.failure.message)
    #expect(shown.times == (0..<6).map { Int64($0) * 33_333_333 + 7 })
    let before = try show(try SessionRig(calibration), 0..<3)
    let after = try show(try SessionRig(calibration), 3..<6)
    #expect(shown.pictures == before.pictures + after.pictures)
  }

  @Test func aDeviceThatWasAskedForEndsTheStream() throws {
    let rig = try rig(.render(at: 1), backend: .vulkan)
    _ = try show(rig, 0..<1)
    #expect(throws: FailingGeometry.failure) { try rig.push(frame(1)) }
    #expect(rig.session.backend == .vulkan && rig.session.fallback == nil)
  }

  /// Priors that wait for their chunk are there already: they are completed with those that the processor draws.
  @Test(arguments: [FailingGeometry.Failing.integrate(at: 6), .never]) func aChunkThatWasBegunIsCompleted(
    _ failing: FailingGeometry.Failing
  ) throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(failing, model: model)
    var shown = try show(rig, 0..<4)
    // In the second chunk, where it is the model that fails.
    if case .never = failing { model.failsToSettle = true }
    let rest = try show(rig, 4..<10)
    shown.times += rest.times
    #expect(shown.times == (0..<10).map { Int64($0) * 33_333_333 + 7 })
    #expect(model.chunks == 3 && model.resets == 1)
    #expect(rig.session.backend == .cpu && rig.session.fallback != nil)
    // None is black: each was rendered by one of the two engines.
    #expect(rest.pictures.allSatisfy { $0.contains { $0 > 60 } })
  }

  @Test func theModelOfTheProcessorCompletesTheChunk() throws {
    let failing = DarkeningModel(try openModel(Self.tiny, on: nil).shape)
    failing.fails = true
    let rig = try rig(.never, model: failing, modelIsGiven: false, folder: Self.tiny)
    let shown = try show(rig, 0..<6)
    #expect(rig.session.backend == .cpu && rig.session.fallback == "the model fails")
    // The first chunk's priors are those that the lost device made, and so all chunks are as if it had never been; but the map
    // is begun anew with the second.
    let expected = try show(try SessionRig(calibration) { $0.model = Self.tiny }, 0..<4)
    #expect(shown.times.count == 6 && Array(shown.pictures.prefix(4)) == expected.pictures)
  }

  @Test func theProcessorIsNotReplaced() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(.integrate(at: 1), model: model)
    model.fails = true
    for index in 0..<3 { try rig.push(frame(index)) }
    #expect(rig.session.backend == .cpu)
    #expect(throws: Failure(.library, "the model fails")) { try rig.push(frame(3)) }
  }

  @Test func aModelThatDoesNotOpenSaysBothErrors() throws {
    let rig = try rig(
      .integrate(at: 1), model: DarkeningModel(Self.shape), modelIsGiven: false, folder: "/no/such/model")
    try rig.push(frame(0))
    let failure = #expect(throws: Failure.self) { try rig.push(frame(1)) }
    #expect(failure?.kind == .model && failure?.message.contains(FailingGeometry.failure.message) == true)
    // Nothing traps when it is asked again.
    rig.session.flush(forgetMap: false)
    #expect(throws: Failure.self) { try rig.push(frame(2)) }
  }

  @Test func aFailureAsFramesAreForgottenLosesNone() throws {
    let model = DarkeningModel(Self.shape)
    let rig = try rig(.never, model: model)
    try rig.push(frame(0))
    model.failsToReset = true
    rig.session.flush(forgetMap: false)
    #expect(rig.session.backend == .cpu)
    #expect(try show(rig, 1..<5).times.count == 4)
  }

  /// The processor's camera is the one that the alignment has found by then.
  @Test func theCorrectionStays() throws {
    let exo = SampleScene.camera.withFocal(times: 1.3)
    let depth = DepthFormat().withScale(times: 0.8)
    let scene = GeometryConfiguration(
      exo: SampleScene.camera, ego: SampleScene.camera, depth: DepthFormat(), mapCapacity: 50_000, voxelSizeMetres: 0)
    var corrected = scene
    (corrected.exo, corrected.depth) = (exo, depth)
    func engines(_ geometry: any GeometryEngine) -> SessionEngines {
      SessionEngines(
        scene, EgoSession.Configuration(), geometry: geometry, model: nil, modelIsGiven: false, backend: .vulkan)
    }
    let failing = engines(FailingGeometry(scene, .integrate(at: 0)))
    try failing.recalibrate(exo: exo, depth: depth)
    let expected = engines(CPUGeometry(corrected))
    for engines in [failing, expected] {
      try frame(0).withPlanes { colour, depth throws(Failure) in
        let exoFrame = ExoFrame(
          colour: colour, depth: depth, presentationNanoseconds: 0, mediaNanoseconds: 0, hostNanoseconds: 0)
        _ = try engines.show(exoFrame, exoWorldToCamera: .identity, egoWorldToCamera: .identity, fill: false)
      }
    }
    #expect(failing.backend == .cpu)
    #expect(failing.geometry.prior.coveredPixels > 0)
    #expect(failing.geometry.prior.distance.buffer.elementsEqual(expected.geometry.prior.distance.buffer))
  }

  /// A real driver, told to lose its device or to hang.
  @Test(.enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device"), arguments: [false, true])
  func aVulkanDeviceIsLetGo(hangs: Bool) throws {
    var options = VulkanOptions()
    options.cacheFolder = nil
    let device = try VulkanUnderTest.device(options)
    let rig = try SessionRig(calibration) {
      $0.backend = .auto
    } makeEngines: { configuration, session throws(Failure) in
      try makeEngines(configuration, session, model: nil, on: device)
    }
    #expect(try show(rig, 0..<2).times.count == 2 && rig.session.backend == .vulkan)
    if hangs { device.hangs = true } else { device.losesDeviceAtNextWait = true }
    #expect(try show(rig, 2..<4).times.count == 2 && rig.session.backend == .cpu)
    let word = hangs ? "not finished" : "VK_ERROR_DEVICE_LOST"
    #expect(rig.session.fallback?.contains("point map on \(device.report.name)") == true)
    #expect(rig.session.fallback?.contains(word) == true)
    #expect(device.isAbandoned == hangs && (device.counters.allocatedBytes == 0) == !hangs)
  }

  private static let tiny =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/Models/ego-tiny"
}

/// The processor's geometry, failing as a device does: once it fails it fails for ever.
final class FailingGeometry: GeometryEngine {
  /// Which call for which frame fails, counted from 0.
  enum Failing {
    case never
    case integrate(at: Int)
    case render(at: Int)
  }

  static let failure = Failure(.library, "vkQueueSubmit: the device was lost")
  private let engine: CPUGeometry
  private let failing: Failing
  private var frames = 0
  private var hasFailed = false

  init(_ configuration: GeometryConfiguration, _ failing: Failing) {
    engine = CPUGeometry(configuration)
    self.failing = failing
  }

  var deviceName: String { "a device that fails" }
  var mapPoints: Int { engine.mapPoints }
  var prior: Prior { engine.prior }

  func integrate(colour: ColourPlane, depth: DepthPlane?, exoWorldToCamera: Pose) throws(Failure) -> Bool {
    if case .integrate(at: frames) = failing { hasFailed = true }
    if hasFailed { throw Self.failure }
    return try engine.integrate(colour: colour, depth: depth, exoWorldToCamera: exoWorldToCamera)
  }

  func render(egoWorldToCamera: Pose, fill: Bool) throws(Failure) {
    if case .render(at: frames) = failing { hasFailed = true }
    if hasFailed { throw Self.failure }
    frames += 1
    try engine.render(egoWorldToCamera: egoWorldToCamera, fill: fill)
  }

  func write(picture: MutablePlane, mask: MutablePlane?, fill: Bool, photometric: Bool) {
    engine.write(picture: picture, mask: mask, fill: fill, photometric: photometric)
  }

  func forget() { engine.forget() }
  func recalibrate(exo: Camera, depth: DepthFormat) { engine.recalibrate(exo: exo, depth: depth) }
}
