import CCompositionKernels
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
  /// From its pixels' rows and columns to those of the model's picture, for the size that came last.
  private var modelSteps: (columns: ResampleSteps, rows: ResampleSteps, width: Int, height: Int)?
  /// Coverage with its edges drawn in, 0…255.
  private let reliable: Storage<UInt8>
  /// How far the prior's detail goes beyond the model's, in 8-bit steps; w is the share of it that can be relied on, 0…1.
  private let beyond: Storage<SIMD4<Float>>
  private let analogies: DetailAnalogies
  /// For each piece of a loop a row of both bands, one of the model's picture, and one of sums of coverage.
  private let bandLines: Storage<SIMD4<Float>>
  private let modelLines: Storage<SIMD4<Float>>
  private let coverageLines: Storage<UInt16>
  /// Pixels to a side of the analogies' cells.
  private let side: Int
  /// Difference of the low bands, in 8-bit steps, at which the prior's share has fallen to a half.
  private static let tolerance: Float = 40

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
    bandLines = Storage(count: Parallel.pieces * 2 * (modelBand.width + 1), repeating: .zero)
    modelLines = Storage(count: Parallel.pieces * (modelWidth + 1), repeating: .zero)
    coverageLines = Storage(count: Parallel.pieces * (width + 4), repeating: 0)
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
    modelBand.read(enlarged)
    priorBand.read(picture, weights: coverage)
    compare(with: picture)
    summarise()
    analogies.update()
    show(in: picture)
  }

  /// Fills `enlarged`.
  private func enlarge(_ model: MutablePlane) {
    let steps = steps(to: model)
    Parallel.forEachRow(below: height) { piece, y in
      let line = (modelLines.base + piece &* (modelLines.count / Parallel.pieces)).floats
      let (top, share) = steps.rows(y)
      let upper = model.base + top &* model.stride
      let lower = model.base + min(top &+ 1, model.height &- 1) &* model.stride
      composition_blend_bytes(upper, lower, share, model.width, line)
      composition_stretch(line, steps.columns.steps, width, (enlarged.base + y &* width).floats)
    }
  }

  /// Worked out anew only where the model's picture has another size than the last one.
  private func steps(to model: MutablePlane) -> (columns: ResampleSteps, rows: ResampleSteps) {
    if let modelSteps, modelSteps.width == model.width, modelSteps.height == model.height {
      return (modelSteps.columns, modelSteps.rows)
    }
    let columns = ResampleSteps(pixels: width, step: Float(model.width) / Float(width), places: model.width)
    let rows = ResampleSteps(pixels: height, step: Float(model.height) / Float(height), places: model.height)
    modelSteps = (columns, rows, model.width, model.height)
    return (columns, rows)
  }

  /// Fills `reliable`.
  private func drawIn(_ coverage: UnsafePointer<UInt8>) {
    Parallel.forEachRow(below: height) { piece, y in
      let sums = coverageLines.base + piece &* (width &+ 4)
      func row(_ offset: Int) -> UnsafePointer<UInt8> { coverage + min(max(y &+ offset, 0), height &- 1) &* width }
      withUnsafeTemporaryAllocation(of: UnsafePointer<UInt8>.self, capacity: 5) { rows in
        for index in 0..<5 { rows.initializeElement(at: index, to: row(index &- 2)) }
        composition_draw_in(rows.baseAddress!, width, sums, reliable.base + y &* width)
      }
    }
  }

  /// Fills `beyond`.
  private func compare(with picture: UnsafePointer<UInt8>) {
    Parallel.forEachRow(below: height) { piece, y in
      let ours = bandLines.base + 2 &* piece &* (modelBand.width &+ 1)
      let theirs = ours + modelBand.width + 1
      modelBand.blend(row: y, into: ours)
      priorBand.blend(row: y, into: theirs)
      let first = y &* width
      var row = CompositionRow(
        model_low: ours.floats, prior_low: theirs.floats, steps: modelBand.steps, model: (enlarged.base + first).floats,
        prior: picture + 3 &* first, reliable: reliable.base + first, width: width, tolerance: Self.tolerance)
      composition_compare(&row, (beyond.base + first).floats)
    }
  }

  /// What the analogies are made from, cell by cell.
  private func summarise() {
    Parallel.forEachRow(below: analogies.height) { _, row in
      let first = row &* side &* width
      let cell = row &* analogies.width
      composition_summarise(
        (enlarged.base + first).floats, (beyond.base + first).floats, width, min(side, height &- row &* side), side,
        (analogies.painted.base + cell).floats, (analogies.detail.base + cell).floats, analogies.seen.base + cell)
    }
  }

  private func show(in picture: UnsafeMutablePointer<UInt8>) {
    let cells = CompositionCells(
      sources: analogies.shown.base, width: Int32(analogies.width), height: Int32(analogies.height), side: Int32(side))
    Parallel.forEachRow(below: height) { _, y in
      let first = y &* width
      withUnsafePointer(to: cells) { cells in
        composition_show(
          (enlarged.base + first).floats, (beyond.base + first).floats, cells, width, y, picture + 3 &* first)
      }
    }
  }
}
