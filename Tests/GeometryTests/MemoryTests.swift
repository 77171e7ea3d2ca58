import CAllocationCount
import Compute
import Testing

@testable import Geometry

/// Frames are taken in without asking for buffers.
@Suite struct MemoryTests {
  @Test func makingRoomInAFullMapTakesNoMemory() {
    let map = PointMap(capacity: 100)
    map.frame = 8
    while let slot = map.takeSlot() { map.lastSeen.base[slot] = slot % 2 == 0 ? 8 : 1 }
    let before = ego_allocation_count()
    map.makeRoom(for: 10)
    #expect(ego_allocation_count() == before)
    // Those unseen for longest go, all of the same age together.
    #expect(map.count == 50)
  }

  /// Sharing a loop among the cores takes memory too, but no buffer.
  @Test func liftingDepthTakesNoBuffer() {
    let scene = MovingBoxScene(kind: .z)
    let view = ExoView(camera: scene.camera, depthFormat: DepthFormat(), mapCapacity: 60_000)
    let lifted = DepthLift(view: view, policy: MapPolicy())
    scene.frame(0).withPlanes { _, depth in
      let before = ego_aligned_allocation_count()
      let known = lifted.lift(depth)
      #expect(ego_aligned_allocation_count() == before)
      #expect(known > 20_000)
    }
  }

  @Test func theCountSeesABuffer() {
    let before = ego_aligned_allocation_count()
    withExtendedLifetime(Storage<Int>(count: 4, repeating: 0)) {}
    #expect(ego_aligned_allocation_count() == before + 1)
  }
}
