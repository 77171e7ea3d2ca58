import Compute
import Testing

@testable import Networks

@Suite struct SamplerTests {
  /// Where the network is perfect, every sampler ends at x₀, whatever it predicts.
  @Test(arguments: [ModelConfiguration.Transformer.Prediction.velocity, .x0])
  func aPerfectNetworkIsFollowedToItsEnd(_ prediction: ModelConfiguration.Transformer.Prediction) throws {
    let result = 0.75
    for steps in [
      try FewStepSampler(timesteps: [1000, 937.5, 500]).steps(prediction),
      try EulerSampler(steps: 7, shift: 3).steps(prediction),
    ] {
      var x = -1.5
      for step in steps {
        // What remains of the noise in x tells ε.
        let sigma = Double(step.timestep) / 1000
        let noise = (x - (1 - sigma) * result) / sigma
        let output = prediction == .x0 ? result : noise - result
        x = Double(step.keep) * x + Double(step.prediction) * output + Double(step.noise) * 0.3
      }
      #expect(abs(x - result) < 1e-6)
    }
  }

  @Test func fewStepsReNoiseAsTheFlowSays() throws {
    let steps = try FewStepSampler(timesteps: [1000, 500]).steps(.velocity)
    #expect(steps[0] == SamplerStep(timestep: 1000, keep: 0.5, prediction: -0.5, noise: 0.5))
    #expect(steps[1] == SamplerStep(timestep: 500, keep: 1, prediction: -0.5, noise: 0))
  }

  @Test func badTimestepsAreRefused() {
    for timesteps: [Float] in [[], [0], [1001], [500, 500], [100, 200], [.nan], [.infinity], [500, .nan]] {
      #expect(throws: Failure.self) { try FewStepSampler(timesteps: timesteps) }
    }
    for (steps, shift) in [(0, 1.0), (1001, 1), (5, 0), (5, -1), (5, .nan), (5, .infinity)] {
      #expect(throws: Failure.self) { try EulerSampler(steps: steps, shift: shift) }
    }
  }
}

/// Against diffusers' `FlowMatchEulerDiscreteScheduler`.
@Suite struct FlowMatchTests {
  @Test(arguments: [(4, 3.0), (50, 3), (20, 5), (7, 1)]) func sigmas(_ steps: Int, _ shift: Double) throws {
    let fixture = try NetworkFixture("flow-match")
    let sampler = try EulerSampler(steps: steps, shift: shift)
    let name = "\(steps)_shift_\(Int(shift))"
    for (mine, theirs) in zip(sampler.sigmas, try fixture.floats("sigmas_\(name)")) {
      #expect(abs(Float(mine) - theirs) < 2e-6)
    }
    for (mine, theirs) in zip(sampler.steps(.velocity), try fixture.floats("timesteps_\(name)")) {
      #expect(abs(mine.timestep - theirs) < 2e-3)
    }
  }

  @Test func steps() throws {
    let fixture = try NetworkFixture("flow-match")
    var x = try fixture.floats("x_0")
    for (index, step) in try EulerSampler(steps: 4, shift: 3).steps(.velocity).enumerated() {
      x = zip(x, try fixture.floats("velocity_\(index)")).map { step.keep * $0 + step.prediction * $1 }
      for (mine, theirs) in zip(x, try fixture.floats("x_\(index + 1)")) { #expect(abs(mine - theirs) < 1e-5) }
    }
  }

  @Test func fewerStepsAreSomeOfThoseThatAreKnown() throws {
    let four = ModelConfiguration.Sampler(.fewStep(timesteps: [1000, 937.5, 833.3, 625]), seed: 3)
    #expect(try four.taking(steps: 1) == .init(.fewStep(timesteps: [1000]), seed: 3))
    #expect(try four.taking(steps: 2) == .init(.fewStep(timesteps: [1000, 833.3]), seed: 3))
    #expect(try four.taking(steps: 4) == four)
    let euler = ModelConfiguration.Sampler(.euler(steps: 50, shift: 3, guidance: 5))
    #expect(try euler.taking(steps: 8) == .init(.euler(steps: 8, shift: 3, guidance: 5)))
  }

  @Test(arguments: [0, -1, 3]) func stepsThatWereNotLearnedAreRefused(_ steps: Int) {
    let error = #expect(throws: Failure.self) {
      try ModelConfiguration.Sampler(.fewStep(timesteps: [1000, 500])).taking(steps: steps)
    }
    #expect(error == Failure(.model, "steps is \(steps); expected 1 to 2"))
  }
}
