import Compute

extension PointMap {
  /// Drops the points unseen for longest until `needed` slots are free; points of the last frame stay.
  func makeRoom(for needed: Int) {
    let room = freeCount + capacity - highWater
    guard needed > room else { return }
    let wanted = max(needed - room, capacity / 16)
    ages.base.update(repeating: 0, count: Self.ageBins)
    for slot in 0..<highWater where lastSeen.base[slot] != 0 { ages.base[ageBin(slot)] += 1 }
    var cut = Self.ageBins
    var sum = 0
    while cut > 1 && sum < wanted {
      cut -= 1
      sum += ages.base[cut]
    }
    for slot in 0..<highWater where lastSeen.base[slot] != 0 && ageBin(slot) >= cut {
      lastSeen.base[slot] = 0
      freeSlots.base[freeCount] = UInt32(truncatingIfNeeded: slot)
      freeCount += 1
    }
  }

  /// 0 for a point seen in this frame, n for one unseen for 2^(n-1) frames or more.
  private func ageBin(_ slot: Int) -> Int {
    let age: UInt32 = frame &- lastSeen.base[slot]
    return 32 - age.leadingZeroBitCount
  }
}
