"""Fine-tunes the student on its own streams: what it remembers is what it made, and what it is judged by are pictures.

A clip streams with few steps and the cache; of every chunk, gradients flow through the last step's prediction and the
decoder. Loss: mean absolute difference, gradients, once more those across the borders of the latents' squares, a low band, a
discriminator that also sees the prior, and a little of the latent error. A decoder that is trained along also decodes the truth's
latents, or it would unlearn to. Needs --clips and --run.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from .adversary import Adversary
from .codec import Mem
from .dataset import UNCHANGED, Clips, apply_colour
from .latent_set import LatentSet
from .losses import border_loss, gradient_loss, low_band_loss
from .loop import Average, Loop, LoopOptions, Randomness, step_with
from .optimiser import Optimiser
from .options import main
from .pictures import to_tensor
from .runs import latest, load_codec, load_transformer, open_config
from .streaming import Chunk, Stream
from .teaching import channel_weights


@dataclass
class FinetuneOptions(LoopOptions):
    clips: Path = None
    """folder of clip_*.npz; the latents are RUN/latents"""
    minutes: float = 15.0
    """of training in all, earlier runs of the stage included"""
    rate: float = 1e-4
    """of learning"""
    ema: float = 0.99
    """how much the averaged network keeps a step"""
    frames: int = 0
    """latent frames of a clip; 0 for all"""
    crop: int = 10
    """latent columns and rows that are decoded, at a random place; 0 for all"""
    every: int = 4
    """chunks to an optimiser step"""
    gradient: float = 1.0
    """weight of the gradient loss"""
    border: float = 1.0
    """weight of the gradients across borders of the latents' squares, which show as a grid"""
    low_band: float = 0.5
    """weight of the low band's loss"""
    latent: float = 0.1
    """weight of the latent error"""
    adversarial_from: float = 0.2
    """progress at which the discriminator comes in; 1 for never"""
    train_decoder: bool = False
    """train the decoder's Mem blocks as well; the rest of it carries a linear transform that small steps would undo"""
    decoder_rate: float = 3e-4
    """of learning of those"""
    rebuild: float = 1.0
    """weight of what the decoder, where it is trained, makes of the truth's own latents"""
    strength: float = 0.15
    """of the discriminator against the other losses, by their gradients"""


@dataclass
class Scene:
    """A clip to stream, and a crop of its truth."""

    chunk: Chunk
    clean: torch.Tensor
    truth: torch.Tensor
    """[1, T*F, 3, h, w] pictures of the crop."""
    prior: torch.Tensor
    """[1, T*F, 4, h, w]: the filled prior and its coverage, cropped."""
    rows: slice
    columns: slice


class Scenes:
    """Draws scenes: latents from the cache, pictures from the clips."""

    def __init__(self, options, config):
        self.options, self.config = options, config
        self.latents = LatentSet.open(Path(options.run) / "latents")
        if options.overfit:
            self.latents = self.latents.part([0])
        self.clips = Clips(options.clips).named(self.latents.names)
        self.frames = min(options.frames or self.latents.frames, self.latents.frames)
        self.frames -= self.frames % config.attention.chunk_latent_frames

    def __call__(self, step):
        draws = Randomness(self.options.seed, step).numpy
        index, (ego, filled, coverage) = self.clips.draw(draws, "ego", "filled", "coverage")
        first = int(draws.integers(self.latents.frames - self.frames + 1))
        chunk, clean = self.latents.batch([index], [first], self.frames)
        rows, columns = (crop_of(draws, size, self.options.crop) for size in self.config.latent_size("ego"))
        each, square = self.config.codec.frames_per_latent, self.config.codec.square
        cut = (slice(each * first, each * (first + self.frames)), slice(square * rows.start, square * rows.stop),
               slice(square * columns.start, square * columns.stop))
        beside = to_tensor(apply_colour(filled[cut], UNCHANGED))
        covered = torch.from_numpy(coverage[cut]).float()[None, :, None] / 255
        return Scene(chunk, clean, to_tensor(apply_colour(ego[cut], UNCHANGED)), torch.cat([beside, covered], 2), rows, columns)


def crop_of(draws, size, crop):
    if crop <= 0 or crop >= size:
        return slice(0, size)
    start = int(draws.integers(size - crop + 1))
    return slice(start, start + crop)


def train(options):
    config = open_config(options)
    stage = latest(options.run) if latest(options.run) != "finetune" else next(
        name for name in ("distill", "teacher") if (Path(options.run) / f"{name}.pt").exists())
    torch.manual_seed(options.seed)
    trainer = Finetuning(options, config, load_transformer(options.run, config, stage, options.device), load_codec(options.run, config, options.device))
    scenes = Scenes(options, config)
    trainer.loop.run(scenes, trainer.step)
    print(scenes.clips.report())


class Finetuning:
    def __init__(self, options, config, student, codec):
        self.options, self.config, self.student, self.codec = options, config, student, codec
        self.optimiser, self.channels = Optimiser(student, options.rate), channel_weights(config).to(options.device)
        self.average, self.adversary = Average(student, options.ema), Adversary(channels=7, strength=options.strength).to(options.device)
        state = {"network": student, "average": self.average, "optimiser": self.optimiser, "adversary": self.adversary,
                 "discriminator": self.adversary.optimiser}
        self.trained = list(student.parameters())
        if options.train_decoder:
            decoded = [p for layer in codec.decoder if isinstance(layer, Mem) for p in layer.parameters()]
            for parameter in decoded:
                parameter.requires_grad_(True)
            self.codec_average = Average(codec, options.ema)
            self.optimiser.add(decoded, options.decoder_rate)
            self.trained += decoded
            state |= {"codec": codec, "codec_average": self.codec_average}
        self.loop = Loop("finetune", options, state)

    def step(self, scene):
        """One clip; an optimiser step every few chunks."""
        length, device = self.config.attention.chunk_latent_frames, self.options.device
        sampler = replace(self.config.sampler, seed=(self.options.seed << 32) + self.loop.step)
        stream, memory, numbers = Stream(self.config, self.student, sampler), ({}, {}), {}
        chunks = range(0, scene.clean.shape[1], length)
        for number, first in enumerate(chunks):
            chunk = scene.chunk.piece(first, length).to(device)
            with torch.autocast(device, torch.bfloat16):
                x0 = stream.push(chunk, grad_last_step=True)
            loss = self.loss(scene, first, length, x0, memory, numbers)
            (loss / self.options.every).backward()
            memory = tuple({index: frame.detach() for index, frame in each.items()} for each in memory)
            if (number + 1) % self.options.every == 0 or first == chunks[-1]:
                numbers["norm"] = numbers.get("norm", 0.0) + step_with(self.optimiser, self.trained, self.loop.rate) * len(chunks) / 2
                self.average.follow(self.student, self.loop.step)
                if self.options.train_decoder:
                    self.codec_average.follow(self.codec, self.loop.step)
        return {name: value / len(chunks) for name, value in numbers.items()}

    def loss(self, scene, first, length, x0, memory, numbers):
        """Of one chunk's latents x0; `memory` is the decoder's, of what is made and of the truth, and goes on."""
        options, device, each = self.options, self.options.device, self.config.codec.frames_per_latent
        shown = slice(each * first, each * (first + length))
        truth, prior = scene.truth[:, shown].to(device), scene.prior[:, shown].to(device)
        clean = scene.clean[:, first:first + length].to(device)
        made = self.decoded(x0[..., scene.rows, scene.columns], memory[0])
        edge = 8 if scene.rows != slice(0, x0.shape[-2]) else 0  # where the crop's own border shows
        inner = (..., slice(edge, made.shape[-2] - edge), slice(edge, made.shape[-1] - edge))
        made_in, truth_in, prior_in = made[inner], truth[inner], prior[inner]
        parts = {"l1": (made_in - truth_in).abs().mean(), "gradient": gradient_loss(made_in, truth_in),
                 "border": border_loss(made, truth, self.config.codec.square), "low": low_band_loss(made_in, truth_in),
                 "latent": (self.channels * (x0 - clean).square()).mean()}
        rebuilt = (parts["l1"] + options.gradient * parts["gradient"] + options.border * parts["border"] + options.low_band * parts["low"]
                   + options.latent * parts["latent"])
        total = rebuilt
        if options.train_decoder and options.rebuild > 0:
            again = self.decoded(clean[..., scene.rows, scene.columns], memory[1])[inner]
            parts["rebuild"] = (again - truth_in).abs().mean() + options.gradient * gradient_loss(again, truth_in)
            total = total + options.rebuild * parts["rebuild"]
        if self.loop.progress >= options.adversarial_from:
            beside = lambda pictures: torch.cat([pictures, prior_in], 2).flatten(0, 1)
            with torch.autocast(device, torch.bfloat16):
                parts["discriminator"] = torch.tensor(self.adversary.learn(beside(truth_in), beside(made_in)))
                total = total + self.adversary.loss(beside(made_in), rebuilt, made)
        for name, value in parts.items():
            numbers[name] = numbers.get(name, 0.0) + float(value.detach())
        return total

    def decoded(self, latents, memory):
        """Pictures of normalised latents, as they come."""
        with torch.autocast(self.options.device, torch.bfloat16):
            return self.codec.decode(self.codec.denormalised(latents), memory, clamp=False).float()


if __name__ == "__main__":
    main(FinetuneOptions, train, required=("run", "clips"))
