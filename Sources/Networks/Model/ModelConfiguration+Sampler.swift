import Compute

extension ModelConfiguration {
  /// How noise becomes a latent.
  public struct Sampler: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
      /// Predicts x₀ and adds fresh noise for the next of a few timesteps, largest first, in (0, 1000].
      case fewStep(timesteps: [Float])
      /// Walks along the velocity; `guidance` 1 asks for no pass without the prompt.
      case euler(steps: Int, shift: Float, guidance: Float)
    }

    public var kind: Kind
    /// Of the noise.
    public var seed: UInt64

    public init(_ kind: Kind, seed: UInt64 = 0) {
      self.kind = kind
      self.seed = seed
    }

    /// Steps of denoising.
    public var steps: Int {
      switch kind {
      case .fewStep(let timesteps): return timesteps.count
      case .euler(let steps, _, _): return steps
      }
    }

    /// The same with another number of steps. A few-step model knows the timesteps that it was distilled to and no others, so
    /// it can take fewer of them: evenly chosen ones, the first included.
    /// - Throws: `.model` for more than there are, or fewer than one.
    public func taking(steps: Int) throws(Failure) -> Sampler {
      var sampler = self
      switch kind {
      case .fewStep(let timesteps):
        try require("steps", steps, 1...timesteps.count)
        sampler.kind = .fewStep(timesteps: (0..<steps).map { timesteps[$0 * timesteps.count / steps] })
      case .euler(_, let shift, let guidance):
        try require("steps", steps, 1...1000)
        sampler.kind = .euler(steps: steps, shift: shift, guidance: guidance)
      }
      return sampler
    }

    func check() throws(Failure) {
      guard seed < 1 << 53 else { throw refusal("sampler.seed", seed, "0 up to 2⁵³, what JSON keeps exactly") }
      switch kind {
      case .fewStep(let timesteps):
        let falls = zip(timesteps, timesteps.dropFirst()).allSatisfy { $0 > $1 }
        guard (1...1000).contains(timesteps.count), falls, timesteps.allSatisfy({ $0 > 0 && $0 <= 1000 }) else {
          throw refusal("sampler.timesteps", timesteps, "falling numbers above 0 and at most 1000")
        }
      case .euler(let steps, let shift, let guidance):
        try require("sampler.steps", steps, 1...1000)
        guard (0.001...1000).contains(shift) else { throw refusal("sampler.shift", shift, "0.001 to 1000") }
        guard (0...1000).contains(guidance) else { throw refusal("sampler.guidance", guidance, "0 to 1000") }
      }
    }
  }
}

extension ModelConfiguration.Sampler: Codable {
  private enum KindName: String, DocumentWord {
    case fewStep = "few_step"
    case euler
  }

  private enum CodingKeys: String, CodingKey { case kind, timesteps, seed, steps, shift, guidance }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    seed = try container.decode(UInt64.self, forKey: .seed)
    switch try container.decode(KindName.self, forKey: .kind) {
    case .fewStep: kind = .fewStep(timesteps: try container.decode([Float].self, forKey: .timesteps))
    case .euler:
      kind = .euler(
        steps: try container.decode(Int.self, forKey: .steps), shift: try container.decode(Float.self, forKey: .shift),
        guidance: try container.decode(Float.self, forKey: .guidance))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seed, forKey: .seed)
    switch kind {
    case .fewStep(let timesteps):
      try container.encode(KindName.fewStep, forKey: .kind)
      try container.encode(timesteps, forKey: .timesteps)
    case .euler(let steps, let shift, let guidance):
      try container.encode(KindName.euler, forKey: .kind)
      try container.encode(steps, forKey: .steps)
      try container.encode(shift, forKey: .shift)
      try container.encode(guidance, forKey: .guidance)
    }
  }
}
