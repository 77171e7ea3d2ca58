"""How much a stage's first prediction, from pure noise, leans on the frames before it.

Every chunk of held-out clips is predicted at once, with the truth before it and with the filled prior there. Prints, chunk by chunk, by how
many dB the squared error of latents (weighed as pixels see it) falls below the filled prior's. A stream has no truth to look back on: what
is gained with it alone is copied. Needs --run.
"""

from dataclasses import dataclass
from pathlib import Path

import torch

from .latent_set import LatentSet
from .options import main
from .runs import latest, load_transformer, open_config
from .teaching import Lesson, channel_weights, pass_over, predict


@dataclass
class HistoryOptions:
    run: Path = None
    """folder of the run"""
    stage: str = "teacher"
    """teacher, distill, finetune or the latest of them"""
    count: int = 12
    """clips"""
    latents: str = "latents-held-out"
    """folder of cached latents in the run"""
    seed: int = 0
    """of the noise"""
    device: str = "cpu"
    threads: int = 2


def run(options):
    for name, values in gains(options).items():
        print(f"{name:20}", *(f"{value:6.2f}" for value in values.tolist()), " dB a chunk, over the filled prior")


@torch.no_grad()
def gains(options):
    """What stands before a chunk to a tensor [F] of dB, a value a latent frame."""
    config, latents = open_config(options), LatentSet.open(Path(options.run) / options.latents)
    stage = latest(options.run) if options.stage == "latest" else options.stage
    network = load_transformer(options.run, config, stage, options.device).eval()
    weights, generator = channel_weights(config, 2), torch.Generator().manual_seed(options.seed)
    errors = {}
    for index in range(min(options.count, len(latents))):
        chunk, clean = latents.batch([index])
        sigma, noise = torch.ones(1, 1, clean.shape[1]), torch.randn(clean[:, None].shape, generator=generator)
        made = {"filled prior": chunk.condition}
        for name, history in (("truth before", clean), ("prior before", chunk.condition)):
            geometry = (chunk.points, chunk.rays, chunk.centres)
            lesson = Lesson(chunk.exo, clean, chunk.condition, chunk.coverage, geometry, history, noise, sigma, torch.ones(1)).to(options.device)
            made[name] = predict(pass_over(config, lesson), network, lesson, lesson.noisy(), lesson.sigma)[:, 0].cpu()
        for name, x0 in made.items():
            errors[name] = errors.get(name, 0) + (weights * (x0 - clean).square()).mean((0, 2, 3, 4))
    prior = errors.pop("filled prior")
    return {name: 10 * torch.log10(prior / error) for name, error in errors.items()}


if __name__ == "__main__":
    main(HistoryOptions, run)
