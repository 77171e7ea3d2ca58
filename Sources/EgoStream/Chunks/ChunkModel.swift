import Compute
import Geometry

/// The sizes that a model of chunks works at.
public struct ChunkShape: Sendable, Equatable {
  /// Pictures that go in, and that come out (`ego`), in pixels; multiples of `tokenSize`.
  public var exoWidth: Int
  public var exoHeight: Int
  public var egoWidth: Int
  public var egoHeight: Int
  /// Video frames to a latent frame, and latent frames to a chunk.
  public var framesPerLatent: Int
  public var latentFrames: Int
  /// Side of a token and of a latent pixel, in pixels.
  public var tokenSize: Int
  public var latentSize: Int

  public init(
    exoWidth: Int, exoHeight: Int, egoWidth: Int, egoHeight: Int, framesPerLatent: Int, latentFrames: Int,
    tokenSize: Int = 16, latentSize: Int = 8
  ) {
    self.exoWidth = exoWidth
    self.exoHeight = exoHeight
    self.egoWidth = egoWidth
    self.egoHeight = egoHeight
    self.framesPerLatent = framesPerLatent
    self.latentFrames = latentFrames
    self.tokenSize = tokenSize
    self.latentSize = latentSize
  }

  /// Video frames to a chunk.
  public var frames: Int { framesPerLatent * latentFrames }
  var exoTokens: Int { exoWidth / tokenSize * (exoHeight / tokenSize) }
  var egoTokens: Int { egoWidth / tokenSize * (egoHeight / tokenSize) }
  var latentPixels: Int { egoWidth / latentSize * (egoHeight / latentSize) }
}

/// What a model is given for a chunk of frames, and what it makes of it. Made once, filled again for every chunk.
public final class Chunk {
  public let shape: ChunkShape
  /// frames × height × width × RGB.
  public let exo: Storage<UInt8>
  /// The prior, its holes filled as the model wants them: frames × height × width × RGB.
  public let prior: Storage<UInt8>
  /// The share of each latent pixel's area that was observed, 0…1: latent frames × height × width of latents × frames.
  public let coverage: Storage<Float>
  /// Where each ego token looks, unit vectors in the world: latent frames × tokens × 3.
  public let rays: Storage<Float>
  /// Where each exo token's surface lies in the world, metres: latent frames × tokens × 3; `GeometryBias.noPoint` where unknown.
  public let points: Storage<Float>
  /// Where the ego camera stood: latent frames × 3.
  public let centres: Storage<Float>
  /// What the model made: frames × height × width × RGB.
  public let ego: Storage<UInt8>

  public init(_ shape: ChunkShape) {
    self.shape = shape
    exo = Storage(count: shape.frames * shape.exoWidth * shape.exoHeight * 3, repeating: 0)
    prior = Storage(count: shape.frames * shape.egoWidth * shape.egoHeight * 3, repeating: 0)
    coverage = Storage(count: shape.frames * shape.latentPixels, repeating: 0)
    rays = Storage(count: shape.latentFrames * shape.egoTokens * 3, repeating: 0)
    points = Storage(count: shape.latentFrames * shape.exoTokens * 3, repeating: GeometryBias.noPoint)
    centres = Storage(count: shape.latentFrames * 3, repeating: 0)
    ego = Storage(count: shape.frames * shape.egoWidth * shape.egoHeight * 3, repeating: 0)
  }

  /// One frame of what the model made.
  func egoPicture(_ frame: Int) -> MutablePlane {
    MutablePlane(
      base: ego.base + frame * shape.egoWidth * shape.egoHeight * 3, width: shape.egoWidth, height: shape.egoHeight,
      channels: 3, stride: shape.egoWidth * 3)
  }
}

/// Completes and corrects priors, a chunk of frames at a time. Not for several threads at once.
public protocol ChunkModel: AnyObject {
  var shape: ChunkShape { get }
  /// How the pixels of the priors that it is given are coloured where nothing was observed.
  var fill: EgoSession.Fill { get }
  /// Fills `chunk.ego` from the rest of it.
  func complete(_ chunk: Chunk) throws(Failure)
  /// Does what is left to do for the last chunk; called when its pictures are out.
  func settle() throws(Failure)
  /// Forgets all chunks: the next is the first.
  func reset() throws(Failure)
}
