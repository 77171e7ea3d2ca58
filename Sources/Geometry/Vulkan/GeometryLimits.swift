import Compute

/// What a device is too small for, said in the user's terms before anything is built: a driver or a kernel would only name
/// a buffer.
enum GeometryLimits {
  /// Threads of a workgroup of the kernels that take a line of points or pixels.
  private static let lineThreads = 256
  /// Bytes that the largest buffers of each kind take an element: `sides`, `levels` and `rays`.
  private static let pointBytes = 32
  private static let pixelBytes = 16

  /// - Throws: `.library` naming the setting, its value and the most that the device takes.
  static func check(_ configuration: GeometryConfiguration, _ view: ExoView, _ report: VulkanDeviceReport)
    throws(Failure)
  {
    let limits = report.limits
    let bytes = min(limits.storageBufferBytes, limits.allocationBytes)
    let threads = Int(limits.workgroupCount.x) * lineThreads
    let points = min(bytes / pointBytes, threads)
    guard configuration.mapCapacity <= points else {
      throw Failure(
        .library,
        "map-capacity is \(configuration.mapCapacity); \(report.name) takes at most \(points): lower it or use backend=cpu"
      )
    }
    let ego = (width: configuration.ego.width, height: configuration.ego.height)
    let levels = FillPyramid(width: ego.width, height: ego.height).count
    guard levels <= bytes / pixelBytes, ego.width * ego.height <= threads else {
      // All levels together are a third more than the picture.
      let most = min(bytes / pixelBytes / 4 * 3, threads)
      throw Failure(
        .library,
        "the ego picture is \(ego.width)×\(ego.height); \(report.name) takes at most \(most) pixels: "
          + "calibrate the ego camera for a smaller picture or use backend=cpu")
    }
    guard view.count <= min(bytes / pixelBytes, threads), view.width * view.height <= bytes / 4 else {
      throw Failure(
        .library,
        "the exo picture is \(view.width)×\(view.height); \(report.name) takes at most "
          + "\(min(bytes / pixelBytes, threads)) pixels: scale it down upstream or use backend=cpu")
    }
  }
}
