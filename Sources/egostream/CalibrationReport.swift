import Compute
import Geometry
import Glibc

/// A calibration in words, and what about it is hard to believe.
struct CalibrationReport {
  private(set) var lines: [String] = []
  private(set) var warnings: [String] = []

  init(_ calibration: Calibration) {
    let count = calibration.frames.map { ", \($0) frames" } ?? ""
    lines.append("scene   \(calibration.name ?? "unnamed"), \(short(calibration.framesPerSecond)) fps\(count)")
    describe("exo", calibration.exo, calibration.exoTrajectory)
    if let trajectory = calibration.egoTrajectory {
      describe("ego", calibration.ego, trajectory)
      relate(calibration, trajectory)
    } else {
      describe("ego", calibration.ego, nil)
      lines.append("        no pose in the document: set the element's pose property")
    }
    describeDepth(calibration.depth)
  }

  private mutating func describe(_ name: String, _ camera: Camera, _ trajectory: Trajectory?) {
    let model =
      switch camera.lens {
      case .pinhole: "pinhole"
      case .fisheye: "fisheye"
      }
    let turn = camera.rotateClockwiseDegrees == 0 ? "" : ", turned \(camera.rotateClockwiseDegrees)° to stand upright"
    let view = fieldOfView(camera)
    lines.append(
      "\(name)     \(model) \(camera.width)x\(camera.height)\(turn), focal length \(short(camera.lens.focal.x)) px")
    lines.append(
      "        field of view \(degrees(view.horizontal)) across, \(degrees(view.vertical)) down, "
        + "\(degrees(view.diagonal)) corner to corner")
    if let first = trajectory?.poses.first {
      let forward = first.inverse.rotate([0, 0, 1])
      lines.append("        stands at \(place(first.centre)), looks along \(place(forward))")
    }
    checkLens(name, camera, view)
  }

  private mutating func checkLens(
    _ name: String, _ camera: Camera, _ view: (horizontal: Double?, vertical: Double?, diagonal: Double?)
  ) {
    if let across = view.horizontal {
      if across < 15 { warnings.append("\(name) sees only \(degrees(across)) across; is the focal length in pixels?") }
      if case .pinhole = camera.lens, across > 130 {
        warnings.append("\(name) sees \(degrees(across)) across as a pinhole; lenses that wide need a fisheye model")
      }
    }
    let sight = camera.sight.ofImageCircle
    if sight < 0.5 {
      warnings.append(
        "\(name) sees along only \(Int((sight * 100).rounded()))% of its pixels; are focal length and coefficients right, "
          + "or is image_circle_radius missing?")
    }
    let focal = camera.lens.focal
    if abs(focal.x / focal.y - 1) > 0.05 {
      warnings.append("\(name) has focal lengths \(short(focal.x)) and \(short(focal.y)); pixels are rarely so oblong")
    }
    let middle = SIMD2(Double(camera.sensorWidth - 1), Double(camera.sensorHeight - 1)) / 2
    let offset = camera.lens.principal - middle
    if abs(offset.x) > 0.1 * Double(camera.sensorWidth) || abs(offset.y) > 0.1 * Double(camera.sensorHeight) {
      warnings.append("\(name) has its principal point far from the middle; was the picture cut or scaled since?")
    }
  }

  private mutating func relate(_ calibration: Calibration, _ ego: Trajectory) {
    let pairs = zip(ego.times, ego.poses).map { time, pose in (calibration.exoTrajectory.pose(at: time).pose, pose) }
    let distances = pairs.map { exo, ego in Double(length(exo.centre - ego.centre)) }
    let nearest = distances.min() ?? 0
    let farthest = distances.max() ?? 0
    let range = farthest - nearest < 0.01 ? metres(nearest) : "\(metres(nearest)) to \(metres(farthest))"
    lines.append("        \(range) from the exo camera")
    if nearest < 0.2 {
      warnings.append("ego comes within \(metres(nearest)) of the exo camera; are both in one world?")
    }
    if farthest > 30 { warnings.append("ego is \(metres(farthest)) from the exo camera; are translations in metres?") }

    if ego.poses.count > 1 { describePath(ego, framesPerSecond: calibration.framesPerSecond) }
    if let frames = calibration.frames, ego.poses.count > 1, ego.poses.count != frames {
      warnings.append("ego has \(ego.poses.count) poses for \(frames) frames; the last one is held")
    }
    let seen = pairs.filter { exo, ego in
      let inExo = exo(ego.centre)
      guard let pixel = calibration.exo.project(SIMD3<Double>(inExo)) else { return false }
      return pixel.x >= 0 && pixel.y >= 0 && pixel.x < Double(calibration.exo.width)
        && pixel.y < Double(calibration.exo.height)
    }
    lines.append("        in the exo picture in \(seen.count) of \(pairs.count) poses")
    if seen.isEmpty {
      warnings.append("the exo camera never sees the wearer's head; are both poses worldToCamera, in one world?")
    }
  }

  private mutating func describePath(_ ego: Trajectory, framesPerSecond: Double) {
    let centres = ego.poses.map(\.centre)
    let steps = zip(centres, centres.dropFirst()).map { Double(length($1 - $0)) }
    let total = steps.reduce(0, +)
    let fastest = (steps.max() ?? 0) * framesPerSecond
    lines.append("        moves \(metres(total)) in \(ego.poses.count) poses, at most \(short(fastest)) m/s")
    if fastest > 10 {
      warnings.append("ego moves at \(short(fastest)) m/s; is fps right, and are translations in metres?")
    }
  }

  private mutating func describeDepth(_ depth: DepthFormat) {
    let kind = depth.kind == .z ? "along the optical axis" : "along the ray"
    var line = "depth   \(short(depth.metresPerUnit * 1000)) mm a unit, \(kind)"
    if let file = depth.file { line += ", in \(file)" }
    if let assumed = depth.assumedMetres { line += "; without a depth picture a backdrop at \(metres(assumed))" }
    lines.append(line)
  }

  /// Angles between opposite edges and corners of the upright picture; `nil` where the lens does not reach them.
  private func fieldOfView(_ camera: Camera) -> (horizontal: Double?, vertical: Double?, diagonal: Double?) {
    let right = Double(camera.width) - 0.5
    let bottom = Double(camera.height) - 0.5
    let middle = SIMD2(right - 0.5, bottom - 0.5) / 2
    func angle(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double? {
      guard let centre = camera.unproject(middle), let from = camera.unproject(a), let to = camera.unproject(b) else {
        return nil
      }
      // By way of the middle, because a fisheye may see more than half the sphere.
      func between(_ p: SIMD3<Double>, _ q: SIMD3<Double>) -> Double { acos(max(-1, min(1, (p * q).sum()))) }
      return (between(from, centre) + between(centre, to)) * 180 / .pi
    }
    return (
      angle([-0.5, middle.y], [right, middle.y]), angle([middle.x, -0.5], [middle.x, bottom]),
      angle([-0.5, -0.5], [right, bottom])
    )
  }
}

private func length(_ v: SIMD3<Float>) -> Float { (v * v).sum().squareRoot() }

private func short(_ value: Double) -> String {
  let rounded = (value * 100).rounded() / 100
  return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
}

private func metres(_ value: Double) -> String { short(value) + " m" }

private func degrees(_ value: Double?) -> String { value.map { String(Int($0.rounded())) + "°" } ?? "beyond the lens" }

private func place(_ p: SIMD3<Float>) -> String {
  "(\(short(Double(p.x))), \(short(Double(p.y))), \(short(Double(p.z))))"
}
