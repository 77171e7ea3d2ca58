import Compute

/// A network with more input channels than the file it came from: the first layer's new ones are zero, so that it does as
/// before until it is trained on.
struct WidenedInput: WeightSource {
  static let name = "patch_embedding.weight"

  let base: any WeightSource
  /// Channels of the file.
  let channels: Int

  func constant(_ name: String, _ shape: [Int]) throws(Failure) -> Constant {
    guard name == WidenedInput.name, shape.count > 2, shape[1] > channels else {
      return try base.constant(name, shape)
    }
    var narrow = shape
    narrow[1] = channels
    let given = try base.constant(name, narrow)
    let pixel = shape.dropFirst(2).reduce(1, *)
    let (old, new) = (channels * pixel, shape[1] * pixel)
    var values = [Float](repeating: 0, count: shape[0] * new)
    for row in 0..<shape[0] {
      values.replaceSubrange(row * new..<row * new + old, with: given.floats(row * old..<(row + 1) * old))
    }
    return Constant(values)
  }
}
