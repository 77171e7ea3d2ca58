/// Decides where barriers go: commands without one between them may run at once or in any order.
///
/// Cost is linear in the accesses since the last barrier, paid when recording only.
struct HazardTracker {
  struct Access {
    let buffer: ObjectIdentifier
    let range: Range<Int>
    let writes: Bool

    init(_ region: BufferRegion, writes: Bool) {
      self.init(buffer: ObjectIdentifier(region.buffer), range: region.range, writes: writes)
    }

    init(buffer: ObjectIdentifier, range: Range<Int>, writes: Bool) {
      self.buffer = buffer
      self.range = range
      self.writes = writes
    }
  }

  private var sinceBarrier: [Access] = []

  /// Whether a command that makes these accesses must wait for those before it; takes note of them.
  mutating func needsBarrier(before accesses: [Access]) -> Bool {
    let conflicts = accesses.contains { new in
      sinceBarrier.contains { old in
        (new.writes || old.writes) && new.buffer == old.buffer && new.range.overlaps(old.range)
      }
    }
    if conflicts { sinceBarrier.removeAll(keepingCapacity: true) }
    sinceBarrier += accesses
    return conflicts
  }
}
