import Compute

/// A photometric profile as one factor a pixel, in 8.8 fixed point.
public final class PhotometricTable {
  private let factors: Storage<SIMD4<UInt16>>

  public init(_ profile: PhotometricProfile, camera: Camera) {
    let (width, height) = (camera.width, camera.height)
    factors = Storage(count: width * height, repeating: .zero)
    let middle = SIMD2(Double(width - 1) / 2, Double(height - 1) / 2)
    for i in 0..<(width * height) {
      let offset = SIMD2(Double(i % width), Double(i / width)) - middle
      let brightness = profile.brightness(atRadius: (offset * offset).sum().squareRoot())
      let factor = (profile.gain * brightness * 256).rounded(.toNearestOrEven).clamped(
        lowerBound: .zero, upperBound: SIMD3(repeating: 65535))
      factors.base[i] = SIMD4(UInt16(factor.x), UInt16(factor.y), UInt16(factor.z), 256)
    }
  }

  /// One pixel's colour, 8 bits a channel, under the profile.
  public func apply(_ colour: SIMD4<UInt8>, at pixel: Int) -> SIMD4<UInt8> {
    let product = SIMD4<UInt32>(truncatingIfNeeded: colour) &* SIMD4<UInt32>(truncatingIfNeeded: factors.base[pixel])
    let rounded = (product &+ 128) &>> 8
    return SIMD4<UInt8>(truncatingIfNeeded: rounded.clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 255)))
  }
}
