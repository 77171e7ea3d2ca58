"""The two samplers: a few predicted results with fresh noise between them, and Euler steps along the flow.

The flow is x = (1 - sigma) * x0 + sigma * noise, with sigma = timestep / 1000.
"""

import torch


def predicted_x0(shape, output, x, condition, sigma):
    """x0 of a network's `output`; all of one shape, `sigma` a number or a tensor that fits. `shape` is the transformer's."""
    if shape.prediction == "velocity":
        return x - sigma * output
    return output + condition if shape.output_skip == "condition" else output


def few_step(timesteps, predict, noise):
    """Samples with a list of timesteps.

    `predict(step, x, timestep)` gives x0; `noise(step)` gives the noise of that step, 0 for the first x. Returns the result
    and the list of (x, x0), one pair a step.
    """
    x, trace = noise(0), []
    for step, timestep in enumerate(timesteps):
        x0 = predict(step, x, timestep)
        trace.append((x, x0))
        if step + 1 < len(timesteps):
            sigma = timesteps[step + 1] / 1000
            x = (1 - sigma) * x0 + sigma * noise(step + 1)
    return x0, trace


def euler_sigmas(steps, shift):
    """float32 [steps + 1] from 1 down to 0: evenly spaced from 1 to the least shifted sigma of 1000, shifted, then 0.

    shifted(s) = shift * s / (1 + (shift - 1) * s). These are the sigmas of diffusers' FlowMatchEulerDiscreteScheduler.
    """
    def shifted(s):
        return shift * s / (1 + (shift - 1) * s)

    even = torch.linspace(1, shifted(1 / 1000), steps, dtype=torch.float64)
    return torch.cat([shifted(even), torch.zeros(1, dtype=torch.float64)]).float()


def euler(sigmas, velocity, x):
    """`velocity(step, x, timestep)`; returns the result and the list of x before every step."""
    trace = []
    for step in range(len(sigmas) - 1):
        trace.append(x)
        x = x + (sigmas[step + 1] - sigmas[step]) * velocity(step, x, 1000 * sigmas[step])
    return x, trace
