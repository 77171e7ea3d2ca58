import Compute

/// The scene as the map knows it, seen by the ego camera: colour, what of it is known, how far, and along which rays.
///
/// All buffers are row by row in the upright ego picture; they are overwritten by the next frame.
public final class Prior {
  public let width: Int
  public let height: Int
  /// R, G, B, unused: 4 bytes a pixel; black where nothing is known.
  public let colour: Storage<SIMD4<UInt8>>
  /// 255 where a point was seen, else 0.
  public let coverage: Storage<UInt8>
  /// Distance from the ego camera's centre to the surface, metres; infinite where nothing is known. From a Vulkan device it
  /// comes only when it is asked for: `VulkanGeometry.fetchDistances`.
  public let distance: Storage<Float>
  /// Unit direction of each pixel in sensor axes (x right, y down, z forward), w 1; zero where the lens sees nothing.
  public let rays: Storage<SIMD4<Float>>
  /// Pixels with coverage.
  public internal(set) var coveredPixels = 0

  public init(camera: Camera) {
    width = camera.width
    height = camera.height
    let count = width * height
    colour = Storage(count: count, repeating: .zero)
    coverage = Storage(count: count, repeating: 0)
    distance = Storage(count: count, repeating: .infinity)
    rays = Storage(count: count, repeating: .zero)
    Parallel.forEachRow(below: height) { _, row in
      for column in 0..<width {
        guard let ray = camera.unproject(SIMD2(Double(column), Double(row))) else { continue }
        rays.base[row * width + column] = SIMD4(Float(ray.x), Float(ray.y), Float(ray.z), 1)
      }
    }
  }
}
