import Compute

extension Camera {
  init(_ document: CalibrationDocument.CameraDocument, field: String) throws(Failure) {
    func refuse(_ name: String, _ value: some Any, _ expected: String) -> Failure {
      Failure(.calibration, "\(field).\(name) is \(value); expected \(expected)")
    }
    guard (16...16384).contains(document.width) else { throw refuse("width", document.width, "16...16384 pixels") }
    guard (16...16384).contains(document.height) else { throw refuse("height", document.height, "16...16384 pixels") }
    guard document.width * document.height <= Self.mostPixels else {
      throw Failure(
        .calibration,
        "\(field) is \(document.width)×\(document.height), \(document.width * document.height) pixels; expected at most \(Self.mostPixels), as 4096×4096 has: calibrate for a smaller picture"
      )
    }
    if let f = document.f, document.fx != nil || document.fy != nil {
      throw refuse("f", f, "either f, or fx and fy, not both")
    }
    guard let fx = document.fx ?? document.f else {
      throw Failure(.calibration, "\(field).fx is missing; give f, or fx and fy, in pixels")
    }
    let fy = document.fy ?? fx
    for (name, value) in [("fx", fx), ("fy", fy)] where !(value.isFinite && value >= 1 && value <= 1e6) {
      throw refuse(name, value, "a focal length in pixels, 1 to 1e6")
    }
    for (name, value, size) in [("cx", document.cx, document.width), ("cy", document.cy, document.height)]
    where !(value.isFinite && value > -Double(size) && value < 2 * Double(size)) {
      throw refuse(name, value, "a principal point in pixels, in or near the picture of \(size)")
    }
    let turn = document.rotate_clockwise_degrees ?? 0
    guard [0, 90, 180, 270].contains(turn) else { throw refuse("rotate_clockwise_degrees", turn, "0, 90, 180 or 270") }
    if let circle = document.image_circle_radius, !(circle.isFinite && circle > 1) {
      throw refuse("image_circle_radius", circle, "pixels, above 1")
    }
    self.init(
      lens: try Lens(document, focal: SIMD2(fx, fy), field: field), sensorWidth: document.width,
      sensorHeight: document.height, rotateClockwiseDegrees: turn,
      imageCircleRadius: document.image_circle_radius,
      photometric: try document.photometric.map { text throws(Failure) in
        try PhotometricProfile(text, field: "\(field).photometric")
      })
    // Numbers that are each in range can still make a lens that no direction comes through.
    let share = sight.ofPicture
    guard share >= 0.02 else {
      throw Failure(
        .calibration,
        "\(field) sees along \((share * 1000).rounded() / 10)% of its pixels; expected at least 2%: check the focal length, the coefficients (radial, tangential, thin_prism) and image_circle_radius"
      )
    }
  }
}

extension Lens {
  fileprivate init(_ document: CalibrationDocument.CameraDocument, focal: SIMD2<Double>, field: String) throws(Failure)
  {
    func numbers(_ name: String, _ list: [Double]?, _ count: Int) throws(Failure) -> [Double] {
      guard let list, list.count == count, list.allSatisfy(\.isFinite) else {
        let found = list.map { "\($0.count) numbers" } ?? "missing"
        throw Failure(.calibration, "\(field).\(name) is \(found); \(document.model) takes \(count) finite numbers")
      }
      return list
    }
    func foldless(_ lens: FisheyeParameters, _ name: String) throws(Failure) -> FisheyeParameters {
      guard lens.maximumTheta > 0.1 else {
        throw Failure(
          .calibration,
          "\(field).\(name) is \(lens.radial): the picture folds back \(lens.maximumTheta) rad from the axis; expected coefficients well below 1, in rising order"
        )
      }
      return lens
    }
    /// Refuses a list that the model does not take: left out without a word, it would be missed in the picture.
    func refuse(_ name: String, _ list: [Double]?, _ advice: String) throws(Failure) {
      guard list != nil else { return }
      throw Failure(.calibration, "\(field).model is \(document.model) but \(name) is given; \(advice)")
    }
    let principal = SIMD2(document.cx, document.cy)
    switch document.model {
    case "pinhole":
      for (name, list) in [
        ("radial", document.radial), ("coefficients", document.coefficients), ("tangential", document.tangential),
        ("thin_prism", document.thin_prism),
      ] {
        try refuse(name, list, "it takes no distortion: undistort the video, or name the model")
      }
      self = .pinhole(.init(focal: focal, principal: principal))
    case "kannala_brandt4":
      let radial = try numbers("coefficients", document.coefficients ?? document.radial, 4)
      let advice = "it takes coefficients alone: leave the others out, or name the model"
      if document.coefficients != nil { try refuse("radial", document.radial, advice) }
      try refuse("tangential", document.tangential, advice)
      try refuse("thin_prism", document.thin_prism, advice)
      self = .fisheye(try foldless(.init(focal: focal, principal: principal, radial: radial), "coefficients"))
    case "fisheye624":
      let radial = try numbers("radial", document.radial, 6)
      let tangential = try numbers("tangential", document.tangential, 2)
      let prism = try numbers("thin_prism", document.thin_prism, 4)
      try refuse("coefficients", document.coefficients, "it takes radial, tangential and thin_prism: leave it out")
      self = .fisheye(
        try foldless(
          .init(
            focal: focal, principal: principal, radial: radial, tangential: SIMD2(tangential[0], tangential[1]),
            thinPrism: SIMD4(prism[0], prism[1], prism[2], prism[3])), "radial"))
    default:
      throw Failure(
        .calibration,
        "\(field).model is \"\(document.model)\"; expected pinhole, kannala_brandt4 or fisheye624")
    }
  }
}

extension PhotometricProfile {
  fileprivate init(_ document: CalibrationDocument.PhotometricDocument, field: String) throws(Failure) {
    var points: [VignettePoint] = []
    let most = 1024
    guard (document.vignette ?? []).count <= most else {
      throw Failure(
        .calibration, "\(field).vignette holds \(document.vignette?.count ?? 0) points; expected at most \(most)")
    }
    for pair in document.vignette ?? [] {
      guard pair.count == 2, pair[0].isFinite, (0...4).contains(pair[1]), pair[0] >= 0 else {
        throw Failure(.calibration, "\(field).vignette holds \(pair); expected [radius in pixels, brightness 0...4]")
      }
      if let last = points.last, pair[0] <= last.radius {
        throw Failure(
          .calibration, "\(field).vignette: radius \(pair[0]) after \(last.radius); expected ascending radii")
      }
      points.append(VignettePoint(radius: pair[0], brightness: pair[1]))
    }
    let gain = document.gain_rgb ?? [1, 1, 1]
    guard gain.count == 3, gain.allSatisfy({ (0...16).contains($0) }) else {
      throw Failure(.calibration, "\(field).gain_rgb is \(gain); expected three factors, 0...16")
    }
    self.init(vignette: points, gain: SIMD3(gain[0], gain[1], gain[2]))
  }
}
