import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// Detail in places that nobody has seen: taken from places that the model paints alike.
@Suite struct DetailAnalogyTests {
  /// A wall of two colours: red with lines across on the left, blue with lines up and down on the right, and a hole in each
  /// half. The model paints the colours alone.
  private struct Wall {
    let width: Int
    let height: Int
    var filled: [UInt8] = []
    var coverage: [UInt8] = []
    var model: [UInt8] = []
    /// Of the lines, in 8-bit steps to either side.
    let contrast = 20

    init(width: Int = 224, height: Int = 224) {
      (self.width, self.height) = (width, height)
      for y in 0..<height {
        for x in 0..<width {
          let isLeft = x < width / 2
          let colour = isLeft ? [150, 60, 50] : [50, 60, 150]
          let line = (isLeft ? y : x) / 2 % 2 == 0 ? contrast : -contrast
          let isHole = holes.contains { $0.columns.contains(x) && $0.rows.contains(y) }
          filled += colour.map { UInt8($0 + (isHole ? 0 : line)) }
          model += colour.map { UInt8($0) }
          coverage.append(isHole ? 0 : 255)
        }
      }
    }

    var holes: [(columns: Range<Int>, rows: Range<Int>)] {
      let rows = height * 3 / 10..<height * 7 / 10
      return [(width * 15 / 100..<width * 4 / 10, rows), (width * 6 / 10..<width * 85 / 100, rows)]
    }

    /// Mean absolute differences of the middle of a hole to the second next pixel: across and down.
    func steps(_ picture: [UInt8], hole: Int) -> (across: Double, down: Double) {
      let hole = holes[hole]
      var (across, down, count) = (0, 0, 0)
      for y in hole.rows.lowerBound + 6..<hole.rows.upperBound - 8 {
        for x in hole.columns.lowerBound + 6..<hole.columns.upperBound - 8 {
          func green(_ x: Int, _ y: Int) -> Int { Int(picture[(y * width + x) * 3 + 1]) }
          across += abs(green(x + 2, y) - green(x, y))
          down += abs(green(x, y + 2) - green(x, y))
          count += 1
        }
      }
      return (Double(across) / Double(count), Double(down) / Double(count))
    }
  }

  private func compose(_ wall: Wall, with composer: DetailComposer) -> [UInt8] {
    var picture = wall.filled
    var model = wall.model
    model.withUnsafeMutableBufferPointer { model in
      guard let base = model.baseAddress else { return }
      let plane = MutablePlane(
        base: base, width: wall.width, height: wall.height, channels: 3, stride: wall.width * 3)
      composer.compose(&picture, coverage: wall.coverage, model: plane)
    }
    return picture
  }

  private func composer(_ wall: Wall) -> DetailComposer {
    DetailComposer(width: wall.width, height: wall.height, modelWidth: wall.width)
  }

  @Test(arguments: [1, 8])
  func aHoleShowsTheLinesOfItsOwnColour(frames: Int) {
    for width in [224, 448] {
      let wall = Wall(width: width, height: width)
      let composer = composer(wall)
      var picture: [UInt8] = []
      for _ in 0..<frames { picture = compose(wall, with: composer) }
      // Seen, they are 2 × 20 steps to the second next pixel; of lively detail two thirds are shown. Torn lines lose more.
      let (left, right) = (wall.steps(picture, hole: 0), wall.steps(picture, hole: 1))
      #expect(left.down > 22 && left.across < left.down / 4, "\(frames), \(width): \(left)")
      #expect(right.across > 22 && right.down < right.across / 4, "\(frames), \(width): \(right)")
    }
  }

  /// Lines that are no lighter than what is between them, only redder.
  @Test func colourComesWithHalfItsStrength() {
    var wall = Wall()
    let lines = wall.filled
    for pixel in wall.coverage.indices where wall.coverage[pixel] == 255 {
      // What the wall's lines are, turned from light into colour of the same light.
      let line = Int(lines[pixel * 3]) - Int(wall.model[pixel * 3])
      let colour = [line, -line * 299 / 587, 0]
      for channel in 0..<3 {
        wall.filled[pixel * 3 + channel] = UInt8(Int(wall.model[pixel * 3 + channel]) + colour[channel])
      }
    }
    let ofLight = compose(Wall(), with: composer(Wall()))
    let ofColour = compose(wall, with: composer(wall))
    // The same lines in green: 10 steps instead of 20, and half of that.
    let (light, colour) = (wall.steps(ofLight, hole: 0).down, wall.steps(ofColour, hole: 0).down)
    #expect(colour > 0.15 * light && colour < 0.4 * light, "\(colour) of \(light)")
  }

  /// Strokes that move through what is copied, as they do when the head turns.
  @Test func aMarkIsNotRepeated() {
    var wall = Wall()
    let composer = composer(wall)
    wall.model = [UInt8](repeating: 100, count: wall.model.count)
    for frame in 0..<24 {
      for pixel in wall.coverage.indices {
        let (x, y) = (pixel % wall.width, pixel / wall.width)
        let isSeen = y < 60
        let isMark = (16 + 8 * frame..<19 + 8 * frame).contains(x) && y % 16 < 8
        let value = isMark ? 170 : 100 + (x * 7 + y * 13) % 9 - 4
        wall.coverage[pixel] = isSeen ? 255 : 0
        for channel in 0..<3 { wall.filled[pixel * 3 + channel] = isSeen ? UInt8(value) : 100 }
      }
      let picture = compose(wall, with: composer)
      let loud = (70 * wall.width..<wall.height * wall.width).filter { picture[$0 * 3] > 120 }.count
      #expect(loud < 6, "frame \(frame): \(loud) pixels")
    }
  }

  @Test func withNothingSeenItIsTheModelsOwn() {
    var wall = Wall()
    for index in wall.coverage.indices { wall.coverage[index] = 0 }
    #expect(compose(wall, with: composer(wall)) == wall.model)
  }

  @Test func whatWasSeenStaysAsItWas() {
    let wall = Wall()
    let picture = compose(wall, with: composer(wall))
    for y in 20..<wall.height / 5 {
      for x in 20..<wall.width / 3 {
        let at = (y * wall.width + x) * 3
        #expect(abs(Int(picture[at]) - Int(wall.filled[at])) <= 3)
      }
    }
  }

  @Test func aStillPictureComesToRest() {
    let wall = Wall()
    let composer = composer(wall)
    var before: [UInt8] = []
    var differences: [Double] = []
    for _ in 0..<30 {
      let picture = compose(wall, with: composer)
      if !before.isEmpty {
        let sum = zip(picture, before).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        differences.append(Double(sum) / Double(picture.count))
      }
      before = picture
    }
    #expect(differences.suffix(5).allSatisfy { $0 < 0.1 }, "\(differences)")
  }

  @Test func afterAResetItIsAsNew() {
    let wall = Wall()
    let used = composer(wall)
    let first = (0..<3).map { _ in compose(wall, with: used) }
    used.reset()
    let again = (0..<3).map { _ in compose(wall, with: used) }
    #expect(first == again)
  }

  /// Sizes that cells do not divide, and pictures too small for any source.
  @Test(arguments: [(5, 4), (37, 23), (225, 131), (451, 334), (101, 400)])
  func anySizeIsComposed(width: Int, height: Int) {
    let wall = Wall(width: width, height: height)
    let composer = composer(wall)
    for _ in 0..<3 {
      let picture = compose(wall, with: composer)
      let worst = zip(picture, wall.model).map { abs(Int($0) - Int($1)) }.max() ?? 0
      #expect(worst <= 2 * wall.contrast)
    }
  }
}
