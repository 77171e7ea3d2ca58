import ClipIO
import Compute
import Geometry

/// The first frames of a clip, decoded once and kept in memory, so that decoding is not measured.
final class HeldFrames {
  private struct Frame {
    let colour: [UInt8]
    let depth: [UInt8]?
  }

  private var frames: [Frame] = []
  private var width = 0
  private var height = 0

  init(_ clip: Clip, limit: Int) throws {
    let reader = try ClipReader(clip, limit: limit)
    while try reader.readNext({ colour, depth in
      width = colour.width
      height = colour.height
      if let depth, (depth.width, depth.height) != (colour.width, colour.height) {
        throw Failure(
          .format,
          "\(clip.depthFile ?? "depth"): \(depth.width)x\(depth.height) pixels; expected the exo video's "
            + "\(colour.width)x\(colour.height)")
      }
      frames.append(Frame(colour: colour.packed(bytesPerPixel: 4), depth: depth?.packed(bytesPerPixel: 2)))
    }) {}
    guard !frames.isEmpty else { throw Failure(.format, "\(clip.exoFile): holds no frames") }
  }

  /// Frame `index` of the clip played forth and back without end: motion never jumps.
  /// `body` also learns which frame of the clip it gets.
  func withFrame(pingPong index: Int, _ body: (Int, ColourPlane, DepthPlane?) throws -> Void) throws {
    let period = max(2 * (frames.count - 1), 1)
    let phase = index % period
    let clipIndex = phase < frames.count ? phase : period - phase
    let frame = frames[clipIndex]
    try frame.colour.withUnsafeBufferPointer { colour in
      guard let base = colour.baseAddress else { return }
      let plane = ColourPlane(base: base, width: width, height: height, stride: width * 4)
      guard let depth = frame.depth else { return try body(clipIndex, plane, nil) }
      try depth.withUnsafeBytes { bytes in
        guard let samples = bytes.bindMemory(to: UInt16.self).baseAddress else { return }
        try body(clipIndex, plane, DepthPlane(base: samples, width: width, height: height, stride: width * 2))
      }
    }
  }
}
