import Compute

/// A chunk of 8-bit pictures at the edge of a graph: one input or output a frame, called `name.0`, `name.1`, …
public enum PictureChunk {
  /// The name of a frame's input or output.
  public static func name(_ name: String, _ frame: Int) -> String { "\(name).\(frame)" }

  /// Adds inputs.
  /// - Returns: frames × height × width × channels, 0…1.
  /// - Throws: `.model` for no frames or a layout that is no picture.
  public static func input(
    _ graph: inout Graph, _ name: String, _ layout: ImageLayout, frames: Int
  ) throws(Failure) -> Tensor {
    guard frames > 0 else { throw Failure(.model, "pictures \(name): \(frames) frames; expected at least 1") }
    var pictures: [Tensor] = []
    for frame in 0..<frames { pictures.append(try graph.imageInput(self.name(name, frame), layout)) }
    return frames == 1 ? pictures[0] : try graph.concatenate(pictures, axis: 0)
  }

  /// Adds outputs.
  /// - Parameter pictures: frames × height × width × channels, 0…1.
  /// - Throws: `.model` for another shape than the layout's.
  public static func output(
    _ graph: inout Graph, _ name: String, _ pictures: Tensor, _ layout: ImageLayout
  ) throws(Failure) {
    let frames = pictures.shape[0]
    for frame in 0..<frames {
      let one = frames == 1 ? pictures : try graph.slice(pictures, axis: 0, frame..<frame + 1)
      try graph.imageOutput(self.name(name, frame), one, layout)
    }
  }
}
