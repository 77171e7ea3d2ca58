import CCompositionKernels
import Compute

/// For every cell of a picture whose detail nobody has seen, a cell whose detail was seen and that the model paints alike.
///
/// A is to A′ as B is to B′ ("Image Analogies", Hertzmann et al. 2001): A and B are what the model paints, A′ is the detail
/// that was seen at A, and B′, the detail to show at B, is what is looked for. The search is PatchMatch's (Barnes et al. 2009):
/// a cell tries where its neighbours look, then places about the best that it has. Neighbours that look side by side cost
/// least, so that what is copied hangs together; calm detail costs less than lively, so that a table's edge is not taken
/// for the pattern of a wall.
///
/// What a frame found is where the next one begins. Places are kept in the picture, not in the world: where the head turns,
/// the detail at a source moves as its copy has to. All memory is made at the start.
final class DetailAnalogies {
  /// In cells.
  let width: Int
  let height: Int
  /// In: the mean colour that the model paints, in 8-bit steps; w is the mean square of the detail there, a channel.
  let painted: Storage<SIMD4<Float>>
  /// In: the mean detail there, in 8-bit steps.
  let detail: Storage<SIMD4<Float>>
  /// In: 1 where the detail of the whole cell was seen, else 0.
  let seen: Storage<UInt8>
  /// Out: whose detail is to be shown at a cell, and how much of it, 0…1: less where it is lively, less where the model paints
  /// both differently. A usable cell shows its own; nothing is shown where there are too few of those.
  let shown: Storage<CompositionSource>

  /// The cell whose detail is to be shown at a cell; -1 where there is none.
  private let sources: Storage<Int32>
  /// Cells that others may look at, and a list of them.
  private let usable: Storage<UInt8>
  private let places: Storage<Int32>
  /// The mean square of detail about a cell, a channel.
  private let liveliness: Storage<Float>
  /// The size of detail that is common about a cell: the mean of cells' root mean squares.
  private let common: Storage<Float>
  private let lines: Storage<SIMD4<Float>>
  private let sums: Storage<SIMD4<Float>>
  private var placeCount = 0
  private var begun = false
  private var sweeps = 0
  private var random: UInt32 = 1

  /// Cells about a source that have to be seen as well: edges of what was seen are ragged.
  static let margin = 2
  /// Fewer sources than these would show as a pattern.
  private static let fewestSources = 32
  /// Squared 8-bit steps, a channel: for every cell that a neighbour looks away from the side of this one, up to three.
  private static let apart: Float = 100
  /// For a squared step between the detail that continues a neighbour's and this.
  private static let torn: Float = 2
  /// The same for a cell of distance, and for a squared step of detail.
  private static let distant: Float = 1
  private static let lively: Float = 3
  /// 8-bit steps of detail, and of difference in what the model paints, at which a half is shown.
  private static let livelyStep: Float = 30
  private static let unlikeStep: Float = 100
  /// How far a cell's detail may exceed what is common within `surroundings` cells of it.
  private static let outstanding: Float = 1.25
  private static let surroundings = 4
  /// Half the side of the window that is compared. No larger than `margin`: a source's window lies in the picture.
  private static let window = 1
  private static let firstSweeps = 4
  /// Cells to either side of the best that are tried first, halved until none are left.
  private static let reach: Int32 = 32

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    let count = width * height
    painted = Storage(count: count, repeating: .zero)
    detail = Storage(count: count, repeating: .zero)
    seen = Storage(count: count, repeating: 0)
    sources = Storage(count: count, repeating: -1)
    shown = Storage(count: count, repeating: Self.nothing)
    usable = Storage(count: count, repeating: 0)
    places = Storage(count: count, repeating: 0)
    liveliness = Storage(count: count, repeating: 0)
    common = Storage(count: count, repeating: 0)
    lines = Storage(count: count, repeating: .zero)
    sums = Storage(count: count, repeating: .zero)
  }

  /// Forgets what the frames before found.
  func reset() {
    begun = false
    sweeps = 0
    random = 1
  }

  private static let nothing = CompositionSource(across: 0, down: 0, strength: 0)

  /// Finds what is `shown` for what `painted`, `detail` and `seen` say now.
  func update() {
    findPlaces()
    guard placeCount >= Self.fewestSources else {
      shown.base.update(repeating: Self.nothing, count: shown.count)
      begun = false
      return
    }
    measureLiveliness()
    if !begun { sources.base.update(repeating: -1, count: sources.count) }
    for cell in 0..<width * height {
      if usable.base[cell] == 1 {
        sources.base[cell] = Int32(truncatingIfNeeded: cell)
      } else if sources.base[cell] < 0 || usable.base[Int(sources.base[cell])] == 0 {
        sources.base[cell] = anyPlace(&random)
      }
    }
    if begun { sweepHalf() } else { for _ in 0..<Self.firstSweeps { sweepAll() } }
    begun = true
    Parallel.forEachRow(below: height) { _, row in
      for column in 0..<width { shown.base[row &* width &+ column] = whatIsShown(column, row) }
    }
  }

  private func whatIsShown(_ column: Int, _ row: Int) -> CompositionSource {
    let cell = row &* width &+ column
    let source = Int(sources.base[cell])
    let lively = liveliness.base[source] / (Self.livelyStep * Self.livelyStep)
    let unlike = Self.difference(painted.base[cell], painted.base[source]) / (Self.unlikeStep * Self.unlikeStep)
    // A mark that stands alone is not texture: it would be seen again and again.
    let limit = Self.outstanding * common.base[source] / max(painted.base[source].w.squareRoot(), 1e-3)
    return CompositionSource(
      across: Int16(truncatingIfNeeded: source % width &- column),
      down: Int16(truncatingIfNeeded: source / width &- row), strength: min(limit, 1) / ((1 + lively) * (1 + unlike)))
  }

  private func findPlaces() {
    let margin = Self.margin
    placeCount = 0
    usable.base.update(repeating: 0, count: usable.count)
    guard width > 2 * margin, height > 2 * margin else { return }
    for y in margin..<height - margin {
      for x in margin..<width - margin {
        let cell = y &* width &+ x
        var all: UInt8 = 1
        for dy in -margin...margin {
          for dx in -margin...margin { all &= seen.base[cell &+ dy &* width &+ dx] }
        }
        guard all == 1 else { continue }
        usable.base[cell] = 1
        places.base[placeCount] = Int32(truncatingIfNeeded: cell)
        placeCount &+= 1
      }
    }
  }

  /// Fills `liveliness`, the mean of `painted.w` over 5 × 5 cells, and `common`.
  private func measureLiveliness() {
    for cell in 0..<width * height {
      let isSeen = Float(seen.base[cell])
      let energy = painted.base[cell].w * isSeen
      lines.base[cell] = SIMD4(energy, energy.squareRoot(), isSeen, 0)
    }
    sum(reach: Self.margin) { cell, sum in liveliness.base[cell] = sum.x / max(sum.z, 1) }
    sum(reach: Self.surroundings) { cell, sum in common.base[cell] = sum.y / max(sum.z, 1) }
  }

  /// Sums `lines` over the cells up to `reach` to either side and above and below that lie in the picture.
  private func sum(reach: Int, _ body: (Int, SIMD4<Float>) -> Void) {
    pass(lines, step: 1, length: width, stride: width, count: height, reach: reach) { sums.base[$0] = $1 }
    pass(sums, step: width, length: height, stride: 1, count: width, reach: reach, body)
  }

  @inline(__always) private func pass(
    _ from: Storage<SIMD4<Float>>, step: Int, length: Int, stride: Int, count: Int, reach: Int,
    _ body: (Int, SIMD4<Float>) -> Void
  ) {
    for line in 0..<count {
      let base = line &* stride
      var sum = SIMD4<Float>.zero
      for place in 0..<min(reach, length) { sum += from.base[base &+ place &* step] }
      for place in 0..<length {
        if place &+ reach < length { sum += from.base[base &+ (place &+ reach) &* step] }
        if place > reach { sum -= from.base[base &+ (place &- reach &- 1) &* step] }
        body(base &+ place &* step, sum)
      }
    }
  }

  /// Improves on every cell, one after the other, so that a good find spreads over the picture at once.
  private func sweepAll() {
    sweeps &+= 1
    let backwards = sweeps & 1 == 0
    for row in 0..<height {
      let y = backwards ? height &- 1 &- row : row
      for column in 0..<width { improve(backwards ? width &- 1 &- column : column, y, &random) }
    }
  }

  /// Improves on the white or on the black cells, as on a chess board, in turn: these look only at the others, so the rows can
  /// be shared among the cores and the outcome is the same.
  private func sweepHalf() {
    sweeps &+= 1
    Parallel.forEachRow(below: height) { _, y in
      var random = UInt32(truncatingIfNeeded: (sweeps &* height &+ y) &* 2_654_435_761) | 1
      for x in stride(from: (y &+ sweeps) & 1, to: width, by: 2) { improve(x, y, &random) }
    }
  }

  /// Looks for a better source of the cell at x and y, unless it is one itself.
  private func improve(_ column: Int, _ row: Int, _ random: inout UInt32) {
    let cell = row &* width &+ column
    guard usable.base[cell] == 0 else { return }
    let (x, y) = (Int32(truncatingIfNeeded: column), Int32(truncatingIfNeeded: row))
    let across = Int32(truncatingIfNeeded: width)
    var neighbours = SIMD4<Int32>(repeating: -1)
    // Where a neighbour looks, moved to this cell: a place in the picture, for what is usable keeps off its border.
    var beside = SIMD8<Int32>(repeating: 0)
    var expected = SIMD4<Int32>(repeating: 0)
    for side in 0..<4 {
      let (nx, ny) = (x &+ Self.sides[2 &* side], y &+ Self.sides[2 &* side &+ 1])
      guard nx >= 0, ny >= 0, nx < across, ny < height else { continue }
      let source = sources.base[Int(ny &* across &+ nx)]
      neighbours[side] = source
      beside[2 &* side] = source % across &+ x &- nx
      beside[2 &* side &+ 1] = source / across &+ y &- ny
      expected[side] = source &+ (y &- ny) &* across &+ x &- nx
    }
    var best = sources.base[cell]
    var least = Float.infinity
    func attempt(_ sx: Int32, _ sy: Int32) {
      guard sx >= 0, sy >= 0, sx < across, sy < height else { return }
      let source = sy &* across &+ sx
      guard usable.base[Int(source)] == 1 else { return }
      var cost = Self.lively * liveliness.base[Int(source)]
      let (ox, oy) = (Float(sx &- x), Float(sy &- y))
      cost += Self.distant * (ox * ox + oy * oy).squareRoot()
      for side in 0..<4 where neighbours[side] >= 0 {
        let away = abs(beside[2 &* side] &- sx) &+ abs(beside[2 &* side &+ 1] &- sy)
        guard away > 0 else { continue }
        cost +=
          Self.apart * Float(min(away, 3)) + Self.torn
          * Self.difference(detail.base[Int(source)], detail.base[Int(expected[side])])
      }
      guard cost < least else { return }
      cost += unlikeness(cell, column, row, Int(source))
      guard cost < least else { return }
      least = cost
      best = source
    }
    attempt(best % across, best / across)
    for side in 0..<4 where neighbours[side] >= 0 { attempt(beside[2 &* side], beside[2 &* side &+ 1]) }
    var reach = Self.reach
    while reach > 0 {
      let (bx, by) = (best % across, best / across)
      let side = 2 &* reach &+ 1
      attempt(bx &- reach &+ Self.next(&random, below: side), by &- reach &+ Self.next(&random, below: side))
      reach /= 2
    }
    let place = anyPlace(&random)
    attempt(place % across, place / across)
    sources.base[cell] = best
  }

  private static let sides: SIMD8<Int32> = [1, 0, -1, 0, 0, 1, 0, -1]

  /// How differently the model paints about a cell and about a source; the middle counts four times.
  @inline(__always) private func unlikeness(_ cell: Int, _ x: Int, _ y: Int, _ source: Int) -> Float {
    var sum = 3 * Self.difference(painted.base[cell], painted.base[source])
    var weight: Float = 3
    for dy in -Self.window...Self.window where y &+ dy >= 0 && y &+ dy < height {
      for dx in -Self.window...Self.window where x &+ dx >= 0 && x &+ dx < width {
        let offset = dy &* width &+ dx
        sum += Self.difference(painted.base[cell &+ offset], painted.base[source &+ offset])
        weight += 1
      }
    }
    return sum / weight
  }

  /// Mean square over the channels.
  @inline(__always) private static func difference(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Float {
    let d = a - b
    return (d.x * d.x + d.y * d.y + d.z * d.z) / 3
  }

  private func anyPlace(_ random: inout UInt32) -> Int32 {
    places.base[Int(Self.next(&random, below: Int32(truncatingIfNeeded: placeCount)))]
  }

  /// A random number from 0 up to, but not, `bound`; always the same series, so that a stream can be repeated.
  @inline(__always) private static func next(_ random: inout UInt32, below bound: Int32) -> Int32 {
    random ^= random << 13
    random ^= random >> 17
    random ^= random << 5
    return Int32(truncatingIfNeeded: (UInt64(random) &* UInt64(UInt32(bitPattern: bound))) >> 32)
  }
}
