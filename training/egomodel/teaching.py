"""What the transformer's stages share: batches of latents with their noise, and the loss of a predicted x0."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from .latent_set import LatentSet
from .loop import LoopOptions, Randomness
from .parallel import ParallelPass
from .precision import half_precision
from .sampler import predicted_x0


@dataclass
class TeachingOptions(LoopOptions):
    batch: int = 1
    """clips a step"""
    frames: int = 0
    """latent frames of a clip; 0 for all"""
    copies: int = 2
    """noisy copies of every clip in a step; they share the clean ones' keys"""
    rate: float = 1e-3
    """of learning"""
    shift: float = 2.0
    """of the timesteps: uniform u becomes shift*u / (1 + (shift - 1)*u)"""
    channel_power: float = 1.0
    """how much more the loss heeds channels with a large deviation: 0 alike, 1 by it, 2 by its square"""
    history_noise: float = 0.2
    """most noise on the clean history, drawn from 0 up: what a stream remembers is not perfect either"""
    untrue_history: float = 0.0
    """share of clips whose clean history is the filled prior in place of the truth, which a stream never sees"""
    drop_prior: float = 0.05
    """share of clips without a prior"""
    drop_exo: float = 0.05
    """share of clips without exo latents"""
    drop_geometry: float = 0.05
    """share of clips without geometry bias"""
    hands: float = 0.0
    """how much more than elsewhere the loss heeds latents that show the wearer's hands and arms"""


@dataclass
class Lesson:
    """A batch: clean latents and what stands beside them, with noise drawn for it."""

    exo: torch.Tensor
    clean: torch.Tensor
    condition: torch.Tensor
    coverage: torch.Tensor
    geometry: tuple
    """(points, rays, centres); rays of zero where the bias is dropped."""
    history: torch.Tensor
    """What stands for the clean frames before: the truth or the prior, with the history's noise."""
    noise: torch.Tensor
    """[B, K, F, c, H, W]."""
    sigma: torch.Tensor
    """[B, K, F], the same for a chunk's frames."""
    heed: torch.Tensor
    """[B, 1, F, 1, H, W]: how much an error counts there."""

    def to(self, device):
        move = lambda value: tuple(map(move, value)) if isinstance(value, tuple) else value.to(device)
        return Lesson(*(move(value) for value in vars(self).values()))

    def noisy(self, sigma=None):
        sigma = stretched(self.sigma if sigma is None else sigma)
        return (1 - sigma) * self.clean[:, None] + sigma * self.noise


def stretched(sigma):
    """[B, K, F] to [B, K, F, 1, 1, 1]."""
    return sigma[..., None, None, None]


class Lessons:
    """Draws lessons from latents: those that are cached in the run, or others that `batch` and `hands` tell of."""

    def __init__(self, options, config, latents=None):
        self.options, self.config = options, config
        self.latents = LatentSet.open(Path(options.run) / "latents") if latents is None else latents
        if options.overfit:
            self.latents = self.latents.part([0])
        self.frames = min(options.frames or self.latents.frames, self.latents.frames)
        self.frames -= self.frames % config.attention.chunk_latent_frames

    def __call__(self, step):
        o, random = self.options, Randomness(self.options.seed, step, self.latents.device)
        draws = random.numpy
        # Overfitting proves the loop on one clip and one draw of noise levels is not enough of a test: only the clip is fixed.
        indices = draws.integers(len(self.latents), size=o.batch)
        first = draws.integers(self.latents.frames - self.frames + 1, size=o.batch)
        chunk, clean = self.latents.batch(indices, first, self.frames)
        length = self.config.attention.chunk_latent_frames
        sigma = self.sigmas(random, (o.batch, o.copies, self.frames // length)).repeat_interleave(length, 2)
        untrue = torch.from_numpy(draws.random((o.batch, 1, 1, 1, 1)) < o.untrue_history).to(clean.device)
        history = torch.where(untrue, chunk.condition, clean)
        history = history + o.history_noise * random.uniform(o.batch, 1, 1, 1, 1) * random.normal(*clean.shape)
        noise = random.normal(o.batch, o.copies, *clean.shape[1:])
        if not o.overfit:
            keep = lambda share: (random.uniform(o.batch, 1, 1, 1, 1) >= share).float()
            prior = keep(o.drop_prior)
            chunk.condition, chunk.coverage = chunk.condition * prior, chunk.coverage * prior
            chunk.exo = chunk.exo * keep(o.drop_exo)
            chunk.rays = chunk.rays * keep(o.drop_geometry)[..., 0]
        heed = 1 + o.hands * self.latents.hands(indices, first, self.frames)[:, None]
        geometry = (chunk.points, chunk.rays, chunk.centres)
        return Lesson(chunk.exo, clean, chunk.condition, chunk.coverage, geometry, history, noise, sigma, heed)

    def sigmas(self, random, size):
        """Noise levels [B, K, chunks]; those of the options' `pure` share are 1."""
        u = random.uniform(*size)
        sigma = self.options.shift * u / (1 + (self.options.shift - 1) * u)
        return torch.where(random.chance(self.options.pure, *size), 1.0, sigma).clamp(0.005, 1)


def pass_over(config, lesson):
    """The parallel pass of a lesson, for any number of predictions."""
    device = lesson.clean.device
    with half_precision(device):
        return ParallelPass(config, *lesson.noise.shape[2:0:-1], lesson.geometry, device=device)


def predict(whole, network, lesson, x, sigma):
    """x0 [B, K, F, c, H, W] for noisy x at sigma [B, K, F], with the lesson's history; `whole` is its `pass_over`."""
    with half_precision(x.device):
        output = whole(network, lesson.exo, lesson.history, x, 1000 * sigma, lesson.condition, lesson.coverage)
    return predicted_x0(whole.config.transformer, output.float(), x, lesson.condition[:, None], stretched(sigma))


def weight(sigma):
    """Of the squared error of x0: that of the velocity's, 1 / sigma^2, but never much more than ten."""
    return 1.1 / (sigma.square() + 0.1)


def channel_weights(config, power=1.0):
    """[c, 1, 1], of mean 1: a normalised channel counts as much as its deviation says, since the decoder shows it so.

    With power 0 all count alike, with 2 as their error in the codec's own scale.
    """
    deviation = torch.tensor(config.codec.latent_deviation).expand(config.codec.latent_channels)
    weights = deviation**power
    return (weights / weights.mean())[:, None, None]


@torch.no_grad()
def initialised(network):
    """Weights for training from nothing: gates open, the output zero, residual branches small together. Returns the network."""
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            layer.bias.zero_()
    nn.init.xavier_uniform_(network.patch_embedding.weight.flatten(1))
    network.patch_embedding.bias.zero_()
    network.condition_embedder.time_proj.weight.mul_(0.1)
    for block in network.blocks:
        for branch in (block.attn1.to_out[0], block.ffn.net[2]):
            branch.weight.div_((2 * len(network.blocks)) ** 0.5)
        block.scale_shift_table.zero_()
        block.scale_shift_table[:, [2, 5]] = 1
    network.scale_shift_table.zero_()
    network.proj_out.weight.zero_()
    network.proj_out.bias.zero_()
    return network
