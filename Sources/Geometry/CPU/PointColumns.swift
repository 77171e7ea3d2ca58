import Compute

/// Where a map's columns lie in memory, for kernels: plain addresses that stay in registers, valid as long as the map.
struct PointColumns {
  let x: UnsafeMutablePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let z: UnsafeMutablePointer<Float>
  let across: VectorColumns
  let down: VectorColumns
  let colour: UnsafeMutablePointer<SIMD4<UInt16>>
  let lastSeen: UnsafeMutablePointer<UInt32>

  init(_ map: PointMap) {
    x = map.x.base
    y = map.y.base
    z = map.z.base
    across = VectorColumns(map.across)
    down = VectorColumns(map.down)
    colour = map.colour.base
    lastSeen = map.lastSeen.base
  }

  /// The colours as C sees them: four words a point.
  var colourWords: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(colour).assumingMemoryBound(to: UInt16.self)
  }
}

/// The exo pixels that were lifted, in the picture they came from: plain addresses for kernels.
struct ColourGrid {
  let base: UnsafePointer<UInt8>
  let rowBytes: Int
  let pixelBytes: Int

  init(_ plane: ColourPlane, step: Int) {
    base = plane.base + (step / 2 * plane.stride + step / 2 * 4)
    rowBytes = plane.stride * step
    pixelBytes = 4 * step
  }

  /// R, G and B of a grid pixel.
  @inline(__always) func sample(_ row: Int, _ column: Int) -> UnsafePointer<UInt8> {
    base + (row &* rowBytes &+ column &* pixelBytes)
  }
}

/// A vector a point, a column each for x, y and z.
struct VectorStorage {
  let x: Storage<Float>
  let y: Storage<Float>
  let z: Storage<Float>

  init(count: Int) {
    x = Storage(count: count, repeating: 0)
    y = Storage(count: count, repeating: 0)
    z = Storage(count: count, repeating: 0)
  }
}

/// Where vectors lie in memory, a column each for x, y and z.
struct VectorColumns {
  let x: UnsafeMutablePointer<Float>
  let y: UnsafeMutablePointer<Float>
  let z: UnsafeMutablePointer<Float>

  init(x: UnsafeMutablePointer<Float>, y: UnsafeMutablePointer<Float>, z: UnsafeMutablePointer<Float>) {
    (self.x, self.y, self.z) = (x, y, z)
  }

  init(_ storage: VectorStorage) {
    self.init(x: storage.x.base, y: storage.y.base, z: storage.z.base)
  }

  @inline(__always) subscript(_ slot: Int) -> SIMD3<Float> {
    get { SIMD3(x[slot], y[slot], z[slot]) }
    nonmutating set {
      x[slot] = newValue.x
      y[slot] = newValue.y
      z[slot] = newValue.z
    }
  }
}
