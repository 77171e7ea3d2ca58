"""Clips whose latents are cached in a run and whose pictures lie in their own files: what fine-tuning reads on a processor."""

from pathlib import Path

import numpy as np
import torch

from .dataset import Clips
from .latent_set import LatentSet
from .scores import hand_mask


ARRAYS = ("ego", "filled", "coverage", "ego_tags")


class StoredClips:
    """See `ResidentClips` for what its methods give."""

    def __init__(self, run, clips, only_first=False):
        self.latents = LatentSet.open(Path(run) / "latents")
        if only_first:
            self.latents = self.latents.part([0])
        self.clips, self.frames, self.device = Clips(clips).named(self.latents.names), self.latents.frames, self.latents.device
        self.batch, self.drawn = self.latents.batch, {}

    def draw(self, draws, count):
        """Numbers of `count` clips at random, each of which can be read; what was read is kept until the next draw."""
        drawn = [self.clips.draw(draws, *ARRAYS) for _ in range(count)]
        self.drawn = dict(drawn)
        return np.array([index for index, _ in drawn])

    def pictures(self, indices, frames, rows, columns):
        cut = (frames, rows, columns)
        read = [self.drawn.get(index) or self.clips.read(index, *ARRAYS) for index in indices]
        stacked = lambda number: torch.from_numpy(np.stack([arrays[number][cut] for arrays in read]))
        pictures = lambda number: stacked(number).permute(0, 1, 4, 2, 3).float() / 255
        covered, hands = stacked(2)[:, :, None].float() / 255, torch.from_numpy(hand_mask(stacked(3).numpy()))[:, :, None].float()
        return pictures(0), torch.cat([pictures(1), covered], 2), hands
