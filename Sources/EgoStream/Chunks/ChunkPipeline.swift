import Compute
import Geometry

/// Collects frames into chunks, has the model complete each chunk, and hands the frames out again in order.
///
/// A chunk's pictures are held until they are pulled; the next frame that is pushed begins to write over them. All memory is
/// made at the start.
///
/// The model may be given every `interval`th frame alone, so that it has that much more time for each; `CorrectionInterpolator`
/// makes its pictures of the others.
final class ChunkPipeline {
  private let engines: SessionEngines
  private let chunk: Chunk
  private let interval: Int
  private let interpolator: CorrectionInterpolator
  /// The prior of each frame held, and a picture made between two of the model's, at the model's size.
  private let priors: Storage<UInt8>
  private let between: Storage<UInt8>
  private let tokens: TokenGeometry
  private let composer: DetailComposer
  private let exoScaler: AreaScaler
  private let egoScaler: AreaScaler
  private let coverageScaler: AreaScaler
  /// A prior with its holes, for a model that wants to see them.
  private let bare: Storage<UInt8>?
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
  var delayFrames: Int { held.count - 1 }
  private var pictureBytes: Int { shape.egoWidth * shape.egoHeight * 3 }
  var hasFinishedFrame: Bool { next < finished }

  /// - Parameters:
  ///   - shape, fill: The model's.
  ///   - interval: Frames from one that the model is given to the next.
  ///   - exo: For the size that frames come in.
  init(
    shape: ChunkShape, fill: EgoSession.Fill, engines: SessionEngines, interval: Int, exo: Camera, ego: Camera,
    depthFormat: DepthFormat
  ) {
    self.engines = engines
    chunk = Chunk(shape)
    self.interval = interval
    let bytes = shape.egoWidth * shape.egoHeight * 3
    interpolator = CorrectionInterpolator(pictureBytes: bytes)
    priors = Storage(count: bytes * shape.frames * interval, repeating: 0)
    between = Storage(count: bytes, repeating: 0)
    (width, height) = (ego.width, ego.height)
    tokens = TokenGeometry(shape: shape, exo: exo, ego: ego, depthFormat: depthFormat)
    bare = fill == .none ? Storage(count: ego.width * ego.height * 3, repeating: 0) : nil
    composer = DetailComposer(width: ego.width, height: ego.height, modelWidth: shape.egoWidth)
    exoScaler = AreaScaler(from: (exo.width, exo.height), to: (shape.exoWidth, shape.exoHeight))
    egoScaler = AreaScaler(from: (ego.width, ego.height), to: (shape.egoWidth, shape.egoHeight))
    coverageScaler = AreaScaler(
      from: (ego.width, ego.height), to: (shape.egoWidth / shape.latentSize, shape.egoHeight / shape.latentSize))
    photometric = ego.photometric.map { PhotometricTable($0, camera: ego) }
    held = (0..<shape.frames * interval).map { _ in
      Held(
        picture: Storage(count: ego.width * ego.height * 3, repeating: 0),
        mask: Storage(count: ego.width * ego.height, repeating: 0), info: nil)
    }
  }

  /// - Throws: `.outOfMemory` where the machine cannot hold the frames of a chunk.
  static func checkMemory(_ shape: ChunkShape, interval: Int, ego: Camera) throws(Failure) {
    let (shown, made) = (ego.width * ego.height, shape.egoWidth * shape.egoHeight)
    let frame = shown * 4 + made * 9 + shape.exoWidth * shape.exoHeight * 3
    try HostMemory.check(
      shape.frames * interval * frame, for: "a chunk of \(shape.frames * interval) frames",
      remedy: "lower model-interval, or take a smaller ego picture or a model of shorter chunks")
  }

  /// Takes what is known of the exo camera anew, for the frames that come.
  func recalibrate(exo: Camera, depthFormat: DepthFormat) {
    tokens.recalibrate(exo: exo, depthFormat: depthFormat)
  }

  /// Called before a frame is rendered, when the chunk before has been handed out: what the model has left to do for it delays
  /// nobody now.
  func settle() throws(Failure) {
    if collected == 0 { try engines.settleModel() }
  }

  /// Takes a frame whose prior has just been rendered, and completes the chunk when it is the last of it.
  func append(
    _ frame: ExoFrame, exoWorldToCamera: Pose, egoWorldToCamera: Pose, info: EgoFrameInfo
  ) throws(Failure) {
    if next < finished { next = finished }
    let geometry = engines.geometry
    let index = collected
    held[index].info = info
    let picture = plane(held[index].picture, channels: 3)
    geometry.write(
      picture: picture, mask: plane(held[index].mask, channels: 1), fill: true, photometric: false)
    let bare = bare.map { plane($0, channels: 3) }
    if let bare { geometry.write(picture: bare, mask: nil, fill: false, photometric: false) }
    egoScaler.scale(
      (bare ?? picture).base, channels: 3, stride: width * 3, into: priors.base + index * pictureBytes)
    collected += 1
    // The last of an interval is the one that stays, also where the stream ends within it.
    give(frame, from: index, to: index / interval)
    tokens.write(
      into: chunk, frame: index / interval / shape.framesPerLatent, depth: frame.depth,
      exoWorldToCamera: exoWorldToCamera, egoWorldToCamera: egoWorldToCamera)
    if collected == held.count { try complete(count: held.count) }
  }

  private func plane(_ storage: Storage<UInt8>, channels: Int) -> MutablePlane {
    MutablePlane(base: storage.base, width: width, height: height, channels: channels, stride: width * channels)
  }

  /// Makes a frame held one of the model's.
  private func give(_ frame: ExoFrame, from index: Int, to given: Int) {
    exoScaler.scale(
      frame.colour.base, channels: 4, stride: frame.colour.stride,
      into: chunk.exo.base + given * shape.exoWidth * shape.exoHeight * 3)
    (chunk.prior.base + given * pictureBytes).update(from: priors.base + index * pictureBytes, count: pictureBytes)
    let (latent, sub) = given.quotientAndRemainder(dividingBy: shape.framesPerLatent)
    coverageScaler.scale(
      held[index].mask.base, into: chunk.coverage.base + latent * shape.latentPixels * shape.framesPerLatent + sub,
      step: shape.framesPerLatent)
  }

  /// Completes what was collected of a chunk; what is missing of it stands still.
  func drain() throws(Failure) {
    guard collected > 0 else { return }
    let last = (collected - 1) / interval
    func `repeat`<T>(_ storage: Storage<T>, _ size: Int, _ index: Int) {
      (storage.base + index * size).update(from: storage.base + last * size, count: size)
    }
    for index in last + 1..<shape.frames {
      `repeat`(chunk.exo, shape.exoWidth * shape.exoHeight * 3, index)
      `repeat`(chunk.prior, shape.egoWidth * shape.egoHeight * 3, index)
      let (from, to) = (last / shape.framesPerLatent, index / shape.framesPerLatent)
      if to != from { tokens.repeatFrame(from, as: to, in: chunk) }
      for pixel in 0..<shape.latentPixels {
        let source = (from * shape.latentPixels + pixel) * shape.framesPerLatent + last % shape.framesPerLatent
        let target = (to * shape.latentPixels + pixel) * shape.framesPerLatent + index % shape.framesPerLatent
        chunk.coverage.base[target] = chunk.coverage.base[source]
      }
    }
    try complete(count: collected)
  }

  private func complete(count: Int) throws(Failure) {
    collected = 0
    (next, finished) = (0, 0)
    try engines.complete(chunk)
    for index in 0..<count {
      composer.compose(
        held[index].picture.base, coverage: held[index].mask.base,
        model: modelPicture(index))
      finish(held[index].picture.base, rays: engines.geometry.prior.rays)
    }
    if interval > 1 { interpolator.carry(given(shape.frames - 1)) }
    finished = count
  }

  /// What the model made of a frame held, or would have made of it.
  private func modelPicture(_ index: Int) -> MutablePlane {
    let (following, place) = index.quotientAndRemainder(dividingBy: interval)
    guard place < interval - 1 else { return chunk.egoPicture(following) }
    interpolator.interpolate(
      priors.base + index * pictureBytes, before: following > 0 ? given(following - 1) : nil, after: given(following),
      share: Float(place + 1) / Float(interval), into: between.base)
    return MutablePlane(
      base: between.base, width: shape.egoWidth, height: shape.egoHeight, channels: 3, stride: shape.egoWidth * 3)
  }

  private func given(_ index: Int) -> CorrectionInterpolator.Given {
    .init(prior: chunk.prior.base + index * pictureBytes, made: chunk.ego.base + index * pictureBytes)
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
    interpolator.reset()
    try engines.resetModel()
  }
}
