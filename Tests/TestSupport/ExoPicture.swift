import Geometry

/// An exo frame in memory: R, G, B and an unused byte a pixel, and depth samples of the same size.
public struct ExoPicture {
  public let width: Int
  public let height: Int
  public var colour: [UInt8]
  public var depth: [UInt16]

  public init(width: Int, height: Int, colour: [UInt8], depth: [UInt16]) {
    precondition(!depth.isEmpty && depth.count == width * height && colour.count == 4 * depth.count)
    self.width = width
    self.height = height
    self.colour = colour
    self.depth = depth
  }

  /// Lends it out as planes.
  public func withPlanes<Result, Thrown: Error>(
    _ body: (ColourPlane, DepthPlane) throws(Thrown) -> Result
  ) throws(Thrown) -> Result {
    try colour.withUnsafeBufferPointer { (colour) throws(Thrown) in
      try depth.withUnsafeBufferPointer { (depth) throws(Thrown) in
        try body(
          ColourPlane(base: colour.baseAddress!, width: width, height: height, stride: width * 4),
          DepthPlane(base: depth.baseAddress!, width: width, height: height, stride: width * 2))
      }
    }
  }
}
