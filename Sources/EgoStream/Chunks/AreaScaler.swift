import Compute

/// Makes pictures smaller (or larger) by averaging what each new pixel covers: no aliasing, and a mask keeps its area.
///
/// The weights of rows and columns are worked out once; a run allocates nothing.
final class AreaScaler {
  /// Source places `first ..< first + count` and where their weights begin.
  private struct Span {
    let first: Int
    let count: Int
    let weights: Int
  }

  private let columns: [Span]
  private let rows: [Span]
  private let columnWeights: [Float]
  private let rowWeights: [Float]
  private let sourceWidth: Int
  private let width: Int
  private let height: Int
  /// Rows of the source at the new width, one for each piece of a loop.
  private let lines: Storage<Float>

  init(from source: (width: Int, height: Int), to target: (width: Int, height: Int)) {
    (columns, columnWeights) = Self.spans(source.width, target.width)
    (rows, rowWeights) = Self.spans(source.height, target.height)
    sourceWidth = source.width
    width = target.width
    height = target.height
    lines = Storage(count: Parallel.pieces * target.width * 3, repeating: 0)
  }

  private static func spans(_ from: Int, _ to: Int) -> ([Span], [Float]) {
    var weights: [Float] = []
    let spans = (0..<to).map { index -> Span in
      let low = Double(index) * Double(from) / Double(to)
      let high = Double(index + 1) * Double(from) / Double(to)
      let first = min(Int(low), from - 1)
      let last = max(first, min(from - 1, Int(high.rounded(.up)) - 1))
      let begin = weights.count
      for place in first...last {
        weights.append(Float((min(high, Double(place + 1)) - max(low, Double(place))) / (high - low)))
      }
      return Span(first: first, count: last - first + 1, weights: begin)
    }
    return (spans, weights)
  }

  /// Averages the first three of `channels` bytes a pixel; `stride` is bytes from row to row.
  func scale(
    _ source: UnsafePointer<UInt8>, channels: Int, stride: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    forEachRow { row, sums in
      for index in 0..<width * 3 { sums[index] = 0 }
      let span = rows[row]
      for place in 0..<span.count {
        let line = source + (span.first &+ place) &* stride
        let rowWeight = rowWeights[span.weights &+ place]
        for column in 0..<width {
          let across = columns[column]
          var (r, g, b): (Float, Float, Float) = (0, 0, 0)
          for step in 0..<across.count {
            let weight = columnWeights[across.weights &+ step]
            let pixel = line + (across.first &+ step) &* channels
            r += weight * Float(pixel[0])
            g += weight * Float(pixel[1])
            b += weight * Float(pixel[2])
          }
          sums[column &* 3] += rowWeight * r
          sums[column &* 3 &+ 1] += rowWeight * g
          sums[column &* 3 &+ 2] += rowWeight * b
        }
      }
      let out = target + row &* width &* 3
      for index in 0..<width * 3 { out[index] = UInt8(min(max(sums[index] + 0.5, 0), 255)) }
    }
  }

  /// Averages a mask of bytes to shares of 255; `step` is floats from one result to the next.
  func scale(_ mask: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>, step: Int) {
    forEachRow { row, _ in
      let span = rows[row]
      for column in 0..<width {
        let across = columns[column]
        var sum: Float = 0
        for place in 0..<span.count {
          let line = mask + ((span.first &+ place) &* sourceWidth &+ across.first)
          var part: Float = 0
          for index in 0..<across.count { part += columnWeights[across.weights &+ index] * Float(line[index]) }
          sum += rowWeights[span.weights &+ place] * part
        }
        target[(row &* width &+ column) &* step] = sum / 255
      }
    }
  }

  private func forEachRow(_ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    Parallel.forEachRow(below: height) { piece, row in body(row, lines.base + piece &* width &* 3) }
  }
}
