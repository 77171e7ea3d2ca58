import Compute
import Geometry

/// Collects frames into chunks, has the model complete each chunk, and hands the frames out again in order.
///
/// A chunk's pictures are held until they are pulled; the next frame that is pushed begins to write over them. All memory is
/// made at the start.
final class ChunkPipeline {
  private let model: any ChunkModel
  private let chunk: Chunk
  private let tokens: TokenGeometry
  private let composer: DetailComposer
  private let exoScaler: AreaScaler
  private let egoScaler: AreaScaler
  private let coverageScaler: AreaScaler
  private let photometric: PhotometricTable?
  private let width: Int
  private let height: Int

  private struct Held {
    /// The prior, filled; then the composed picture: RGB without gaps, before the photometric profile.
    let picture: Storage<UInt8>
    let mask: Storage<UInt8>
    var info: EgoFrameInfo?
  }
  private var held: [Held]
  /// Frames in the chunk that is being collected.
  private var collected = 0
  /// Of the finished chunk: the next to hand out, and how many there are.
  private var next = 0
  private var finished = 0

  var shape: ChunkShape { chunk.shape }
  /// The first frame of a chunk waits for this many more.
  var delayFrames: Int { shape.frames - 1 }
  var hasFinishedFrame: Bool { next < finished }

  /// - Parameters:
  ///   - exo: For the size that frames come in.
  init(model: any ChunkModel, exo: Camera, ego: Camera, depthFormat: DepthFormat) {
    self.model = model
    chunk = Chunk(model.shape)
    let shape = model.shape
    (width, height) = (ego.width, ego.height)
    tokens = TokenGeometry(shape: shape, exo: exo, ego: ego, depthFormat: depthFormat)
    composer = DetailComposer(width: ego.width, height: ego.height, modelWidth: shape.egoWidth)
    exoScaler = AreaScaler(from: (exo.width, exo.height), to: (shape.exoWidth, shape.exoHeight))
    egoScaler = AreaScaler(from: (ego.width, ego.height), to: (shape.egoWidth, shape.egoHeight))
    coverageScaler = AreaScaler(
      from: (ego.width, ego.height), to: (shape.egoWidth / shape.latentSize, shape.egoHeight / shape.latentSize))
    photometric = ego.photometric.map { PhotometricTable($0, camera: ego) }
    held = (0..<shape.frames).map { _ in
      Held(
        picture: Storage(count: ego.width * ego.height * 3, repeating: 0),
        mask: Storage(count: ego.width * ego.height, repeating: 0), info: nil)
    }
  }

  /// Takes what is known of the exo camera anew, for the frames that come.
  func recalibrate(exo: Camera, depthFormat: DepthFormat) {
    tokens.recalibrate(exo: exo, depthFormat: depthFormat)
  }

  /// Takes a frame whose prior `geometry` has just rendered, and completes the chunk when it is the last of it.
  func append(
    _ frame: ExoFrame, _ geometry: any GeometryEngine, exoWorldToCamera: Pose, egoWorldToCamera: Pose,
    info: EgoFrameInfo
  ) throws(Failure) {
    if next < finished { next = finished }
    // The chunk before has been handed out; what its model has left to do delays nobody now.
    if collected == 0 { try model.settle() }
    let index = collected
    held[index].info = info
    let picture = held[index].picture.base
    geometry.write(
      picture: MutablePlane(base: picture, width: width, height: height, channels: 3, stride: width * 3),
      mask: MutablePlane(base: held[index].mask.base, width: width, height: height, channels: 1, stride: width),
      fill: true, photometric: false)
    exoScaler.scale(
      frame.colour.base, channels: 4, stride: frame.colour.stride,
      into: chunk.exo.base + index * shape.exoWidth * shape.exoHeight * 3)
    egoScaler.scale(
      picture, channels: 3, stride: width * 3, into: chunk.filled.base + index * shape.egoWidth * shape.egoHeight * 3)
    let (latent, sub) = index.quotientAndRemainder(dividingBy: shape.framesPerLatent)
    coverageScaler.scale(
      held[index].mask.base, into: chunk.coverage.base + latent * shape.latentPixels * shape.framesPerLatent + sub,
      step: shape.framesPerLatent)
    tokens.write(
      into: chunk, frame: latent, depth: frame.depth, exoWorldToCamera: exoWorldToCamera,
      egoWorldToCamera: egoWorldToCamera)
    collected += 1
    if collected == shape.frames { try complete(geometry, count: shape.frames) }
  }

  /// Completes what was collected of a chunk; what is missing of it stands still.
  func drain(_ geometry: any GeometryEngine) throws(Failure) {
    guard collected > 0 else { return }
    let last = collected - 1
    func `repeat`<T>(_ storage: Storage<T>, _ size: Int, _ index: Int) {
      (storage.base + index * size).update(from: storage.base + last * size, count: size)
    }
    for index in collected..<shape.frames {
      `repeat`(chunk.exo, shape.exoWidth * shape.exoHeight * 3, index)
      `repeat`(chunk.filled, shape.egoWidth * shape.egoHeight * 3, index)
      let (from, to) = (last / shape.framesPerLatent, index / shape.framesPerLatent)
      if to != from { tokens.repeatFrame(from, as: to, in: chunk) }
      for pixel in 0..<shape.latentPixels {
        let source = (from * shape.latentPixels + pixel) * shape.framesPerLatent + last % shape.framesPerLatent
        let target = (to * shape.latentPixels + pixel) * shape.framesPerLatent + index % shape.framesPerLatent
        chunk.coverage.base[target] = chunk.coverage.base[source]
      }
    }
    try complete(geometry, count: collected)
  }

  private func complete(_ geometry: any GeometryEngine, count: Int) throws(Failure) {
    collected = 0
    (next, finished) = (0, 0)
    try model.complete(chunk)
    for index in 0..<count {
      composer.compose(
        held[index].picture.base, coverage: held[index].mask.base,
        model: chunk.egoPicture(index))
      finish(held[index].picture.base, rays: geometry.prior.rays)
    }
    finished = count
  }

  /// The ego camera's own look; black where its lens sees nothing.
  private func finish(_ picture: UnsafeMutablePointer<UInt8>, rays: Storage<SIMD4<Float>>) {
    Parallel.forEach(Parallel.width) { part in
      for pixel in Parallel.range(part, of: Parallel.width, count: width * height) {
        let at = picture + 3 &* pixel
        var colour = SIMD4(at[0], at[1], at[2], 255)
        colour = rays.base[pixel].w > 0 ? photometric?.apply(colour, at: pixel) ?? colour : .zero
        at[0] = colour.x
        at[1] = colour.y
        at[2] = colour.z
      }
    }
  }

  /// Writes the next finished frame; `nil` when there is none.
  func pull(ego: MutablePlane, mask: MutablePlane?) -> EgoFrameInfo? {
    guard next < finished else { return nil }
    let frame = held[next]
    next += 1
    for row in 0..<height {
      (ego.base + row * ego.stride).update(from: frame.picture.base + row * width * 3, count: width * 3)
      if let mask { (mask.base + row * mask.stride).update(from: frame.mask.base + row * width, count: width) }
    }
    return frame.info
  }

  /// Forgets what is held; the model begins anew.
  func flush() throws(Failure) {
    (collected, next, finished) = (0, 0, 0)
    tokens.reset()
    composer.reset()
    try model.reset()
  }
}
