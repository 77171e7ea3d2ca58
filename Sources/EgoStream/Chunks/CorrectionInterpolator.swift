import Compute
import Geometry

/// The model's pictures of frames that it was not given: what it changed of the prior, carried over from the frames
/// before and after.
///
/// A model of chunks works on a prior, and most of what it adds (light, colour, what stands in holes) changes slower than a
/// camera's frames come. So a frame between two that the model was given takes its own prior, which has moved as the head has, and
/// of the changes of both as much as it is near to them.
final class CorrectionInterpolator {
  /// Bytes of a picture: height × width × RGB.
  private let count: Int
  /// The model's picture minus the prior, of the last frame that it was given in the chunk before.
  private let carried: Storage<Int16>
  private var carries = false

  init(pictureBytes count: Int) {
    self.count = count
    carried = Storage(count: count, repeating: 0)
  }

  /// A picture as it went into the model and as it came out.
  struct Given {
    let prior: UnsafePointer<UInt8>
    let made: UnsafePointer<UInt8>
  }

  /// Forgets the chunk before.
  func reset() { carries = false }

  /// Writes the model's picture of a frame.
  /// - Parameters:
  ///   - prior: The frame's own prior.
  ///   - before: `nil` for the last frame of the chunk before; where there was none, `after` alone counts.
  ///   - share: Of `after`, 0…1.
  func interpolate(
    _ prior: UnsafePointer<UInt8>, before: Given?, after: Given, share: Float,
    into picture: UnsafeMutablePointer<UInt8>
  ) {
    let late = Int32((share * 256).rounded())
    let early = 256 - late
    Parallel.forEach(Parallel.pieces) { piece in
      for index in Parallel.range(piece, of: Parallel.pieces, count: count) {
        let next = Int32(after.made[index]) &- Int32(after.prior[index])
        let last =
          before.map { Int32($0.made[index]) &- Int32($0.prior[index]) }
          ?? (carries ? Int32(carried.base[index]) : next)
        let changed = Int32(prior[index]) &+ (early &* last &+ late &* next &+ 128) >> 8
        picture[index] = UInt8(truncatingIfNeeded: min(max(changed, 0), 255))
      }
    }
  }

  /// Keeps a frame's change for the chunk to come.
  func carry(_ last: Given) {
    for index in 0..<count { carried.base[index] = Int16(last.made[index]) &- Int16(last.prior[index]) }
    carries = true
  }
}
