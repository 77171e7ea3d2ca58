import Geometry
import TestSupport
import Testing

@testable import EgoStream

/// Clocks, interpolation and bounds of the live pose history, with every arrival time given.
struct PoseHistoryTests {
  private let second: Int64 = 1_000_000_000
  private let millisecond: Int64 = 1_000_000

  private func message(at senderNanoseconds: Int64?, x: Float) -> PoseMessage {
    PoseMessage(senderNanoseconds: senderNanoseconds, worldToCamera: SampleScene.pose(at: [x, 0, 0]))
  }

  private func place(_ history: PoseHistory, _ host: Int64) throws -> (x: Float, isStale: Bool) {
    let sample = try #require(history.pose(hostNanoseconds: host))
    return (sample.worldToCamera.centre.x, sample.isStale)
  }

  @Test func isEmptyBeforeTheFirstPose() {
    #expect(PoseHistory().pose(hostNanoseconds: 5) == nil)
  }

  @Test func interpolatesOnTheSendersClock() throws {
    var history = PoseHistory()
    // The sender's clock is 1000 s behind; every datagram travels 2 ms.
    for i in 0...10 {
      let t = Int64(i) * 100 * millisecond
      _ = history.take(message(at: t, x: Float(i)), arrivalNanoseconds: t + 1000 * second + 2 * millisecond)
    }
    let found = try place(history, 1000 * second + 2 * millisecond + 450 * millisecond)
    #expect(abs(found.x - 4.5) < 1e-4)
    #expect(!found.isStale)
  }

  @Test func jitterMovesNoPose() throws {
    var random = SeededRandom(seed: 5)
    var history = PoseHistory()
    for i in 0..<300 {
      let t = Int64(i) * 10 * millisecond
      // The first travels without delay, all others up to 9 ms longer.
      let delay = i == 0 ? 0 : Int64.random(in: 0...9, using: &random) * millisecond
      _ = history.take(message(at: t, x: Float(i)), arrivalNanoseconds: t + 50 * second + delay)
    }
    for i in stride(from: 5, to: 299, by: 7) {
      let host = 50 * second + Int64(i) * 10 * millisecond + 5 * millisecond
      #expect(abs(try place(history, host).x - (Float(i) + 0.5)) < 1e-3)
    }
  }

  @Test func followsClocksThatDriftApart() throws {
    var clock = PoseClock()
    // The sender's clock loses a millisecond a second: a minimum over all time would stay at the first second's.
    for i in 0..<6000 {
      let t = Int64(i) * 10 * millisecond
      clock.observe(senderNanoseconds: t - t / 1000, arrivalNanoseconds: t + 7 * second)
    }
    let exact = 7 * second + 60 * millisecond
    #expect(abs(try #require(clock.offset) - exact) <= PoseClock.windowNanoseconds / 1000 + millisecond)
  }

  @Test func usesArrivalWhereThereIsNoStamp() throws {
    var history = PoseHistory()
    _ = history.take(message(at: nil, x: 0), arrivalNanoseconds: 20 * second)
    _ = history.take(message(at: nil, x: 1), arrivalNanoseconds: 20 * second + 100 * millisecond)
    #expect(abs(try place(history, 20 * second + 25 * millisecond).x - 0.25) < 1e-5)
  }

  @Test func holdsTheEndsAndFlagsTheStale() throws {
    var history = PoseHistory()
    _ = history.take(message(at: nil, x: 1), arrivalNanoseconds: 20 * second)
    _ = history.take(message(at: nil, x: 2), arrivalNanoseconds: 20 * second + 20 * millisecond)
    let newest = 20 * second + 20 * millisecond
    for (host, x, isStale) in [
      (newest + 249 * millisecond, Float(2), false), (newest + 251 * millisecond, 2, true), (Int64.max, 2, true),
      (20 * second - 249 * millisecond, 1, false), (20 * second - 251 * millisecond, 1, true), (Int64.min, 1, true),
    ] {
      let found = try place(history, host)
      #expect(found.x == x && found.isStale == isStale, "at \(host)")
    }
  }

  @Test func theMiddleOfALongGapIsStale() throws {
    var history = PoseHistory()
    _ = history.take(message(at: nil, x: 0), arrivalNanoseconds: 20 * second)
    _ = history.take(message(at: nil, x: 1), arrivalNanoseconds: 22 * second)
    #expect(try place(history, 21 * second).isStale)
    #expect(try !place(history, 20 * second + 200 * millisecond).isStale)
  }

  @Test func aSenderThatStartsAnewIsFollowed() throws {
    var history = PoseHistory()
    for i in 0..<20 {
      let t = 500 * second + Int64(i) * 20 * millisecond
      _ = history.take(message(at: t, x: 1), arrivalNanoseconds: t + second)
    }
    #expect(history.resets == 0)
    // Its clock begins at zero again.
    let restart = 502 * second
    for i in 0..<20 {
      let t = Int64(i) * 20 * millisecond
      #expect(history.take(message(at: t, x: Float(i)), arrivalNanoseconds: restart + t) == .accepted)
    }
    #expect(history.resets == 1)
    let found = try place(history, restart + 50 * millisecond)
    #expect(abs(found.x - 2.5) < 1e-4 && !found.isStale)
  }

  @Test func aClockSetBackWithinTheHistoryIsFollowed() throws {
    var history = PoseHistory()
    _ = history.take(message(at: 10 * second, x: 1), arrivalNanoseconds: 100 * second)
    // Three seconds later the stamp has moved on by one only.
    _ = history.take(message(at: 11 * second, x: 2), arrivalNanoseconds: 103 * second)
    #expect(history.resets == 1)
    let found = try place(history, 103 * second)
    #expect(found.x == 2 && !found.isStale)
  }

  @Test func lateDatagramsAreDropped() {
    var history = PoseHistory()
    #expect(history.take(message(at: second, x: 1), arrivalNanoseconds: 5 * second) == .accepted)
    #expect(history.take(message(at: second + 30 * millisecond, x: 2), arrivalNanoseconds: 5 * second) == .accepted)
    #expect(history.take(message(at: second + 10 * millisecond, x: 3), arrivalNanoseconds: 5 * second) == .dropped)
    #expect(history.take(message(at: second + 30 * millisecond, x: 3), arrivalNanoseconds: 5 * second) == .dropped)
    #expect(history.count == 2 && history.resets == 0)
  }

  @Test func holdsNoMoreThanItsCapacityAndKeepsTheNewest() throws {
    var history = PoseHistory()
    for i in 0..<2000 {
      let t = Int64(i) * 10 * millisecond
      _ = history.take(message(at: nil, x: Float(i)), arrivalNanoseconds: second + t)
    }
    #expect(history.count == PoseHistory.capacity)
    #expect(try place(history, second + 19_990 * millisecond).x == 1999)
    #expect(try place(history, 0).x == Float(2000 - PoseHistory.capacity))
  }

  @Test func aFloodDoesNotShortenTheHistory() throws {
    var history = PoseHistory()
    // 20,000 poses in a second: 50 µs apart.
    for i in 0..<20_000 {
      _ = history.take(message(at: nil, x: Float(i)), arrivalNanoseconds: second + Int64(i) * 50_000)
    }
    #expect(try place(history, 2 * second - 50_000).x == 19_999)
    let found = try place(history, 2 * second - 240 * millisecond)
    #expect(abs(found.x - 15_200) < 25)
  }

  @Test func extremeClocksDoNotTrap() {
    for stamp in [Int64(4_000_000_000_000_000_000), -4_000_000_000_000_000_000] {
      var history = PoseHistory()
      _ = history.take(message(at: stamp, x: 1), arrivalNanoseconds: 10 * second)
      _ = history.take(message(at: -stamp, x: 2), arrivalNanoseconds: 11 * second)
      _ = history.take(message(at: stamp, x: 3), arrivalNanoseconds: 12 * second)
      for host in [Int64.min, -1, 0, 12 * second, .max] { #expect(history.pose(hostNanoseconds: host) != nil) }
    }
  }
}
