"""Trains the video codec on ego truth, filled priors and exo frames, all three of which are encoded in use.

Loss: mean absolute difference, that of gradients at three sizes, and late a patch discriminator. A little noise is put on
the latents, so that the decoder forgives what a transformer gets wrong. Ends with the latents' statistics in config.json
and the PSNR on held-out clips in codec_metrics.json. Needs --clips and --run.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from . import team
from .adversary import Adversary
from .codec import Codec
from .codec_start import linear_start
from .dataset import UNCHANGED, Clips, apply_colour, colour_change
from .losses import gradient_loss, psnr
from .loop import Average, Loop, LoopOptions, Randomness, step_with
from .options import main
from .pictures import to_tensor
from .precision import half_precision
from .runs import open_config, write_config

SOURCES = ("ego", "filled", "exo")


@dataclass
class CodecOptions(LoopOptions):
    clips: Path = None
    """folder of clip_*.npz"""
    config: Path = None
    """config.json to begin a run with, such as ego-tiny.json (default: the run's own); a run that has another is refused, unless with --fresh"""
    batch: int = 2
    """crops a step"""
    frames: int = 8
    """a crop; at least two latents' worth, or the codec never learns to use what it remembers"""
    crop: int = 64
    """pixels along a side; many small steps beat fewer large ones by far"""
    rate: float = 3e-5
    """of learning; ten times as much undoes the linear start"""
    train_encoder: bool = False
    """train the encoder too; else it stays the linear transform that it begins as, and latents can be cached at once"""
    gradient: float = 1.0
    """weight of the gradient loss"""
    start_clips: int = 80
    """whose crops, one of each source, set the linear transform that training begins with"""
    latent_noise: float = 0.05
    """put on latents, against their own size"""
    deviation_power: float = 0.5
    """of the latents' own deviations in the normalised ones': at 1 all channels are alike, at 0 as different as pictures make them"""
    adversarial_from: float = 0.8
    """progress at which the discriminator comes in; 1 for never"""
    held_out: int = 16
    """clips that are not trained on"""
    weights: str = "2,1,1"
    """how often ego truth, filled priors and exo frames are drawn"""


def train(options):
    config = open_config(options)
    clips, held_out = Clips(options.clips).split(options.held_out)
    clips = clips.first(1) if options.overfit else clips
    clips.require_size(config)
    torch.manual_seed(options.seed)
    codec, begins = Codec(config.codec), options.fresh or not (Path(options.run) / "codec.pt").exists()
    if begins:
        linear_start(codec, start_pictures(options, config, clips), options.seed)
    codec.encoder.requires_grad_(options.train_encoder)
    trainer = CodecTrainer(options, config, codec.to(options.device, memory_format=torch.channels_last), clips)
    if begins or options.train_encoder:
        # Whatever ends this run before new statistics are written, nobody shall take the old ones for this encoder's.
        config.codec.forget_statistics()
        write_config(options.run, config)
    ended = trainer.loop.run(trainer.batch, trainer.step)
    if team.rank() == 0 and not config.codec.measured:
        measure(options, config, trainer.average.network, clips)
    if ended:
        report(options, trainer.average.network, held_out if not options.overfit else clips)
    print(clips.report())


class CodecTrainer:
    def __init__(self, options, config, codec, clips):
        self.options, self.config, self.codec, self.clips = options, config, codec, clips
        self.average = Average(codec, options.ema)
        self.trained = [p for p in codec.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(self.trained, options.rate, betas=(0.9, 0.99), weight_decay=0)
        self.adversary = Adversary().to(options.device)
        state = {"codec": codec, "average": self.average, "optimiser": self.optimiser, "adversary": self.adversary,
                 "discriminator": self.adversary.optimiser}
        self.loop = Loop("codec", options, state)

    def batch(self, step):
        """Crops [B, T, 3, side, side] in 0...1, each of one source of one clip, with its colours changed."""
        random = Randomness(self.options.seed, step)
        draws, weights = random.numpy, np.array([float(w) for w in self.options.weights.split(",")])
        crops = []
        for _ in range(self.options.batch):
            source = SOURCES[draws.choice(3, p=weights / weights.sum())]
            _, (video,) = self.clips.draw(draws, source)
            change = UNCHANGED if self.options.overfit else colour_change(draws)
            crops.append(to_tensor(apply_colour(random_crop(draws, video, self.options.frames, self.options.crop), change)))
        return torch.cat(crops)

    def step(self, batch):
        pictures, device = batch.to(self.options.device), self.options.device
        with half_precision(device):
            latents = self.codec.encode(pictures)
            noise = torch.empty_like(latents).normal_(generator=self.generator())
            made = self.codec.decode(latents + self.options.latent_noise * latents.detach().std() * noise, clamp=False)
        made = made.float()
        l1 = (made - pictures).abs().mean()
        gradients = gradient_loss(made, pictures)
        # A gentle pull keeps latents where the decoder's clamp is nearly straight.
        rebuilt = l1 + self.options.gradient * gradients + 1e-4 * latents.float().square().mean()
        numbers, total = {"l1": float(l1.detach()), "gradient": float(gradients.detach())}, rebuilt
        if self.loop.progress >= self.options.adversarial_from:
            flat_made, flat_true = made.flatten(0, 1), pictures.flatten(0, 1)
            with half_precision(device):
                numbers["discriminator"] = float(self.adversary.learn(flat_true, flat_made))
                total = rebuilt + self.adversary.loss(flat_made, rebuilt, made)
        total.backward()
        numbers["norm"] = step_with(self.optimiser, self.trained, self.loop.rate)
        self.average.follow(self.codec, self.loop.step)
        return numbers

    def generator(self):
        return torch.Generator(self.options.device).manual_seed((self.options.seed << 32) + self.loop.number)


def start_pictures(options, config, clips):
    """Crops [B, T, 3, side, side] of two latents' frames and six latents' width, one of each source of the first clips."""
    draws = np.random.default_rng([options.seed, 1 << 31])
    frames, side = 2 * config.codec.frames_per_latent, min(6, *config.latent_size("exo"), *config.latent_size("ego")) * config.codec.square
    read = filter(None, (clips.read(index, *SOURCES) for index in range(len(clips))))
    crops = [random_crop(draws, video, frames, side) for videos in itertools.islice(read, options.start_clips) for video in videos]
    return torch.cat([to_tensor(apply_colour(crop, UNCHANGED)) for crop in crops])


def random_crop(draws, video, frames, side):
    """[frames, side, side, 3] of a video [T, H, W, 3] at a random place and time; the whole height where it is less."""
    total, height, width, _ = video.shape
    frames, rows, columns = min(frames, total), min(side, height) // 8 * 8, min(side, width) // 8 * 8
    t, y, x = (int(draws.integers(size - part + 1)) for size, part in ((total, frames), (height, rows), (width, columns)))
    crop = video[t:t + frames, y:y + rows, x:x + columns]
    missing = side - rows
    return np.pad(crop, ((0, 0), (0, missing), (0, 0), (0, 0)), mode="edge") if missing > 0 else crop


@torch.no_grad()
def measure(options, config, codec, clips):
    """Writes the latents' statistics into config.json."""
    sums, squares, count = 0.0, 0.0, 0
    for index in range(min(len(clips), 24)):
        videos = clips.read(index, "ego", "filled", "exo")
        for video in videos or ():
            latents = encoded(options, codec, video[:16]).float()
            sums, squares = sums + latents.double().sum((0, 1, 3, 4)), squares + latents.double().square().sum((0, 1, 3, 4))
            count += latents[:, :, 0].numel()
    mean = sums / count
    deviation = (squares / count - mean**2).clamp_min(1e-6).sqrt()
    config.codec.latent_mean = [round(float(v), 5) for v in mean]
    power = options.deviation_power
    deviation = deviation**power * deviation.pow(2 - 2 * power).mean().sqrt()
    config.codec.latent_deviation = [round(float(v), 5) for v in deviation]
    write_config(options.run, config)


@torch.no_grad()
def report(options, codec, held_out):
    """Writes the quality on held-out clips into codec_metrics.json."""
    scores = {source: [] for source in SOURCES}
    for index in range(min(len(held_out), 8)):
        for source, video in zip(SOURCES, held_out.read(index, *SOURCES) or ()):
            with half_precision(options.device):
                made = codec.decode(encoded(options, codec, video[:16])).float()
            scores[source].append(psnr(made, to_tensor(apply_colour(video[:16], UNCHANGED)).to(made.device)))
    metrics = {f"psnr_{source}": round(float(np.mean(values)), 2) for source, values in scores.items() if values}
    (Path(options.run) / "codec_metrics.json").write_text(json.dumps(metrics, indent=1) + "\n")
    print("held-out reconstruction:", metrics)


def encoded(options, codec, video):
    """Latents of a video uint8 [T, H, W, 3], in the precision that they come in."""
    with half_precision(options.device):
        return codec.encode(to_tensor(apply_colour(video, UNCHANGED)).to(options.device))


if __name__ == "__main__":
    main(CodecOptions, train, required=("run", "clips"))
