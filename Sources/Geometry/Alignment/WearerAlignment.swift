#if canImport(Glibc)
  import Glibc
#endif

/// Finds an error of the exo camera's focal length and of the depth's scale by the one thing whose place is known: the
/// wearer's head, which is where the ego pose says.
///
/// For every focal factor on a grid the head's place in the exo picture is looked at, and for every depth factor how much the
/// depth there looks like a head on shoulders at the pose's distance (`HeadShape`). Frames are summed up; the correction is
/// the maximum of their mean less a penalty for leaving the calibration (docs/decisions/065). It says nothing unless the
/// wearer is found, and moves: a fixed viewpoint is nobody's.
///
/// Memory and work per frame are fixed; nothing is allocated in `observe` except, at frames 2, 4, 8 and so on, to decide.
public final class WearerAlignment {
  private let camera: Camera
  private let depthFormat: DepthFormat
  private let principal: SIMD2<Double>
  private let focal: Double
  /// Sums over frames, a row of depth factors per focal factor.
  private var sums = [Double](repeating: 0, count: focalLogarithms.count * depthLogarithms.count)
  /// In which the head was looked for.
  public private(set) var frames = 0
  private var firstCentre: SIMD3<Float>?
  private var hasMoved = false

  /// The correction found last.
  public private(set) var correction = ExoCorrection.none

  static let focalLogarithms = (-15...15).map { Double($0) * 0.03 }
  static let depthLogarithms = (-13...13).map { Double($0) * 0.04 }
  private static let depthFactors = depthLogarithms.map { Float(exp($0)) }

  /// - Parameter camera: The exo camera for the size that depth images come in.
  public init(camera: Camera, depthFormat: DepthFormat) {
    self.camera = camera
    self.depthFormat = depthFormat
    principal = camera.upright(camera.lens.principal)
    focal = (camera.lens.focal.x + camera.lens.focal.y) / 2
  }

  /// Looks for the wearer in one depth image.
  /// - Parameter depth: Of the camera's size; others are passed over, as are frames in which the head is outside the picture
  ///   or smaller than a few pixels.
  /// - Returns: a correction that differs from the last one by more than a few percent; mostly `nil`.
  public func observe(_ depth: DepthPlane, exoWorldToCamera: Pose, egoWorldToCamera: Pose) -> ExoCorrection? {
    guard depth.width == camera.width, depth.height == camera.height else { return nil }
    let centre = egoWorldToCamera.centre
    let head = SIMD3<Double>(exoWorldToCamera(centre - HeadShape.behindEyes * egoWorldToCamera.rows.2))
    guard head.z > 0.2, focal / head.z * HeadShape.radius >= Self.smallestRadius, let pixel = camera.project(head),
      pixel.x >= 0, pixel.y >= 0, pixel.x < Double(depth.width), pixel.y < Double(depth.height)
    else { return nil }
    if let firstCentre {
      let way = centre - firstCentre
      hasMoved = hasMoved || (way * way).sum() > Self.leastMotion * Self.leastMotion
    } else {
      firstCentre = centre
    }
    let distance = depthFormat.kind == .z ? head.z : (head * head).sum().squareRoot()
    for (row, logarithm) in Self.focalLogarithms.enumerated() {
      let factor = exp(logarithm)
      let place = principal + factor * (pixel - principal)
      guard place.x >= 0, place.y >= 0, place.x < Double(depth.width), place.y < Double(depth.height) else { continue }
      add(row, depth, at: place, pixelsPerMetre: factor * focal / head.z, distance: Float(distance))
    }
    frames += 1
    guard frames >= 2, frames & (frames - 1) == 0, hasMoved else { return nil }
    let found = decide()
    guard found.difference(from: correction) > Self.leastChange else { return nil }
    correction = found
    return found
  }

  /// Adds to a row of sums how much the depth around `place` looks like a head.
  private func add(_ row: Int, _ depth: DepthPlane, at place: SIMD2<Double>, pixelsPerMetre: Double, distance: Float) {
    let tolerance = 0.09 + 0.035 * distance
    let count = Self.depthFactors.count
    /// Share of known samples that fulfil `isRight` of their distance from the head, by depth factor, times `weight`.
    func share(
      of places: [SIMD2<Double>], unknown: Double, _ isRight: (Float) -> Bool, _ use: (Int, Double) -> Void
    ) {
      withUnsafeTemporaryAllocation(of: Float.self, capacity: places.count) { samples in
        var known = 0
        for offset in places {
          let metres = metres(depth, at: place + offset * pixelsPerMetre)
          guard metres > 0 else { continue }
          samples[known] = metres
          known += 1
        }
        for column in 0..<count {
          var right = 0
          for index in 0..<known where isRight(samples[index] * Self.depthFactors[column] - distance) { right += 1 }
          use(column, known == 0 ? unknown : Double(right) / Double(known))
        }
      }
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { around in
      around.initialize(repeating: 0.25)
      share(of: HeadShape.above, unknown: 1, { abs($0) > 0.25 }) { around[$0] += 0.3 * $1 }
      share(of: HeadShape.beside, unknown: 1, { abs($0) > 0.25 }) { around[$0] += 0.3 * $1 }
      share(of: HeadShape.below, unknown: 0.5, { abs($0) < 0.35 }) { around[$0] += 0.15 * $1 }
      share(of: HeadShape.head, unknown: 0, { abs($0) < tolerance }) { sums[row * count + $0] += around[$0] * $1 }
    }
  }

  /// The depth at a pixel; 0 where it is unknown or outside.
  private func metres(_ depth: DepthPlane, at place: SIMD2<Double>) -> Float {
    let nearest = place.rounded(.toNearestOrEven)
    // Before they are whole numbers: a place that is no number at all must not trap.
    guard nearest.x >= 0, nearest.y >= 0, nearest.x < Double(depth.width), nearest.y < Double(depth.height) else {
      return 0
    }
    let pixel = SIMD2<Int>(nearest)
    let row = UnsafeRawPointer(depth.base) + pixel.y * depth.stride
    let sample = row.load(fromByteOffset: pixel.x * 2, as: UInt16.self)
    return depthFormat.isMeasured(sample) ? Float(sample) * Float(depthFormat.metresPerUnit) : 0
  }

  private func decide() -> ExoCorrection {
    let (focal, depth) = (Self.focalLogarithms, Self.depthLogarithms)
    let means = sums.map { $0 / Double(frames) }
    let unchanged = (focal.count / 2) * depth.count + depth.count / 2
    let best = means.max() ?? 0
    let least = correction == .none ? Self.leastLikeness : Self.leastLikenessToGoOn
    guard best >= least, means[unchanged] < Self.goodEnough * best else { return .none }
    /// Middle of what is nearly as good as the best, over the rows given.
    func middle(_ rows: Range<Int>) -> SIMD2<Double> {
      let penalised = rows.flatMap { row in
        depth.indices.map { means[row * depth.count + $0] - focal[row] * focal[row] - depth[$0] * depth[$0] }
      }
      let floor = (penalised.max() ?? 0) - 0.06
      var (sum, weights) = (SIMD2(0.0, 0.0), 0.0)
      for (index, value) in penalised.enumerated() where value > floor {
        let (row, column) = index.quotientAndRemainder(dividingBy: depth.count)
        sum += (value - floor) * SIMD2(focal[rows.lowerBound + row], depth[column])
        weights += value - floor
      }
      return sum / weights
    }
    var found = middle(0..<focal.count)
    if abs(found.x) < Self.focalDeadBand {
      found = SIMD2(0, middle(focal.count / 2..<focal.count / 2 + 1).y)
    }
    if abs(found.y) < Self.depthDeadBand { found.y = 0 }
    return ExoCorrection(focal: exp(found.x), depth: exp(found.y))
  }

  /// Heads of fewer pixels are not looked for.
  private static let smallestRadius = 4.0
  /// Metres that the ego camera has to move by before it is taken to be worn: nobody's head is still.
  private static let leastMotion: Float = 0.002
  /// The mean likeness, of 1, that counts as having found the wearer. Among so many factors half of all viewpoints that nobody
  /// wears find something of 0.5, and few heads have less than 0.6 (docs/decisions/065).
  private static let leastLikeness = 0.6
  /// The same for a wearer who was found: heads turn, and go behind things.
  private static let leastLikenessToGoOn = 0.5
  /// Where the calibration comes this near to the best, it is kept.
  private static let goodEnough = 0.7
  /// Corrections of less than these (logarithms) are within the method's own error.
  private static let focalDeadBand = 0.13
  private static let depthDeadBand = 0.1
  /// Changes of less than this since the last correction do not earn a new map.
  private static let leastChange = 0.05
}
