import Compute

/// Numbers of the last so many latent frames, the newest at the end; allocates once.
final class SlidingFrames {
  private let size: Int
  private let empty: Float
  private let storage: UnsafeMutableBufferPointer<Float>

  /// - Parameters:
  ///   - size: Numbers of one frame.
  ///   - empty: What a frame holds that there was none for.
  init(frames: Int, size: Int, empty: Float) {
    self.size = size
    self.empty = empty
    storage = .allocate(capacity: frames * size)
    storage.initialize(repeating: empty)
  }

  deinit { storage.deallocate() }

  /// All frames; valid until the next `append`.
  var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(storage) }

  /// - Throws: `.format` where these are not so many frames.
  func check(_ values: UnsafeBufferPointer<Float>, _ frames: Int, _ what: String) throws(Failure) {
    guard values.count == frames * size else {
      throw Failure(.format, "geometry: \(values.count) numbers of \(what); expected \(frames * size)")
    }
  }

  /// Moves all frames on and puts new ones, no more than there are in all, at the end.
  func append(_ new: UnsafeBufferPointer<Float>) {
    let count = min(new.count, storage.count)
    let kept = storage.count - count
    for index in 0..<kept { storage[index] = storage[index + count] }
    for index in 0..<count { storage[kept + index] = new[index] }
  }

  func reset() { storage.update(repeating: empty) }
}
