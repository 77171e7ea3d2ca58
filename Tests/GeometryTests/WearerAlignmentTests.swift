import Glibc
import TestSupport
import Testing

@testable import Geometry

/// A person before a wall, seen by a depth camera: the head is where the ego pose says, if focal length and depth are right.
@Suite struct WearerAlignmentTests {
  @Test(arguments: [(1.0, 1.0), (1.3, 1.0), (1.0, 0.8), (0.75, 1.25), (1.35, 1.35)])
  func theErrorsThatWereMadeAreFound(focal: Double, depth: Double) {
    let found = Watch().correction(focalError: focal, depthError: depth)
    #expect(abs(log(found.focal * focal)) < 0.1, "focal \(found)")
    #expect(abs(log(found.depth * depth)) < 0.08, "depth \(found)")
    if focal == 1 && depth == 1 { #expect(found == .none) }
  }

  @Test(arguments: [false, true], [false, true])
  func rangesAndTurnedSensorsAreUnderstood(isRange: Bool, isTurned: Bool) {
    let found = Watch(isRange: isRange, isTurned: isTurned).correction(focalError: 1.3, depthError: 1)
    #expect(abs(log(found.focal * 1.3)) < 0.1 && found.depth == 1, "\(found)")
  }

  @Test func nothingIsSaidOfARoomWithoutAWearer() {
    #expect(Watch(isThere: false).correction(focalError: 1.3, depthError: 1.2) == .none)
    #expect(Watch(isThere: false, wallMetres: 0).correction(focalError: 1.3, depthError: 1.2) == .none)
  }

  @Test func aFixedViewpointIsNobodys() {
    #expect(Watch(stepMetres: 0).correction(focalError: 1.3, depthError: 1.2) == .none)
  }

  /// Somebody stands in the room; the viewpoint moves past behind, where shoulders and arms look like heads a little.
  @Test(
    arguments: [[-0.4, 0.3, 0.5], [0.4, 0, 0.5], [0.4, 0.3, 0.5], [0.6, 0.6, 0.5], [-0.25, 0.6, 0.5]] as [SIMD3<Float>])
  func aViewpointThatNobodyWearsIsLeftAlone(_ aside: SIMD3<Float>) {
    var watch = Watch(stepMetres: 0.01)
    watch.aside = aside
    #expect(watch.correction(focalError: 1, depthError: 1) == .none)
  }

  @Test func aHeadOfFewPixelsIsNotLookedFor() {
    #expect(Watch(width: 90).correction(focalError: 1.3, depthError: 1.2) == .none)
  }

  @Test func depthOfAnotherSizeSaysNothing() {
    let alignment = WearerAlignment(camera: Watch().camera(focalError: 1), depthFormat: DepthFormat())
    var sample: UInt16 = 1000
    let found = alignment.observe(
      DepthPlane(base: &sample, width: 1, height: 1, stride: 2), exoWorldToCamera: .identity,
      egoWorldToCamera: .identity)
    #expect(found == nil)
  }

  /// Nothing traps in a streaming thread, whatever a calibration or a tracker says.
  @Test(arguments: [0.0, 1e-30, 1e30, .infinity, .nan] as [Double], [0, 1e30, .nan] as [Float])
  func numbersThatMakeNoSenseSayNothing(focal: Double, place: Float) {
    let lens = Lens.PinholeParameters(focal: SIMD2(repeating: focal), principal: SIMD2(1.5, 1.5))
    let camera = Camera(lens: .pinhole(lens), sensorWidth: 4, sensorHeight: 4)
    let alignment = WearerAlignment(camera: camera, depthFormat: DepthFormat())
    var samples = [UInt16](repeating: 1000, count: 16)
    samples.withUnsafeMutableBufferPointer { samples in
      guard let base = samples.baseAddress else { return }
      for frame in 0..<4 {
        var ego = Pose.identity
        ego.translation = [place, 0.1 * Float(frame), -1]
        let plane = DepthPlane(base: base, width: 4, height: 4, stride: 8)
        #expect(alignment.observe(plane, exoWorldToCamera: .identity, egoWorldToCamera: ego) == nil)
      }
    }
  }

  @Test func aCorrectionScalesTheLensAndTheDepth() {
    let camera = Watch().camera(focalError: 1).withFocal(times: 1.25)
    #expect(camera.lens.focal.x == 400 && camera.lens.principal.x == 319.5)
    var format = DepthFormat()
    format.assumedMetres = 2
    #expect(format.withScale(times: 2).metresPerUnit == 0.002 && format.withScale(times: 2).assumedMetres == 2)
    #expect(ExoCorrection(focal: 1.376, depth: 0.9).inWords.hasSuffix("exo focal length × 1.38, depth × 0.90"))
  }
}

/// Sixteen frames of somebody who walks to the right, 2.2 m away, and looks to the left.
private struct Watch {
  var width = 640
  var isThere = true
  var stepMetres: Float = 0.03
  var wallMetres = 4.5
  var isRange = false
  /// Where the viewpoint is from a person who stands still; `nil` where it is worn.
  var aside: SIMD3<Float>?
  /// The sensor lies on its side; the picture stands upright.
  var isTurned = false

  /// - Parameter focalError: the given focal length over the true one.
  func camera(focalError: Double) -> Camera {
    let size = isTurned ? (width * 9 / 16, width) : (width, width * 9 / 16)
    return Camera(
      lens: .pinhole(
        .init(
          focal: SIMD2(repeating: Double(width) / 2 * focalError),
          principal: SIMD2(Double(size.0 - 1), Double(size.1 - 1)) / 2)),
      sensorWidth: size.0, sensorHeight: size.1, rotateClockwiseDegrees: isTurned ? 90 : 0)
  }

  func correction(focalError: Double, depthError: Double) -> ExoCorrection {
    let camera = camera(focalError: focalError)
    var format = DepthFormat()
    format.kind = isRange ? .range : .z
    let alignment = WearerAlignment(camera: camera, depthFormat: format)
    var picture = WearerPicture(width: camera.width, height: camera.height, focal: Double(width) / 2)
    (picture.wallMetres, picture.depthIsRange) = (wallMetres, isRange)
    // The world's axes are those of the upright picture.
    let exoPose = isTurned ? Pose(rows: ([0, 1, 0], [-1, 0, 0], [0, 0, 1]), translation: .zero) : .identity
    for frame in 0..<16 {
      var head = SIMD3<Float>(0.55 + stepMetres * Float(frame), -0.4, 2.2)
      if isThere { picture.head = SIMD3<Double>(head) }
      if let aside {
        picture.head = [0.1, -0.4, 2.2]
        head = SIMD3(0.1 + stepMetres * Float(frame), -0.4, 2.2) + aside
      }
      var ego = Pose(rows: ([0, 0, 1], [0, 1, 0], [-1, 0, 0]), translation: .zero)
      ego.translation = -ego.rotate(head + HeadShape.behindEyes * SIMD3(-1, 0, 0))
      var depth = picture.depth(scale: depthError)
      depth.withUnsafeMutableBufferPointer { samples in
        guard let base = samples.baseAddress else { return }
        let plane = DepthPlane(base: base, width: camera.width, height: camera.height, stride: camera.width * 2)
        _ = alignment.observe(plane, exoWorldToCamera: exoPose, egoWorldToCamera: ego)
      }
    }
    return alignment.correction
  }
}
