import Compute
import Geometry

/// Puts a model's picture and the prior together: the model's low band everywhere, the prior's detail where it can be
/// relied on, the model's own detail elsewhere.
///
/// A latent model sees the whole but cannot carry fine texture; the prior has the texture, but stands wrong where depth was
/// wrong. So a pixel's detail comes from the prior as far as it was observed and as the low bands of both agree; the share
/// changes smoothly, which leaves no seam.
final class DetailComposer {
  private let width: Int
  private let height: Int
  private let modelBand: LowBand
  private let priorBand: LowBand
  /// The model's picture at the ego camera's size.
  private let enlarged: Storage<UInt8>
  /// Coverage with its edges drawn in, 0…255.
  private let reliable: Storage<UInt8>
  private let cell: Int
  /// Difference of the low bands, in 8-bit steps, at which the prior's share has fallen to a half.
  private let tolerance: Float = 40

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    cell = max(2, Int((Double(width) / 448 * 6).rounded()))
    modelBand = LowBand(width: width, height: height, cell: cell)
    priorBand = LowBand(width: width, height: height, cell: cell)
    enlarged = Storage(count: width * height * 3, repeating: 0)
    reliable = Storage(count: width * height, repeating: 0)
  }

  /// Composes in place.
  /// - Parameters:
  ///   - picture: In: the prior, filled, RGB without gaps. Out: the composed picture.
  ///   - coverage: 255 where the prior was observed.
  ///   - model: The model's picture, RGB of any size.
  func compose(_ picture: UnsafeMutablePointer<UInt8>, coverage: UnsafePointer<UInt8>, model: MutablePlane) {
    enlarge(model)
    drawIn(coverage)
    modelBand.read(enlarged.base, weight: nil, width: width, height: height)
    priorBand.read(picture, weight: coverage, width: width, height: height)
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      for y in Parallel.range(part, of: parts, count: height) {
        for x in 0..<width {
          let pixel = y &* width &+ x
          let low = modelBand.value(x, y)
          let own = enlarged.base + 3 &* pixel
          let prior = picture + 3 &* pixel
          let modelColour = SIMD4(Float(own[0]), Float(own[1]), Float(own[2]), 0)
          let priorColour = SIMD4(Float(prior[0]), Float(prior[1]), Float(prior[2]), 0)
          let priorLow = priorBand.value(x, y)
          let difference = low - priorLow
          let distance = (difference.x * difference.x + difference.y * difference.y + difference.z * difference.z) / 3
          let share =
            Float(reliable.base[pixel]) / 255 * min(priorLow.w, 1) / (1 + distance / (tolerance * tolerance))
          let detail = (modelColour - low) * (1 - share) + (priorColour - priorLow) * share
          let result = low + detail + 0.5
          for channel in 0..<3 { prior[channel] = UInt8(min(max(result[channel], 0), 255)) }
        }
      }
    }
  }

  /// To the ego camera's size, between pixel middles.
  private func enlarge(_ model: MutablePlane) {
    let parts = Parallel.width
    let (scaleX, scaleY) = (Float(model.width) / Float(width), Float(model.height) / Float(height))
    Parallel.forEach(parts) { part in
      for y in Parallel.range(part, of: parts, count: height) {
        let fy = min(max((Float(y) + 0.5) * scaleY - 0.5, 0), Float(model.height - 1))
        let top = Int(fy)
        let b = fy - Float(top)
        let upper = model.base + top &* model.stride
        let lower = model.base + min(top &+ 1, model.height &- 1) &* model.stride
        for x in 0..<width {
          let fx = min(max((Float(x) + 0.5) * scaleX - 0.5, 0), Float(model.width - 1))
          let left = Int(fx)
          let a = fx - Float(left)
          let right = min(left &+ 1, model.width &- 1)
          let out = enlarged.base + (y &* width &+ x) &* 3
          for channel in 0..<3 {
            let above = Float(upper[left &* 3 &+ channel]) * (1 - a) + Float(upper[right &* 3 &+ channel]) * a
            let below = Float(lower[left &* 3 &+ channel]) * (1 - a) + Float(lower[right &* 3 &+ channel]) * a
            out[channel] = UInt8(above * (1 - b) + below * b + 0.5)
          }
        }
      }
    }
  }

  /// The mean of coverage over 5 × 5 pixels, counted from one half up: falls to nothing at the edge of what was observed.
  private func drawIn(_ coverage: UnsafePointer<UInt8>) {
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      for y in Parallel.range(part, of: parts, count: height) {
        for x in 0..<width {
          var sum = 0
          for dy in -2...2 {
            let line = coverage + min(max(y &+ dy, 0), height &- 1) &* width
            for dx in -2...2 { sum &+= Int(line[min(max(x &+ dx, 0), width &- 1)]) }
          }
          reliable.base[y &* width &+ x] = UInt8(min(max((sum / 25 &- 128) &* 2, 0), 255))
        }
      }
    }
  }
}
