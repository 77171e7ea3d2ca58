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
from .losses import border_loss, gradient_loss, low_band_loss, similarity
from .loop import Average, Loop, LoopOptions, Randomness, step_with
from .optimiser import Optimiser
from .options import main
from .precision import half_precision
from .runs import latest, load_codec, load_transformer, open_config, source_of
from .stored import StoredClips
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
    batch: int = 1
    """clips a step, cut at the same place"""
    every: int = 4
    """chunks to an optimiser step"""
    early: float = 0.0
    """share of steps that end every chunk's sampling before its last step, at a random one, so that none of them is forgotten"""
    gradient: float = 1.0
    """weight of the gradient loss"""
    border: float = 1.0
    """weight of the gradients across borders of the latents' squares, which show as a grid"""
    low_band: float = 0.5
    """weight of the low band's loss"""
    latent: float = 0.1
    """weight of the latent error"""
    hands: float = 0.0
    """how much more than elsewhere the mean absolute difference heeds the wearer's hands and arms"""
    similarity: float = 0.0
    """weight of 1 - SSIM"""
    adversarial_from: float = 0.2
    """progress at which the discriminator comes in; 1 for never"""
    train_decoder: bool = False
    """train the decoder's Mem blocks as well; the rest of it carries a linear transform that steps of that size would undo"""
    decoder_rate: float = 3e-4
    """of learning of those"""
    transform_rate: float = 0.0
    """of learning of the rest of the decoder"""
    rebuild: float = 1.0
    """weight of what the decoder, where it is trained, makes of the truth's own latents"""
    strength: float = 0.15
    """of the discriminator against the other losses, by their gradients"""
    width: int = 32
    """channels of its first layer"""
    alone: int = 40
    """chunks that the discriminator learns from before it is heard"""
    ramp: int = 150
    """chunks over which it is let in"""


@dataclass
class Scene:
    """Clips to stream, and a crop of their truth."""

    chunk: Chunk
    clean: torch.Tensor
    truth: torch.Tensor
    """[B, T*F, 3, h, w] pictures of the crop."""
    prior: torch.Tensor
    """[B, T*F, 4, h, w]: the filled prior and its coverage, cropped."""
    hands: torch.Tensor
    """[B, T*F, 1, h, w]: 1 where the truth shows the wearer's hands and arms."""
    rows: slice
    columns: slice
    steps: int
    """After how many of the sampler's steps a chunk is done."""


class Scenes:
    """Draws scenes of `clips`: `StoredClips` or `ResidentClips`."""

    def __init__(self, options, config, clips):
        self.options, self.config, self.clips = options, config, clips
        self.frames = min(options.frames or clips.frames, clips.frames)
        self.frames -= self.frames % config.attention.chunk_latent_frames

    def __call__(self, step):
        draws, options = Randomness(self.options.seed, step).numpy, self.options
        indices = self.clips.draw(draws, options.batch)
        first = int(draws.integers(self.clips.frames - self.frames + 1))
        chunk, clean = self.clips.batch(indices, [first] * options.batch, self.frames)
        rows, columns = (crop_of(draws, size, options.crop) for size in self.config.latent_size("ego"))
        each, square = self.config.codec.frames_per_latent, self.config.codec.square
        cut = (slice(scale * part.start, scale * part.stop)
               for scale, part in ((each, slice(first, first + self.frames)), (square, rows), (square, columns)))
        steps = len(self.config.sampler.timesteps)
        if draws.random() < options.early and steps > 1:
            steps = int(draws.integers(1, steps))
        return Scene(chunk, clean, *self.clips.pictures(indices, *cut), rows, columns, steps)


class Rollout(Stream):
    """A stream whose noise is drawn from `generator`, for every clip of the batch its own."""

    def __init__(self, *arguments, generator):
        super().__init__(*arguments)
        self.generator = generator

    def noise_of(self, chunk, step):
        like = chunk.condition
        return torch.randn(like.shape, generator=self.generator, device=like.device, dtype=like.dtype)


def crop_of(draws, size, crop):
    if crop <= 0 or crop >= size:
        return slice(0, size)
    start = int(draws.integers(size - crop + 1))
    return slice(start, start + crop)


def train(options, clips=None):
    """`clips` stand in for those of the options. Returns whether the training came to its end."""
    config = open_config(options)
    stage = latest(options.run, ("distill", "teacher"))
    torch.manual_seed(options.seed)
    trainer = Finetuning(options, config, load_transformer(options.run, config, stage, options.device), load_codec(options.run, config, options.device),
                         source_of(options.run, stage))
    stored = StoredClips(options.run, options.clips, options.overfit) if clips is None else None
    ended = trainer.loop.run(Scenes(options, config, stored if clips is None else clips), trainer.step)
    if stored is not None:
        print(stored.clips.report())
    return ended


class Finetuning:
    def __init__(self, options, config, student, codec, source=None):
        self.options, self.config, self.student, self.codec = options, config, student, codec
        self.optimiser, self.channels = Optimiser(student, options.rate), channel_weights(config).to(options.device)
        self.average, self.adversary = Average(student, options.ema), self.new_adversary()
        state = {"network": student, "average": self.average, "optimiser": self.optimiser, "adversary": self.adversary,
                 "discriminator": self.adversary.optimiser}
        self.trained = list(student.parameters())
        if options.train_decoder:
            self.codec_average = Average(codec, options.ema)
            for rate, kinds in ((options.decoder_rate, True), (options.transform_rate, False)):
                parameters = [p for layer in codec.decoder if isinstance(layer, Mem) == kinds for p in layer.parameters() if rate > 0]
                for parameter in parameters:
                    parameter.requires_grad_(True)
                self.trained += parameters
                if parameters:
                    self.optimiser.add(parameters, rate)
            state |= {"codec": codec, "codec_average": self.codec_average}
        self.loop = Loop("finetune", options, state, source)

    def new_adversary(self):
        options = self.options
        return Adversary(channels=7, strength=options.strength, alone=options.alone, ramp=options.ramp, width=options.width).to(options.device)

    def step(self, scene):
        """One clip; an optimiser step every few chunks."""
        length, device = self.config.attention.chunk_latent_frames, self.options.device
        if self.loop.progress >= self.options.adversarial_from and self.adversary.steps == 0:
            self.loop.keep("smooth")
        sampler = replace(self.config.sampler, timesteps=self.config.sampler.timesteps[: scene.steps])
        random = Randomness(self.options.seed, self.loop.number, device)
        stream, memory = Rollout(self.config, self.student, sampler, generator=random.torch), ({}, {})
        numbers, norms = {}, []
        chunks = range(0, scene.clean.shape[1], length)
        for number, first in enumerate(chunks):
            chunk = scene.chunk.piece(first, length).to(device)
            with half_precision(device):
                x0 = stream.push(chunk, grad_last_step=True)
            loss = self.loss(scene, first, length, x0, memory, numbers)
            (loss / self.options.every).backward()
            memory = tuple({index: frame.detach() for index, frame in each.items()} for each in memory)
            if (number + 1) % self.options.every == 0 or first == chunks[-1]:
                norms.append(step_with(self.optimiser, self.trained, self.loop.rate))
                self.average.follow(self.student, self.loop.step)
                if self.options.train_decoder:
                    self.codec_average.follow(self.codec, self.loop.step)
        return {name: float(value) / len(chunks) for name, value in numbers.items()} | {"norm": sum(norms) / len(norms)}

    def loss(self, scene, first, length, x0, memory, numbers):
        """Of one chunk's latents x0; `memory` is the decoder's, of what is made and of the truth, and goes on."""
        options, device, each = self.options, self.options.device, self.config.codec.frames_per_latent
        shown = slice(each * first, each * (first + length))
        truth, prior, hands = (part[:, shown].to(device) for part in (scene.truth, scene.prior, scene.hands))
        clean = scene.clean[:, first:first + length].to(device)
        made = self.decoded(x0[..., scene.rows, scene.columns], memory[0])
        edge = 8 if scene.rows != slice(0, x0.shape[-2]) else 0  # where the crop's own border shows
        inner = (..., slice(edge, made.shape[-2] - edge), slice(edge, made.shape[-1] - edge))
        made_in, truth_in, prior_in = made[inner], truth[inner], prior[inner]
        heed = 1 + options.hands * hands[inner]
        parts = {"l1": (heed * (made_in - truth_in).abs()).mean(), "gradient": gradient_loss(made_in, truth_in),
                 "border": border_loss(made, truth, self.config.codec.square), "low": low_band_loss(made_in, truth_in),
                 "latent": (self.channels * (x0 - clean).square()).mean()}
        if options.similarity > 0:
            parts["dissimilarity"] = 1 - similarity(made_in, truth_in).mean()
        rebuilt = (parts["l1"] + options.gradient * parts["gradient"] + options.border * parts["border"] + options.low_band * parts["low"]
                   + options.latent * parts["latent"] + options.similarity * parts.get("dissimilarity", 0.0))
        total = rebuilt
        if options.train_decoder and options.rebuild > 0:
            again = self.decoded(clean[..., scene.rows, scene.columns], memory[1])[inner]
            parts["rebuild"] = (again - truth_in).abs().mean() + options.gradient * gradient_loss(again, truth_in)
            total = total + options.rebuild * parts["rebuild"]
        if self.loop.progress >= options.adversarial_from:
            beside = lambda pictures: torch.cat([pictures, prior_in], 2).flatten(0, 1)
            with half_precision(device):
                parts["discriminator"] = self.adversary.learn(beside(truth_in), beside(made_in))
                total = total + self.adversary.loss(beside(made_in), rebuilt, made)
        for name, value in parts.items():
            numbers[name] = numbers.get(name, 0.0) + value.detach()
        return total

    def decoded(self, latents, memory):
        """Pictures of normalised latents, as they come."""
        with half_precision(self.options.device):
            return self.codec.decode(self.codec.denormalised(latents), memory, clamp=False).float()


if __name__ == "__main__":
    main(FinetuneOptions, train, required=("run", "clips"))
