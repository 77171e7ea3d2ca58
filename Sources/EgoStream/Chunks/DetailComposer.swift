import Compute
import Geometry

/// Puts a model's picture and the prior together: the model's low band everywhere, the prior's detail where it can be
/// relied on, and elsewhere the model's own detail with what it lacks taken from a like place.
///
/// A latent model sees the whole but cannot carry fine texture; the prior has the texture, but stands wrong where depth was
/// wrong. So a pixel's detail comes from the prior as far as it was observed and as the low bands of both agree; the share
/// changes smoothly, which leaves no seam. What the prior's detail is beyond the model's at one place, `DetailAnalogies`
/// shows at places that the model paints alike and that nobody has seen.
package final class DetailComposer {
  private let width: Int
  private let height: Int
  private let modelBand: LowBand
  private let priorBand: LowBand
  /// The model's picture at the ego camera's size; w is 1.
  private let enlarged: Storage<SIMD4<Float>>
  /// Coverage with its edges drawn in, 0…255.
  private let reliable: Storage<UInt8>
  /// How far the prior's detail goes beyond the model's, in 8-bit steps; w is the share of it that can be relied on, 0…1.
  private let beyond: Storage<SIMD4<Float>>
  private let analogies: DetailAnalogies
  /// A row of both bands, and one of the model's picture, for each part of a loop.
  private let bandLines: Storage<SIMD4<Float>>
  private let modelLines: Storage<SIMD4<Float>>
  /// Pixels to a side of the analogies' cells.
  private let side: Int
  /// Difference of the low bands, in 8-bit steps, at which the prior's share has fallen to a half.
  private let tolerance: Float = 40

  /// - Parameters:
  ///   - width: Of what is shown: the ego camera's picture, upright.
  ///   - modelWidth: The widest that a model's picture may be.
  package init(width: Int, height: Int, modelWidth: Int) {
    self.width = width
    self.height = height
    let scale = Double(width) / 448
    let cell = max(2, Int((scale * 6).rounded()))
    modelBand = LowBand(width: width, height: height, cell: cell)
    priorBand = LowBand(width: width, height: height, cell: cell)
    enlarged = Storage(count: width * height, repeating: .zero)
    reliable = Storage(count: width * height, repeating: 0)
    beyond = Storage(count: width * height, repeating: .zero)
    bandLines = Storage(count: Parallel.width * 2 * modelBand.width, repeating: .zero)
    modelLines = Storage(count: Parallel.width * modelWidth, repeating: .zero)
    side = max(2, Int((scale * 4).rounded()))
    analogies = DetailAnalogies(width: (width + side - 1) / side, height: (height + side - 1) / side)
  }

  /// Forgets the frames before.
  package func reset() { analogies.reset() }

  /// Composes the next frame of a stream in place.
  /// - Parameters:
  ///   - picture: In: the prior, filled, RGB without gaps. Out: the composed picture.
  ///   - coverage: 255 where the prior was observed.
  ///   - model: The model's picture, RGB of any size.
  package func compose(
    _ picture: UnsafeMutablePointer<UInt8>, coverage: UnsafePointer<UInt8>, model: MutablePlane
  ) {
    enlarge(model)
    drawIn(coverage)
    let own = enlarged.base
    modelBand.read(width: width, height: height) { own[$0] }
    priorBand.read(width: width, height: height) {
      coverage[$0] == 0 ? .zero : Self.colour(picture + 3 &* $0) * (Float(coverage[$0]) / 255)
    }
    compare(with: picture)
    summarise()
    analogies.update()
    show(in: picture)
  }

  /// Fills `beyond`.
  private func compare(with picture: UnsafePointer<UInt8>) {
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      let ours = bandLines.base + 2 &* part &* modelBand.width
      let theirs = ours + modelBand.width
      for y in Parallel.range(part, of: parts, count: height) {
        modelBand.blend(row: y, into: ours)
        priorBand.blend(row: y, into: theirs)
        for x in 0..<width {
          let pixel = y &* width &+ x
          let (low, priorLow) = (modelBand.value(x, in: ours), priorBand.value(x, in: theirs))
          let own = enlarged.base[pixel]
          let prior = Self.colour(picture + 3 &* pixel)
          let difference = low - priorLow
          let distance = (difference.x * difference.x + difference.y * difference.y + difference.z * difference.z) / 3
          var beyond = (prior - priorLow) - (own - low)
          beyond.w = Float(reliable.base[pixel]) / 255 * min(priorLow.w, 1) / (1 + distance / (tolerance * tolerance))
          self.beyond.base[pixel] = beyond
        }
      }
    }
  }

  /// What the analogies are made from, cell by cell.
  private func summarise() {
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      for row in Parallel.range(part, of: parts, count: analogies.height) {
        for column in 0..<analogies.width {
          var colour = SIMD4<Float>.zero
          var detail = SIMD4<Float>.zero
          var energy: Float = 0
          var (pixels, sure): (Float, Float) = (0, 0)
          for y in row &* side..<min((row &+ 1) &* side, height) {
            for x in column &* side..<min((column &+ 1) &* side, width) {
              let pixel = y &* width &+ x
              let beyond = self.beyond.base[pixel]
              colour += enlarged.base[pixel]
              detail += beyond
              energy += beyond.x * beyond.x + beyond.y * beyond.y + beyond.z * beyond.z
              sure += beyond.w > 0.5 ? 1 : 0
              pixels += 1
            }
          }
          let cell = row &* analogies.width &+ column
          colour /= pixels
          colour.w = energy / (3 * pixels)
          analogies.painted.base[cell] = colour
          analogies.detail.base[cell] = detail / pixels
          analogies.seen.base[cell] = sure > 0.95 * pixels ? 1 : 0
        }
      }
    }
  }

  private func show(in picture: UnsafeMutablePointer<UInt8>) {
    let parts = Parallel.width
    Parallel.forEach(parts) { part in
      for y in Parallel.range(part, of: parts, count: height) {
        var corners = Corners()
        for x in 0..<width {
          let pixel = y &* width &+ x
          let beyond = self.beyond.base[pixel]
          var result = enlarged.base[pixel] + beyond * beyond.w + 0.5
          let right = (2 &* x &+ 1 &+ side) / (2 &* side)
          if right != corners.right { corners = self.corners(right, row: y) }
          if beyond.w < 1 && corners.any { result += alike(x, at: pixel, corners) * (1 - beyond.w) }
          for channel in 0..<3 { picture[3 &* pixel &+ channel] = UInt8(min(max(result[channel], 0), 255)) }
        }
      }
    }
  }

  /// The four cells whose middles surround a pixel: how far away, in pixels of memory, each one's source is, and how much of
  /// that place's detail to show (times how near this row is to it).
  private struct Corners {
    var right = -1
    var offsets = SIMD4<Int32>.zero
    var strengths = SIMD4<Float>.zero
    var any: Bool { strengths != .zero }
  }

  private func corners(_ right: Int, row y: Int) -> Corners {
    var corners = Corners()
    corners.right = right
    let fy = (Float(y) + 0.5) / Float(side) + 0.5
    let lower = (2 &* y &+ 1 &+ side) / (2 &* side)
    let b = fy - Float(lower)
    for corner in 0..<4 {
      let column = min(max(right &- 1 &+ corner & 1, 0), analogies.width &- 1)
      let row = min(max(lower &- 1 &+ corner >> 1, 0), analogies.height &- 1)
      let cell = row &* analogies.width &+ column
      let source = Int(analogies.sources.base[cell])
      guard source >= 0 else { continue }
      let offset = (source / analogies.width &- row) &* width &+ source % analogies.width &- column
      corners.offsets[corner] = Int32(truncatingIfNeeded: offset &* side)
      corners.strengths[corner] = analogies.strengths.base[cell] * (corner < 2 ? 1 - b : b)
    }
    return corners
  }

  /// The detail beyond the model's at places like this one: what the four nearest cells say, between their middles.
  ///
  /// A pixel is less than a cell away from these, and their sources are at least `DetailAnalogies.margin` from the
  /// picture's border: no offset leads out of the picture.
  @inline(__always) private func alike(_ x: Int, at pixel: Int, _ corners: Corners) -> SIMD4<Float> {
    let a = (Float(x) + 0.5) / Float(side) + 0.5 - Float(corners.right)
    let weights = corners.strengths * SIMD4(1 - a, a, 1 - a, a)
    let place = beyond.base + pixel
    var detail = place[Int(corners.offsets[0])] * weights[0]
    for corner in 1..<4 { detail += place[Int(corners.offsets[corner])] * weights[corner] }
    // Of its colour the half: grain is light and dark, and a source's other colours are nobody's here.
    let light: Float = detail.x * 0.299 + detail.y * 0.587 + detail.z * 0.114
    return (detail + light) / 2
  }

  @inline(__always) private static func colour(_ at: UnsafePointer<UInt8>) -> SIMD4<Float> {
    SIMD4(Float(at[0]), Float(at[1]), Float(at[2]), 1)
  }

  /// To the ego camera's size, between pixel middles.
  private func enlarge(_ model: MutablePlane) {
    let parts = Parallel.width
    let (scaleX, scaleY) = (Float(model.width) / Float(width), Float(model.height) / Float(height))
    Parallel.forEach(parts) { part in
      let line = modelLines.base + part &* modelLines.count / parts
      for y in Parallel.range(part, of: parts, count: height) {
        let fy = min(max((Float(y) + 0.5) * scaleY - 0.5, 0), Float(model.height - 1))
        let top = Int(fy)
        let b = fy - Float(top)
        let upper = model.base + top &* model.stride
        let lower = model.base + min(top &+ 1, model.height &- 1) &* model.stride
        for x in 0..<model.width { line[x] = Self.colour(upper + 3 &* x) * (1 - b) + Self.colour(lower + 3 &* x) * b }
        let out = enlarged.base + y &* width
        for x in 0..<width {
          let fx = min(max((Float(x) + 0.5) * scaleX - 0.5, 0), Float(model.width - 1))
          let left = Int(fx)
          let a = fx - Float(left)
          out[x] = line[left] * (1 - a) + line[min(left &+ 1, model.width &- 1)] * a
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
