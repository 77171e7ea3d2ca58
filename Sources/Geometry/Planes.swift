/// A borrowed 8-bit colour image, 4 bytes a pixel in the order R, G, B, unused. Valid only during the call it is passed to.
public struct ColourPlane {
  public let base: UnsafePointer<UInt8>
  public let width: Int
  public let height: Int
  /// Bytes from one row to the next; at least `width * 4`.
  public let stride: Int

  public init(base: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int) {
    self.base = base
    self.width = width
    self.height = height
    self.stride = stride
  }
}

/// A borrowed 16-bit depth image in the calibration's unit (`DepthFormat`), pixel-aligned with the exo image.
/// Valid only during the call it is passed to.
public struct DepthPlane {
  public let base: UnsafePointer<UInt16>
  public let width: Int
  public let height: Int
  /// Bytes from one row to the next; at least `width * 2`, even.
  public let stride: Int

  public init(base: UnsafePointer<UInt16>, width: Int, height: Int, stride: Int) {
    self.base = base
    self.width = width
    self.height = height
    self.stride = stride
  }
}

/// A borrowed, writable image of 8-bit samples with `channels` samples a pixel (3: R, G, B; 1: a mask).
public struct MutablePlane {
  public let base: UnsafeMutablePointer<UInt8>
  public let width: Int
  public let height: Int
  public let channels: Int
  /// Bytes from one row to the next; at least `width * channels`.
  public let stride: Int

  public init(base: UnsafeMutablePointer<UInt8>, width: Int, height: Int, channels: Int, stride: Int) {
    self.base = base
    self.width = width
    self.height = height
    self.channels = channels
    self.stride = stride
  }
}
