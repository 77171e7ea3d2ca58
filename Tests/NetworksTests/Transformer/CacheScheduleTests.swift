import Compute
import Testing

@testable import Networks

@Suite struct CacheScheduleTests {
  static let shapes = [(1, 1, 6), (1, 0, 1), (2, 1, 4), (3, 3, 18), (3, 2, 7), (2, 5, 3), (4, 1, 4)]

  /// Walks a stream with a table of what each slot holds, and compares with who should see whom, and from how far.
  @Test(arguments: shapes) func agreesWithAMask(_ chunk: Int, _ sinks: Int, _ window: Int) throws {
    let schedule = try CacheSchedule(chunkFrames: chunk, sinkFrames: sinks, windowFrames: window)
    var held = [Int?](repeating: nil, count: schedule.slotCount)
    var keptSinks: [Int] = []
    for index in 0..<40 {
      let now = schedule.chunk(index)
      #expect(now.frames == index * chunk..<(index + 1) * chunk)
      for frame in now.frames { held[schedule.slot(of: frame)] = frame }
      let last = index * chunk + chunk - 1
      let expected = (0...last).filter { $0 < sinks || $0 > last - window }
      #expect(held.compactMap { $0 }.sorted() == expected, "chunk \(index)")
      #expect(held.prefix(now.filledSlots).allSatisfy { $0 != nil })
      #expect(held.dropFirst(now.filledSlots).allSatisfy { $0 == nil })

      // Places of docs/models.md against the turns that the keys were given: differences to the last frame are the same.
      for frame in expected {
        let place = last < sinks + window ? frame : frame < sinks ? frame : sinks + window - 1 - (last - frame)
        let lastPlace = min(last, sinks + window - 1)
        let turned = frame < sinks ? frame + now.sinkShift : frame
        #expect(last - turned == lastPlace - place, "chunk \(index), frame \(frame)")
        if now.sinkShift > 0 && frame < sinks { #expect(keptSinks.contains(frame)) }
      }
      if now.completesSinks { keptSinks = Array(held.prefix(sinks)).compactMap { $0 } }
    }
    #expect(keptSinks == Array(0..<sinks))
  }

  @Test func refusesWhatMakesNoCache() {
    for (chunk, sinks, window) in [(0, 0, 1), (2, 0, 1), (1, -1, 1), (1, 0, 0), (1, 0, .max), (.min, 0, 1)] {
      #expect(throws: Failure.self) {
        try CacheSchedule(chunkFrames: chunk, sinkFrames: sinks, windowFrames: window)
      }
    }
  }
}
