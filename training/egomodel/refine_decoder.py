"""Teaches the decoder's last layers to rebuild the truth again, and leaves what the student shows as it is.

Fine-tuning trains the decoder on latents that the student made, and it forgets some of what it knew of true ones. Here the
student streams every clip once; then only the last layers learn: on the truth's latents to make the truth (root mean square
and gradients), on the student's to make what they made before. The layers before them, and with them all that says what is
where, stay. Comes after egomodel.finetune, and begins anew where that has gone on since.
Needs --clips and --run.
"""

import copy
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .losses import gradient_loss
from .loop import Average, Loop, LoopOptions, Randomness, step_with
from .options import main
from .precision import half_precision
from .runs import fingerprint, load_codec, load_transformer, open_config, source_of
from .stored import StoredClips
from .streaming import Stream


@dataclass
class RefineOptions(LoopOptions):
    clips: Path = None
    """folder of clip_*.npz; the latents are RUN/latents"""
    minutes: float = 25.0
    """of training in all, earlier runs of the stage included; streaming the clips comes on top"""
    rate: float = 6e-4
    """of learning"""
    ema: float = 0.99
    """how much the averaged network keeps a step"""
    layers: int = 9
    """of the decoder's that are trained, from its end"""
    batch: int = 2
    """clips a step"""
    frames: int = 2
    """latent frames of each"""
    keep: float = 2.0
    """weight of what the student's latents are decoded to not changing"""


@dataclass
class Excerpt:
    """Some latent frames of clips, [B, T, c, H, W] normalised, with one more before them unless they begin the clip."""

    made: torch.Tensor
    true: torch.Tensor
    pictures: torch.Tensor
    """[B, T*k, 3, h, w] of the truth, without the frame before."""
    has_before: bool


class Excerpts:
    """Draws excerpts; `made` [N, F, c, H, W] are the student's latents of all clips."""

    def __init__(self, options, clips, made):
        self.options, self.clips, self.made = options, clips, made

    def __call__(self, step):
        draws, options = Randomness(self.options.seed, step).numpy, self.options
        indices = self.clips.draw(draws, options.batch)
        first = int(draws.integers(self.clips.frames - options.frames + 1))
        start, each = max(first - 1, 0), len(self.clips.drawn[indices[0]][0]) // self.clips.frames
        part = slice(start, first + options.frames)
        true = self.clips.latents.rows("ego", indices)[:, part]
        everywhere = slice(None)
        pictures, _, _ = self.clips.pictures(indices, slice(each * first, each * (first + options.frames)), everywhere, everywhere)
        return Excerpt(torch.from_numpy(self.made[indices][:, part]).float(), true, pictures, first > start)


def streamed(options, config, latents):
    """float16 [N, F, c, H, W]: what the student makes of every clip. Kept in the run's folder, by a hash of what made it: the student's
    weights, how it streams, and which clips."""
    student = load_transformer(options.run, config, "finetune", options.device).eval()
    others = json.dumps([config.to_json(), latents.frames, latents.names])
    path = Path(options.run) / f"made-{hashlib.sha256((fingerprint(student.state_dict()) + others).encode()).hexdigest()[:16]}.npy"
    if path.exists():
        return np.load(path)
    made = []
    for index in tqdm(range(len(latents)), desc="streaming"):
        chunk, _ = latents.batch([index])
        made.append(Stream(config, student).whole(chunk, options.device)[0].half().cpu().numpy())
    made = np.stack(made)
    beside = path.with_suffix(".writing.npy")
    np.save(beside, made)
    os.replace(beside, path)
    return made


def train(options):
    config = open_config(options)
    clips = StoredClips(options.run, options.clips, options.overfit)
    trainer = Refinement(options, load_codec(options.run, config, options.device, "finetune", refined=False))
    made = streamed(options, config, clips.latents)
    trainer.loop.run(Excerpts(options, clips, made), trainer.step)
    print(clips.clips.report())


class Refinement:
    def __init__(self, options, codec):
        self.options, self.codec, self.before = options, codec, copy.deepcopy(codec)
        self.trained = [parameter.requires_grad_(True) for layer in codec.decoder[-options.layers:] for parameter in layer.parameters()]
        self.average, self.optimiser = Average(codec, options.ema), torch.optim.Adam(self.trained, options.rate, betas=(0.8, 0.99))
        self.loop = Loop("refine", options, {"codec": codec, "codec_average": self.average, "optimiser": self.optimiser},
                         source_of(options.run, "finetune"))

    def step(self, excerpt):
        options, device = self.options, self.options.device
        truth = excerpt.pictures.to(device)
        made, rebuilt = (self.decoded(self.codec, latents, excerpt.has_before) for latents in (excerpt.made, excerpt.true))
        with torch.no_grad():
            was = self.decoded(self.before, excerpt.made, excerpt.has_before)
        parts = {"rebuild": (rebuilt - truth).square().mean().add(1e-6).sqrt() + 0.5 * gradient_loss(rebuilt, truth),
                 "change": (made - was).abs().mean() + 0.5 * gradient_loss(made, was)}
        (parts["rebuild"] + options.keep * parts["change"]).backward()
        numbers = {name: float(value.detach()) for name, value in parts.items()}
        numbers["norm"] = step_with(self.optimiser, self.trained, self.loop.rate)
        self.average.follow(self.codec, self.loop.step)
        return numbers

    def decoded(self, codec, latents, has_before):
        """Pictures of normalised latents; a frame before them is only remembered."""
        latents, memory = codec.denormalised(latents.to(self.options.device)), {}
        with half_precision(self.options.device):
            if has_before:
                with torch.no_grad():
                    codec.decode(latents[:, :1], memory, clamp=False)
                latents = latents[:, 1:]
            return codec.decode(latents, memory, clamp=False).float()


if __name__ == "__main__":
    main(RefineOptions, train, required=("run", "clips"))
