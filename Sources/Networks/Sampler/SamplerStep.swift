import Compute

/// One evaluation of the network, and what the latents become with its output:
/// `x ← keep · x + prediction · output + noise · ε`.
///
/// Every sampler here is a list of such steps, since each of them is linear in those three; so a graph needs one form.
public struct SamplerStep: Sendable, Equatable {
  /// What the network is told: σ · 1000.
  public let timestep: Float
  public let keep: Float
  public let prediction: Float
  public let noise: Float

  init(timestep: Float, keep: Float, prediction: Float, noise: Float) {
    self.timestep = timestep
    self.keep = keep
    self.prediction = prediction
    self.noise = noise
  }
}

/// Predicts x₀ at each of a few timesteps and adds fresh noise for the next, after Self-Forcing.
public struct FewStepSampler: Sendable, Equatable {
  public let timesteps: [Float]

  /// - Parameter timesteps: Falling, in (0, 1000].
  /// - Throws: `.model`.
  public init(timesteps: [Float]) throws(Failure) {
    let falls = zip(timesteps, timesteps.dropFirst()).allSatisfy { $0 > $1 }
    guard !timesteps.isEmpty, falls, timesteps.allSatisfy({ $0 > 0 && $0 <= 1000 }) else {
      throw Failure(.model, "timesteps \(timesteps); expected falling numbers above 0 and at most 1000")
    }
    self.timesteps = timesteps
  }

  public func steps(_ prediction: ModelConfiguration.Transformer.Prediction) -> [SamplerStep] {
    timesteps.indices.map { index in
      let sigma = Double(timesteps[index]) / 1000
      let next = index + 1 < timesteps.count ? Double(timesteps[index + 1]) / 1000 : 0
      switch prediction {
      case .velocity:
        // x₀ = x − σ·v.
        return SamplerStep(
          timestep: timesteps[index], keep: Float(1 - next), prediction: Float(-(1 - next) * sigma), noise: Float(next))
      case .x0:
        return SamplerStep(timestep: timesteps[index], keep: 0, prediction: Float(1 - next), noise: Float(next))
      }
    }
  }
}

/// Walks along the velocity from noise to picture: the flow-matching Euler method of the teachers.
public struct EulerSampler: Sendable, Equatable {
  /// From 1 to 0, one more than there are steps.
  public let sigmas: [Double]

  /// As diffusers' `FlowMatchEulerDiscreteScheduler` spaces them: evenly from 1 to the shifted σ of 1/1000, then shifted,
  /// and 0 at the end.
  /// - Parameter shift: Above 1 spends more of the steps on noise: s(σ) = shift·σ / (1 + (shift − 1)·σ).
  /// - Throws: `.model`.
  public init(steps: Int, shift: Double) throws(Failure) {
    guard (1...1000).contains(steps), shift > 0, shift.isFinite else {
      throw Failure(.model, "\(steps) steps with shift \(shift); expected 1 to 1000 and a number above 0")
    }
    func shifted(_ sigma: Double) -> Double { shift * sigma / (1 + (shift - 1) * sigma) }
    let least = shifted(0.001)
    sigmas =
      (0..<steps).map { shifted(1 + (least - 1) * Double($0) / Double(max(steps - 1, 1))) } + [0]
  }

  public func steps(_ prediction: ModelConfiguration.Transformer.Prediction) -> [SamplerStep] {
    zip(sigmas, sigmas.dropFirst()).map { sigma, next in
      let timestep = Float(sigma * 1000)
      switch prediction {
      case .velocity: return SamplerStep(timestep: timestep, keep: 1, prediction: Float(next - sigma), noise: 0)
      case .x0:
        // v = (x − x₀) / σ.
        return SamplerStep(
          timestep: timestep, keep: Float(next / sigma), prediction: Float(1 - next / sigma), noise: 0)
      }
    }
  }
}

extension ModelConfiguration.Sampler {
  /// The evaluations that make one chunk of latents.
  /// - Throws: `.model` for timesteps that are none.
  public func steps(_ prediction: ModelConfiguration.Transformer.Prediction) throws(Failure) -> [SamplerStep] {
    switch kind {
    case .fewStep(let timesteps): return try FewStepSampler(timesteps: timesteps).steps(prediction)
    case .euler(let steps, let shift, _):
      return try EulerSampler(steps: steps, shift: Double(shift)).steps(prediction)
    }
  }
}
