import CEgoPrior
import Compute
import EgoStream
import Geometry

/// One stream's composition behind the C functions.
final class FrameComposer {
  private let composer: DetailComposer
  private let widestModel: Int

  init(width: Int, height: Int, widestModel: Int) throws(Failure) {
    for (name, side) in [("width", width), ("height", height), ("widest_model", widestModel)] {
      guard (1...16_384).contains(side) else {
        throw Failure(.setting, "\(name) is \(side); expected 1 to 16,384 pixels")
      }
    }
    composer = DetailComposer(width: width, height: height, modelWidth: widestModel)
    self.widestModel = widestModel
  }

  func compose(_ frame: EgoComposition) throws(Failure) {
    let (width, height) = (Int(frame.model_width), Int(frame.model_height))
    guard (1...widestModel).contains(width), (1...16_384).contains(height) else {
      throw Failure(
        .format, "the model's picture is \(width)×\(height); expected 1 to \(widestModel) by 1 to 16,384 pixels")
    }
    // The composer takes a plane that it could write to, and does not.
    let model = MutablePlane(
      base: UnsafeMutablePointer(mutating: frame.model), width: width, height: height, channels: 3, stride: width * 3)
    composer.compose(frame.picture, coverage: frame.coverage, model: model)
  }
}
