/// What a depth camera with a pinhole lens sees of somebody who stands before a striped wall.
///
/// Metres in the axes of the upright picture: x right, y down, z forward.
public struct WearerPicture {
  public var width: Int
  public var height: Int
  public var focal: Double
  public var wallMetres = 4.5
  /// The head's middle; `nil` for a room with nobody in it.
  public var head: SIMD3<Double>?
  public var depthIsRange = false

  public init(width: Int, height: Int, focal: Double) {
    self.width = width
    self.height = height
    self.focal = focal
  }

  /// Depth in millimetres times `scale`: a ball on a body of 0.4 m, and the wall.
  public func depth(scale: Double = 1) -> [UInt16] {
    map { ray, isWearer in
      let metres = isWearer ? (head?.z ?? 0) - 0.05 : wallMetres
      return UInt16(metres * (depthIsRange ? (1 + (ray * ray).sum()).squareRoot() : 1) * 1000 * scale)
    }
  }

  /// R, G, B and one unused byte a pixel: stripes of half a metre across the wall, in two directions.
  public func colour() -> [UInt8] {
    map { ray, isWearer -> [UInt8] in
      let place = ray * wallMetres
      let stripes = SIMD2<Int>((place * 2).rounded(.down)) & 1
      return isWearer ? [40, 40, 60, 0] : [stripes.x == 0 ? 60 : 200, stripes.y == 0 ? 60 : 200, 120, 0]
    }
    .flatMap { $0 }
  }

  private func map<T>(_ body: (SIMD2<Double>, Bool) -> T) -> [T] {
    let middle = SIMD2(Double(width - 1), Double(height - 1)) / 2
    return (0..<width * height).map { index in
      let ray = (SIMD2(Double(index % width), Double(index / width)) - middle) / focal
      guard let head else { return body(ray, false) }
      let place = ray * head.z - SIMD2(head.x, head.y)
      let isBody = abs(place.x) < 0.2 && place.y > 0.16 && place.y < 0.9
      return body(ray, (place * place).sum() < 0.11 * 0.11 || isBody)
    }
  }
}
