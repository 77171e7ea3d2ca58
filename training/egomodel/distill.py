"""Distils the teacher to few steps: causal consistency distillation.

On a schedule of sigmas from 1 down, the student's x0 at one sigma is pulled to what its own average says at the next lower
sigma, after the teacher has taken that one step (Euler). All of it with teacher forcing, in parallel. Needs --run.
"""

from dataclasses import dataclass

import torch

from .loop import Average, Loop, step_with
from .optimiser import Optimiser
from .options import main
from .runs import load_transformer, open_config, source_of
from .sampler import euler_sigmas
from .teaching import Lessons, TeachingOptions, channel_weights, pass_over, predict, stretched, weight


@dataclass
class DistillOptions(TeachingOptions):
    minutes: float = 10.0
    """of training in all, earlier runs of the stage included"""
    rate: float = 2e-4
    """of learning"""
    ema: float = 0.98
    """how much the averaged student, which is the target, keeps a step"""
    schedule: int = 8
    """sigmas between 1 and 0 that the teacher steps along"""
    anchor: float = 0.2
    """weight of the true x0 beside the target: holds what a short distillation would lose"""


class ScheduledLessons(Lessons):
    """Lessons whose sigmas are those of the schedule; half of the chunks begin where the sampler's own steps do."""

    def __init__(self, options, config, latents=None):
        super().__init__(options, config, latents)
        self.schedule = euler_sigmas(options.schedule, options.shift)
        own = torch.tensor([t / 1000 for t in config.sampler.timesteps])
        self.own = (self.schedule[:-1, None] - own).abs().argmin(0)

    def sigmas(self, random, size):
        any_of = torch.from_numpy(random.numpy.integers(len(self.schedule) - 1, size=size))
        own = self.own[torch.from_numpy(random.numpy.integers(len(self.own), size=size))]
        chosen = torch.where(random.chance(0.5, *size).cpu(), own, any_of)
        return self.schedule[chosen].to(random.device)


def train(options, latents=None):
    """`latents` stand in for those that are cached in the run. Returns whether the training came to its end."""
    config = open_config(options)
    lessons = ScheduledLessons(options, config, latents)
    teacher = load_transformer(options.run, config, "teacher", options.device).eval().requires_grad_(False)
    student = load_transformer(options.run, config, "teacher", options.device)
    average = Average(student, options.ema)
    optimiser = Optimiser(student, options.rate)
    loop = Loop("distill", options, {"network": student, "average": average, "optimiser": optimiser},
                source_of(options.run, "teacher"))
    schedule = lessons.schedule.to(options.device)
    channels = channel_weights(config, options.channel_power).to(options.device)

    def lower(sigma):
        """The next of the schedule below each sigma."""
        return schedule[((schedule[:-1] - sigma[..., None]).abs().argmin(-1) + 1)]

    @torch.no_grad()
    def target(whole, lesson, x):
        """The average's x0 after one step of the teacher's; the teacher's own where that step ends at 0."""
        sigma, below = lesson.sigma, lower(lesson.sigma)
        taught = predict(whole, teacher, lesson, x, sigma)
        ratio = stretched(below / sigma)
        after = taught + ratio * (x - taught)  # x0 + sigma' * (x - x0) / sigma
        said = predict(whole, average.network, lesson, after, below.clamp_min(0.005))
        return torch.where(stretched(below) > 0, said, taught)

    def step(lesson):
        lesson = lesson.to(options.device)
        whole, x = pass_over(config, lesson), lesson.noisy()
        x0 = predict(whole, student, lesson, x, lesson.sigma)
        weights = stretched(weight(lesson.sigma)) * channels * lesson.heed
        consistency = (weights * (x0 - target(whole, lesson, x)).square()).mean()
        truth = (weights * (x0 - lesson.clean[:, None]).square()).mean()
        (consistency + options.anchor * truth).backward()
        norm = step_with(optimiser, student.parameters(), loop.rate)
        average.follow(student, loop.step)
        return {"consistency": float(consistency.detach()), "truth": float(truth.detach()), "norm": norm}

    return loop.run(lessons, step)


if __name__ == "__main__":
    main(DistillOptions, train)
