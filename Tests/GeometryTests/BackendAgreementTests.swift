import Compute
import Testing
import TestSupport

@testable import Geometry

/// The Vulkan kernels against the CPU's, frame by frame, on a scene with a moving box, a moving exo camera and gaps.
@Suite struct BackendAgreementTests {
  static let options: VulkanOptions = {
    var options = VulkanOptions()
    options.cacheFolder = nil
    options.validation = VulkanDevice.hasValidationLayer(options: options)
    return options
  }()

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var ego: Camera
    var voxelSizeMetres: Float = 0
    var mapCapacity = 60_000
    var kind = DepthFormat.Kind.z
    /// The frame before which the exo camera, wrong until then, is calibrated.
    var calibratedBefore: Int?
    var testDescription: String { name }
  }

  static let pinhole = Camera(
    lens: .pinhole(.init(focal: SIMD2(90, 92), principal: SIMD2(60, 45))), sensorWidth: 121, sensorHeight: 93)
  static let fisheye = Camera(
    lens: .fisheye(
      .init(
        focal: SIMD2(60, 60), principal: SIMD2(63.5, 60), radial: [-0.02, 0.09, -0.06, 0.005, 0.003, -0.0006],
        tangential: SIMD2(0.0005, -0.0005), thinPrism: SIMD4(-0.001, -0.0003, 0.0001, 0.0001))),
    sensorWidth: 128, sensorHeight: 122, rotateClockwiseDegrees: 90, imageCircleRadius: 70)

  static let cases = [
    Case(name: "pinhole ego", ego: pinhole),
    Case(name: "turned fisheye ego under a circle", ego: fisheye),
    Case(name: "voxels of 3 cm", ego: fisheye, voxelSizeMetres: 0.03),
    Case(name: "depth along the ray", ego: pinhole, kind: .range),
    Case(name: "calibrated in between", ego: pinhole, calibratedBefore: 4),
    Case(name: "a map that overflows", ego: fisheye, mapCapacity: 42_000),
  ]

  @Test(.enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device"), arguments: cases)
  func bothBackendsDrawTheSamePicture(_ test: Case) throws {
    let scene = MovingBoxScene(kind: test.kind)
    var configuration = GeometryConfiguration(
      exo: scene.camera, ego: test.ego, depth: DepthFormat(kind: test.kind), mapCapacity: test.mapCapacity,
      voxelSizeMetres: test.voxelSizeMetres)
    configuration.mapPolicy.foregroundConfirmations = 6
    if test.calibratedBefore != nil {
      configuration.exo = configuration.exo.withFocal(times: 1.3)
      configuration.depth = configuration.depth.withScale(times: 1.2)
    }
    let cpu = CPUGeometry(configuration)
    let device = try VulkanUnderTest.device(Self.options)
    let vulkan = try VulkanGeometry(configuration, device: device)
    try vulkan.fetchDistances()
    let before = device.counters
    for frame in 0..<12 {
      let picture = scene.frame(frame)
      for engine in [cpu, vulkan] as [any GeometryEngine] {
        if frame == test.calibratedBefore {
          try engine.recalibrate(exo: scene.camera, depth: DepthFormat(kind: test.kind))
        }
        try picture.withPlanes { colour, depth in
          // One frame comes without depth: the map is shown as it was.
          let sawDepth = try engine.integrate(
            colour: colour, depth: frame == 7 ? nil : depth, exoWorldToCamera: scene.exoPose(frame))
          #expect(sawDepth == (frame != 7))
        }
        try engine.render(egoWorldToCamera: scene.egoPose(frame), fill: true)
      }
      try vulkan.fetchDistances()
      let difference = Difference(cpu.prior, vulkan.prior)
      // A point whose distance rounds to the other side of a threshold moves a disc's rim by a pixel: rarely.
      #expect(difference.coverageShare < 0.004, "frame \(frame)")
      #expect(difference.meanColour < 0.25, "frame \(frame)")
      // Where two points share an exo pixel, the lower slot is fused, and devices hand out slots in any order.
      #expect(difference.farColourShare < 0.015, "frame \(frame)")
      #expect(difference.farDistanceShare < 0.006, "frame \(frame)")
      #expect(abs(cpu.mapPoints - vulkan.mapPoints) <= cpu.mapPoints / 200, "frame \(frame)")
      #expect(cpu.mapPoints <= test.mapCapacity && vulkan.mapPoints <= test.mapCapacity)
      #expect(filledDifference(cpu, vulkan, test.ego) < 0.6, "frame \(frame)")
    }
    #expect(cpu.prior.coveredPixels > 3000)
    // A frame is a submission or two of what was recorded: nothing is made anew.
    if test.calibratedBefore == nil {
      #expect(device.counters.withoutSubmissions == before.withoutSubmissions)
    }
    #expect(device.validationMessages?.all ?? [] == [])
  }

  /// A picture that was not rendered filled is written with its holes, whatever was filled before, and is otherwise the same.
  @Test(.enabled(if: VulkanUnderTest.isThere, "no usable Vulkan device")) func whatIsNotFilledKeepsItsHoles() throws {
    let scene = MovingBoxScene(kind: .z)
    let configuration = GeometryConfiguration(
      exo: scene.camera, ego: Self.pinhole, depth: DepthFormat(kind: .z), mapCapacity: 60_000, voxelSizeMetres: 0)
    let device = try VulkanUnderTest.device(Self.options)
    let vulkan = try VulkanGeometry(configuration, device: device)
    try scene.frame(0).withPlanes { colour, depth in
      let sawDepth = try vulkan.integrate(colour: colour, depth: depth, exoWorldToCamera: scene.exoPose(0))
      #expect(sawDepth)
    }
    var pictures: [[UInt8]] = []
    for fill in [true, false] {
      try vulkan.render(egoWorldToCamera: scene.egoPose(0), fill: fill)
      pictures.append(written(vulkan, Self.pinhole))
    }
    var holes = 0
    for pixel in 0..<(vulkan.prior.width * vulkan.prior.height) {
      let colours = pictures.map { Array($0[(3 * pixel)..<(3 * pixel + 3)]) }
      if vulkan.prior.coverage.base[pixel] != 0 {
        #expect(colours[0] == colours[1])
      } else {
        holes += 1
        #expect(colours[1] == [0, 0, 0])
      }
    }
    #expect(holes > 100 && pictures[0] != pictures[1])
    #expect(device.validationMessages?.all ?? [] == [])
  }

  /// Mean absolute difference of the finished pictures, in 8-bit steps.
  private func filledDifference(_ a: CPUGeometry, _ b: VulkanGeometry, _ ego: Camera) -> Double {
    let pictures = ([a, b] as [any GeometryEngine]).map { written($0, ego) }
    return zip(pictures[0], pictures[1]).reduce(0.0) { $0 + abs(Double($1.0) - Double($1.1)) }
      / Double(pictures[0].count)
  }

  /// The finished picture, filled where it was rendered so.
  private func written(_ engine: any GeometryEngine, _ ego: Camera) -> [UInt8] {
    let (width, height) = (ego.width, ego.height)
    var bytes = [UInt8](repeating: 77, count: width * height * 3)
    bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      engine.write(
        picture: MutablePlane(base: base, width: width, height: height, channels: 3, stride: width * 3), mask: nil,
        fill: true, photometric: true)
    }
    return bytes
  }
}

/// How far two renderings are apart.
private struct Difference {
  /// Share of pixels that only one of them covers.
  var coverageShare = 0.0
  /// Over the pixels both cover: mean absolute difference in 8-bit steps, and shares that are off by more than 12 steps
  /// or 2% of distance.
  var meanColour = 0.0
  var farColourShare = 0.0
  var farDistanceShare = 0.0

  init(_ a: Prior, _ b: Prior) {
    var both = 0.0
    let count = a.width * a.height
    for i in 0..<count {
      guard a.coverage.base[i] == b.coverage.base[i] else {
        coverageShare += 1 / Double(count)
        continue
      }
      guard a.coverage.base[i] != 0 else { continue }
      both += 1
      let step =
        SIMD4<Int32>(truncatingIfNeeded: a.colour.base[i]) &- SIMD4<Int32>(truncatingIfNeeded: b.colour.base[i])
      let largest = max(abs(step.x), abs(step.y), abs(step.z))
      meanColour += Double(abs(step.x) + abs(step.y) + abs(step.z)) / 3
      farColourShare += largest > 12 ? 1 : 0
      let (p, q) = (a.distance.base[i], b.distance.base[i])
      farDistanceShare += abs(p - q) > 0.02 * p ? 1 : 0
    }
    meanColour /= max(both, 1)
    farColourShare /= max(both, 1)
    farDistanceShare /= max(both, 1)
  }
}
