import CEgoPrior
import Compute
import FoundationEssentials
import Geometry

/// One clip's geometry behind the C functions: frames in as packed pictures, priors out as packed pictures.
final class PriorEngine {
  private let exo: Camera
  private let ego: Camera
  private let geometry: CPUGeometry
  /// The exo frame as the engine takes it: R, G, B, unused.
  private let colour: Storage<SIMD4<UInt8>>

  init(calibration: Calibration, settings: EgoPriorSettings) throws(Failure) {
    exo = calibration.exo
    ego = calibration.ego.withoutPhotometricProfile
    let configuration = GeometryConfiguration(
      exo: exo, ego: ego, depth: calibration.depth, mapCapacity: Int(settings.map_capacity),
      voxelSizeMetres: settings.voxel_size_metres)
    try configuration.check()
    try CPUGeometry.checkMemory(configuration)
    geometry = CPUGeometry(configuration)
    colour = Storage(count: exo.width * exo.height, repeating: .zero)
  }

  func push(_ frame: EgoPriorFrame, into pictures: EgoPriorPictures) throws(Failure) {
    guard Int(frame.width) == exo.width, Int(frame.height) == exo.height else {
      throw Failure(.format, "exo frame is \(frame.width)×\(frame.height); expected \(exo.width)×\(exo.height)")
    }
    guard Int(pictures.width) == ego.width, Int(pictures.height) == ego.height else {
      throw Failure(.format, "ego picture is \(pictures.width)×\(pictures.height); expected \(ego.width)×\(ego.height)")
    }
    let exoPose = try Pose(frame.exo_world_to_camera, name: "exo_world_to_camera")
    let egoPose = try Pose(frame.ego_world_to_camera, name: "ego_world_to_camera")

    for pixel in 0..<(exo.width * exo.height) {
      let rgb = frame.rgb + 3 * pixel
      colour.base[pixel] = SIMD4(rgb[0], rgb[1], rgb[2], 255)
    }
    let bytes = UnsafeRawPointer(colour.base).assumingMemoryBound(to: UInt8.self)
    _ = try geometry.integrate(
      colour: ColourPlane(base: bytes, width: exo.width, height: exo.height, stride: exo.width * 4),
      depth: frame.depth.map { DepthPlane(base: $0, width: exo.width, height: exo.height, stride: exo.width * 2) },
      exoWorldToCamera: exoPose)
    try geometry.render(egoWorldToCamera: egoPose, fill: pictures.filled != nil)
    write(pictures)
  }

  func forget() { geometry.forget() }

  private func write(_ pictures: EgoPriorPictures) {
    func plane(_ base: UnsafeMutablePointer<UInt8>, _ channels: Int) -> MutablePlane {
      MutablePlane(base: base, width: ego.width, height: ego.height, channels: channels, stride: ego.width * channels)
    }
    if let prior = pictures.prior {
      geometry.write(picture: plane(prior, 3), mask: nil, fill: false, photometric: false)
    }
    if let filled = pictures.filled {
      geometry.write(picture: plane(filled, 3), mask: nil, fill: true, photometric: false)
    }
    if let coverage = pictures.coverage {
      coverage.update(from: geometry.prior.coverage.base, count: ego.width * ego.height)
    }
  }
}

extension Pose {
  /// A 3×4 matrix, row by row, held to what a calibration document's is.
  fileprivate init(_ matrix: UnsafePointer<Float>, name: String) throws(Failure) {
    let rows = (0..<3).map { row in (0..<4).map { Double(matrix[4 * row + $0]) } }
    try self.init(matrix: rows, field: name)
  }
}
