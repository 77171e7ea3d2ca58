import Compute

extension ModelConfiguration {
  /// Which latent frames see each other, and how time is walked; see docs/models.md.
  public enum Attention: Equatable, Sendable {
    /// Every token of a window sees every other.
    case window(Window)
    /// Time goes in chunks, over a cache of keys.
    case causal(Causal)

    public struct Window: Equatable, Sendable {
      public var latentFrames: Int
      /// How far the window moves: latent frames newly made each time.
      public var strideLatentFrames: Int

      public init(latentFrames: Int, strideLatentFrames: Int) {
        self.latentFrames = latentFrames
        self.strideLatentFrames = strideLatentFrames
      }
    }

    public struct Causal: Equatable, Sendable {
      /// What leaves a chunk's keys in the cache.
      public enum CacheWrite: String, DocumentWord {
        /// A pass over the finished latents at timestep 0.
        case cleanPass = "clean_pass"
        /// The last step of denoising.
        case lastStep = "last_step"
      }

      public var chunkLatentFrames: Int
      /// Slots at the start of the cache that stay for ever.
      public var sinkLatentFrames: Int
      /// Slots that take turns, the current chunk's included.
      public var windowLatentFrames: Int
      public var cacheWrite: CacheWrite

      public init(
        chunkLatentFrames: Int, sinkLatentFrames: Int, windowLatentFrames: Int, cacheWrite: CacheWrite = .cleanPass
      ) {
        self.chunkLatentFrames = chunkLatentFrames
        self.sinkLatentFrames = sinkLatentFrames
        self.windowLatentFrames = windowLatentFrames
        self.cacheWrite = cacheWrite
      }

      /// Latent frames that the cache holds.
      public var slots: Int { sinkLatentFrames + windowLatentFrames }
    }

    /// Latent frames that attention sees at most.
    var seenLatentFrames: Int {
      switch self {
      case .window(let window): return window.latentFrames
      case .causal(let causal): return causal.slots
      }
    }

    /// Latent frames that are made at a time once the stream runs.
    public var newLatentFrames: Int {
      switch self {
      case .window(let window): return window.strideLatentFrames
      case .causal(let causal): return causal.chunkLatentFrames
      }
    }

    func check() throws(Failure) {
      switch self {
      case .window(let window):
        try require("attention.window_latent_frames", window.latentFrames, 1...256)
        try require("attention.stride_latent_frames", window.strideLatentFrames, 1...window.latentFrames)
      case .causal(let causal):
        try require("attention.chunk_latent_frames", causal.chunkLatentFrames, 1...64)
        try require("attention.sink_latent_frames", causal.sinkLatentFrames, 0...1024)
        try require("attention.window_latent_frames", causal.windowLatentFrames, causal.chunkLatentFrames...1024)
      }
    }
  }
}

extension ModelConfiguration.Attention: Codable {
  private enum Mode: String, DocumentWord { case window, causal }

  private enum CodingKeys: String, CodingKey {
    case mode
    case chunk = "chunk_latent_frames"
    case sink = "sink_latent_frames"
    case window = "window_latent_frames"
    case stride = "stride_latent_frames"
    case cacheWrite = "cache_write"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Mode.self, forKey: .mode) {
    case .window:
      self = .window(
        Window(
          latentFrames: try container.decode(Int.self, forKey: .window),
          strideLatentFrames: try container.decode(Int.self, forKey: .stride)))
    case .causal:
      self = .causal(
        Causal(
          chunkLatentFrames: try container.decode(Int.self, forKey: .chunk),
          sinkLatentFrames: try container.decode(Int.self, forKey: .sink),
          windowLatentFrames: try container.decode(Int.self, forKey: .window),
          cacheWrite: try container.decode(Causal.CacheWrite.self, forKey: .cacheWrite)))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .window(let window):
      try container.encode(Mode.window, forKey: .mode)
      try container.encode(window.latentFrames, forKey: .window)
      try container.encode(window.strideLatentFrames, forKey: .stride)
    case .causal(let causal):
      try container.encode(Mode.causal, forKey: .mode)
      try container.encode(causal.chunkLatentFrames, forKey: .chunk)
      try container.encode(causal.sinkLatentFrames, forKey: .sink)
      try container.encode(causal.windowLatentFrames, forKey: .window)
      try container.encode(causal.cacheWrite, forKey: .cacheWrite)
    }
  }
}
