"""What every evaluation begins with: a run's networks, held-out clips with their cached latents, and the pictures made of them."""

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from egoworld.product_prior import load

from .composition import composed
from .dataset import Clips
from .geometry_tokens import pixel_rays, scaled
from .errors import NoUsableClips
from .latent_set import LatentSet
from .pictures import to_bytes
from .precision import half_precision
from .runs import fingerprint, latest, load_codec, load_transformer, open_config
from .streaming import Stream


@dataclass
class JudgingOptions:
    run: Path = None
    """folder of the run"""
    clips: Path = None
    """folder of clip_*.npz"""
    stage: str = "latest"
    """teacher, distill, finetune or the latest of them"""
    latents: str = "latents-held-out"
    """folder of cached latents in the run; names the clips"""
    count: int = 8
    """clips"""
    device: str = "cpu"
    threads: int = 2


class Judged:
    """The model of a stage, as it is exported, and clips to judge it by."""

    def __init__(self, options):
        self.options, self.config = options, open_config(options)
        load()  # what is shown is composed by it: better told of now than after the first clip
        self.stage = latest(options.run) if options.stage == "latest" else options.stage
        self.network = load_transformer(options.run, self.config, self.stage, options.device).eval()
        self.codec = load_codec(options.run, self.config, options.device, self.stage)
        self.weights = fingerprint(self.codec.state_dict(), self.network.state_dict())
        self.latents = LatentSet.open(Path(options.run) / options.latents)
        self.clips = Clips(options.clips).named(self.latents.names)

    @property
    def each(self):
        """Video frames to a latent frame."""
        return self.config.codec.frames_per_latent

    @property
    def chunk_frames(self):
        return self.each * self.config.attention.chunk_latent_frames

    def indices(self, count=None):
        """Of the first `count` clips (default: the options'), those whose cameras can be read. Raises `NoUsableClips` without any."""
        wanted = range(min(self.options.count if count is None else count, len(self.latents)))
        found = [index for index in wanted if self.clips.cameras(index) is not None]
        if wanted and not found:
            raise NoUsableClips(f"{self.clips.folder}: {self.clips.report()}")
        return found

    def lens(self, index):
        """[H, W] bool: where the ego camera's lens sees anything, at the model's size."""
        size = self.config.ego
        return (pixel_rays(scaled(self.clips.cameras(index).ego, size.width, size.height)) != 0).any(-1)

    def streamed(self, chunk, sampler=None, without=None):
        """Ego latents [1, F, c, H, W] of a whole clip, chunk by chunk; `without` geometry, prior or exo."""
        if without == "geometry":
            chunk = replace(chunk, points=None)
        elif without == "prior":
            chunk = replace(chunk, condition=0 * chunk.condition, coverage=0 * chunk.coverage)
        elif without == "exo":
            chunk = replace(chunk, exo=0 * chunk.exo)
        return Stream(self.config, self.network, sampler).whole(chunk, self.options.device)

    def decoded(self, latents, codec=None):
        """float32 pictures [1, T, 3, H, W] on the processor."""
        codec, device = codec or self.codec, self.options.device
        with torch.no_grad(), half_precision(device):
            return codec.decode(codec.denormalised(latents.to(device))).float().cpu()

    def composed(self, pictures, filled, coverage, lens):
        """uint8 [T, H, W, 3]: what the product shows for the model's pictures [1, T, 3, H, W], at the model's size."""
        return composed(filled, coverage, to_bytes(pictures), lens)
