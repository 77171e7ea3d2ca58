"""Trains the chunk-causal transformer by rectified flow with teacher forcing, on latents from egomodel.cache_latents.

Every chunk of a clip is denoised at a timestep of its own, given clean chunks before it (with a little noise), in one
parallel pass whose mask, places and geometry bias are those of streaming. Begins with the weights of egomodel.adopt, where
there are any. Needs --run.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from .loop import Average, Loop, step_with
from .optimiser import Optimiser
from .options import main
from .runs import load_transformer, open_config
from .teaching import Lessons, TeachingOptions, channel_weights, initialised, pass_over, predict, stretched, weight
from .transformer import Transformer


@dataclass
class TeacherOptions(TeachingOptions):
    minutes: float = 30.0
    """of training in all, earlier runs of the stage included"""
    pure: float = 0.15
    """share of chunks that begin at pure noise, where every stream begins"""


def train(options, latents=None):
    """`latents` stand in for those that are cached in the run. Returns whether the training came to its end."""
    config = open_config(options)
    torch.manual_seed(options.seed)
    adopted = (Path(options.run) / "adopted.pt").exists()
    network = load_transformer(options.run, config, "adopted") if adopted else initialised(Transformer(config.transformer))
    network.to(options.device)
    average = Average(network, options.ema)
    optimiser = Optimiser(network, options.rate)
    loop = Loop("teacher", options, {"network": network, "average": average, "optimiser": optimiser})

    channels = channel_weights(config, options.channel_power).to(options.device)

    def step(lesson):
        lesson = lesson.to(options.device)
        x0 = predict(pass_over(config, lesson), network, lesson, lesson.noisy(), lesson.sigma)
        error = (x0 - lesson.clean[:, None]).square()
        loss = (stretched(weight(lesson.sigma)) * channels * lesson.heed * error).mean()
        loss.backward()
        norm = step_with(optimiser, network.parameters(), loop.rate)
        average.follow(network, loop.step)
        numbers = {"loss": float(loss.detach()), "x0": float(error.detach().mean()), "norm": norm}
        pure = lesson.sigma == 1
        return numbers | ({"x0_from_noise": float(error.detach()[pure].mean())} if pure.any() else {})

    return loop.run(Lessons(options, config, latents), step)


if __name__ == "__main__":
    main(TeacherOptions, train)
