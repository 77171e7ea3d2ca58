import Compute

/// Brings one exo frame into a `PointMap`, on the CPU.
///
/// Three passes: every map point is held against the new depth (`ComparePass`); every pixel is fused into the point that
/// agreed or listed as new, and the new ones are written (`FusePass`). The passes run on all cores and write to memory of
/// their own, so the result does not depend on how many cores there are.
final class MapIntegrator {
  private let view: ExoView
  private let policy: MapPolicy
  private let map: PointMap
  private let lifted: DepthLift
  private let voxelSize: Float
  private let parts: Int
  /// Runs of rows: several a core, since moving things crowd into some of them.
  private let rowParts: Int
  /// Per part and pixel: what `ComparePass` marks. The first part's is merged from all of them.
  private let agreeing: [Storage<UInt32>]
  private let behind: [Storage<UInt8>]
  private let freed: [Storage<UInt32>]
  private let freedCount: Storage<Int>
  /// Pixels that become new points, listed per run of rows.
  private let fresh: Storage<UInt32>
  private let freshCount: Storage<Int>
  private let reciprocals: Storage<Int32>

  init(view: ExoView, policy: MapPolicy, map: PointMap, lifted: DepthLift, voxelSize: Float) {
    self.view = view
    self.policy = policy
    self.map = map
    self.lifted = lifted
    self.voxelSize = voxelSize
    // Each part costs a picture of marks; beyond eight, merging them costs more than the cores bring.
    let parts = min(Parallel.width, 8)
    self.parts = parts
    rowParts = parts * 4
    agreeing = (0..<parts).map { _ in Storage(count: view.count, repeating: FusePass.noSlot) }
    behind = (0..<parts).map { _ in Storage(count: view.count, repeating: 0) }
    freed = (0..<parts).map { _ in Storage(count: map.capacity / parts + 64, repeating: 0) }
    freedCount = Storage(count: parts, repeating: 0)
    fresh = Storage(count: view.count, repeating: 0)
    freshCount = Storage(count: rowParts, repeating: 0)
    reciprocals = Storage(count: Int(policy.longestMean) + 1, repeating: 65536)
    for n in 1...max(Int(policy.longestMean), 1) { reciprocals.base[n] = Int32(65536 / n) }
  }

  /// Fuses the frame last lifted, seen from `worldToCamera`, coloured by `colour`.
  func integrate(colour: ColourPlane, worldToCamera: Pose) {
    map.frame &+= 1
    let colours = ColourGrid(colour, step: view.step)
    let projector = Projector(worldToCamera: worldToCamera, lens: view.lens)
    Parallel.forEach(parts) { part in
      agreeing[part].base.update(repeating: FusePass.noSlot, count: view.count)
      behind[part].base.update(repeating: 0, count: view.count)
      let slots = Parallel.range(part, of: parts, count: map.highWater, alignment: 8)
      freedCount.base[part] = comparePass(part, projector, colours).run(slots)
    }
    for part in 0..<parts { map.give(back: freed[part].base, count: freedCount.base[part]) }
    merge()
    let pass = fusePass(colours, worldToCamera.inverse)
    Parallel.forEach(rowParts) { part in
      let rows = rows(part)
      freshCount.base[part] = pass.run(rows, listing: fresh.base + rows.lowerBound * view.gridWidth)
    }
    map.makeRoom(for: (0..<rowParts).reduce(0) { $0 + freshCount.base[$1] })
    handOutSlots()
    Parallel.forEach(rowParts) { part in
      pass.insert(fresh.base + rows(part).lowerBound * view.gridWidth, count: freshCount.base[part])
    }
  }

  private func rows(_ part: Int) -> Range<Int> { Parallel.range(part, of: rowParts, count: view.gridHeight) }

  /// Brings all parts' marks into the first part's.
  private func merge() {
    guard parts > 1 else { return }
    Parallel.forEach(parts) { part in
      let pixels = Parallel.range(part, of: parts, count: view.count, alignment: 16)
      let (slots, marks) = (agreeing[0].base, behind[0].base)
      for other in 1..<parts {
        let (moreSlots, moreMarks) = (agreeing[other].base, behind[other].base)
        for i in pixels {
          slots[i] = min(slots[i], moreSlots[i])
          marks[i] |= moreMarks[i]
        }
      }
    }
  }

  /// Slots are handed out in order, between listing and writing, so that both can run on all cores.
  private func handOutSlots() {
    for part in 0..<rowParts {
      let list = fresh.base + rows(part).lowerBound * view.gridWidth
      var kept = 0
      for i in 0..<freshCount.base[part] {
        guard let slot = map.takeSlot() else { break }
        agreeing[0].base[Int(list[i])] = UInt32(truncatingIfNeeded: slot)
        kept += 1
      }
      freshCount.base[part] = kept
    }
  }

  private func comparePass(_ part: Int, _ projector: Projector, _ colours: ColourGrid) -> ComparePass {
    ComparePass(
      points: PointColumns(map), depth: lifted.depth.base, colours: colours, projector: projector, policy: policy,
      frame: map.frame, view: view, agreeing: agreeing[part].base, behind: behind[part].base, freed: freed[part].base)
  }

  private func fusePass(_ colours: ColourGrid, _ cameraToWorld: Pose) -> FusePass {
    FusePass(
      points: PointColumns(map), lifted: lifted, view: view, colours: colours,
      cameraToWorld: cameraToWorld, policy: policy, voxelSize: voxelSize, frame: map.frame,
      agreeing: agreeing[0].base, behind: behind[0].base, reciprocals: reciprocals.base)
  }
}
