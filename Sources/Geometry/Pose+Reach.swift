import Compute

extension Pose {
  /// How far from the world's origin a camera may stand, metres: beyond, the single precision of world positions is coarser
  /// than the millimetre that depth comes in, and a map would fall apart.
  public static let furthestMetres = 10_000.0

  /// Refuses what lies further from the world's origin than `furthestMetres`.
  /// - Parameter what: What lies there, for the message: "position", "translation".
  static func checkReach(
    _ place: SIMD3<Double>, _ what: String, field: String, kind: Failure.Kind
  ) throws(Failure) {
    guard (place * place).sum() <= furthestMetres * furthestMetres else {
      throw Failure(
        kind,
        "\(field): \(what) is [\(place.x), \(place.y), \(place.z)]; expected at most \(Int(furthestMetres)) metres from the world's origin: subtract a local origin from all poses"
      )
    }
  }
}
