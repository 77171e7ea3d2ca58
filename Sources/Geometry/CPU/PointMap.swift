import Compute

/// The scene as points in the world: what is static, fused over time, and what this frame saw moving.
///
/// Every lifted pixel of a frame is in the map for that frame. A pixel whose depth agrees with a point that projects to it
/// is fused into that point by a running mean (projective association, after Keller et al., "Real-time 3D Reconstruction in
/// Dynamic Scenes using Point-based Fusion", 3DV 2013); any other pixel becomes a new, tentative point. A tentative point
/// that the next frame does not confirm is dropped: that is how what moves lives only in the frame that saw it. A point
/// that the new depth looks through is dropped at once (free space is carved). A confirmed point stays when it is hidden
/// or out of view, until the map is full; then the points unseen for longest go first.
///
/// Memory is fixed by `capacity` at start; time a frame is bounded by it.
public final class PointMap {
  public let capacity: Int
  /// World position, metres.
  let x: Storage<Float>
  let y: Storage<Float>
  let z: Storage<Float>
  /// Half the way to the neighbouring points of the surface, to the right and below in the exo picture that saw it: world
  /// axes, metres.
  let across: VectorStorage
  let down: VectorStorage
  /// Mean colour in 8.8 fixed point, and in w how often the point was seen (bit 15: it appeared in front of known points).
  let colour: Storage<SIMD4<UInt16>>
  /// The frame that saw the point last; 0 marks a free slot.
  let lastSeen: Storage<UInt32>
  /// Slots from here on were never used.
  var highWater = 0
  let freeSlots: Storage<UInt32>
  var freeCount = 0
  /// The frame integrated last, counted from 1.
  var frame: UInt32 = 0
  /// How many points are how old, while room is made: ages by powers of two, whose few bins find the cut without sorting.
  let ages: Storage<Int>

  static let ageBins = 33
  static let foregroundBit: UInt16 = 0x8000

  public init(capacity: Int) {
    self.capacity = capacity
    x = Storage(count: capacity, repeating: 0)
    y = Storage(count: capacity, repeating: 0)
    z = Storage(count: capacity, repeating: 0)
    across = VectorStorage(count: capacity)
    down = VectorStorage(count: capacity)
    colour = Storage(count: capacity, repeating: .zero)
    lastSeen = Storage(count: capacity, repeating: 0)
    freeSlots = Storage(count: capacity, repeating: 0)
    ages = Storage(count: Self.ageBins, repeating: 0)
  }

  /// Points in the map now.
  public var count: Int { highWater - freeCount }

  /// Forgets everything.
  public func removeAll() {
    lastSeen.base.update(repeating: 0, count: highWater)
    highWater = 0
    freeCount = 0
    frame = 0
  }

  /// Whether a point is shown in a frame that did not see it.
  @inline(__always) static func isConfirmed(_ seen: UInt16, _ policy: MapPolicy) -> Bool {
    seen & foregroundBit == 0
      ? seen >= policy.confirmations : seen & ~foregroundBit >= policy.foregroundConfirmations
  }

  /// Takes a free slot, or `nil` when the map is full.
  func takeSlot() -> Int? {
    if freeCount > 0 {
      freeCount -= 1
      return Int(freeSlots.base[freeCount])
    }
    guard highWater < capacity else { return nil }
    highWater += 1
    return highWater - 1
  }

  /// Returns slots whose points were dropped.
  func give(back slots: UnsafePointer<UInt32>, count: Int) {
    (freeSlots.base + freeCount).update(from: slots, count: count)
    freeCount += count
  }
}
