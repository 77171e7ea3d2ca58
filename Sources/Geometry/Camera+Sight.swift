extension Camera {
  /// How much of a camera's picture sees anything.
  public struct Sight: Sendable {
    /// Share of all pixels, 0...1.
    public let ofPicture: Double
    /// Share of the pixels inside the image circle, 0...1; of all pixels where the camera has none.
    public let ofImageCircle: Double
  }

  /// What the camera sees, by 32×32 pixels spread evenly over its picture: within a few percent, in a millisecond.
  public var sight: Sight {
    let side = 32
    var (lit, seeing) = (0, 0)
    for i in 0..<(side * side) {
      let share = (SIMD2(Double(i % side), Double(i / side)) + 0.5) / Double(side)
      let pixel = share * SIMD2(Double(width), Double(height)) - 0.5
      guard isInImageCircle(onSensor(pixel)) else { continue }
      lit += 1
      if let ray = unproject(pixel), (ray * ray).sum().isFinite { seeing += 1 }
    }
    return Sight(ofPicture: Double(seeing) / Double(side * side), ofImageCircle: Double(seeing) / Double(max(lit, 1)))
  }
}
