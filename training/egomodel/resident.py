"""Clips on the device that trains: latents, geometry and pictures. They may come while training goes on.

Every clip counts twice, as it is and in a mirror: turned over, pictures and the order of tokens show a world that could be, and
as the geometry bias takes nothing but angles between rays and points, these need not be mirrored themselves.
"""

import numpy as np
import torch

from .inputs import pooled_coverage
from .latent_set import row_shapes
from .streaming import Chunk

ARRAYS = ("exo", "filled", "ego", "coverage", "hands", "points", "rays", "centres")
"""Of a clip to append: pictures uint8 [T, h, w, 3], masks uint8 [T, H, W], geometry as in `latent_set`."""


class ResidentClips:
    """Room for `capacity` clips of so many latent frames. Even numbers are clips as they are, odd ones the same mirrored.

    `append` is for one thread, everything else for another.
    """

    def __init__(self, config, codec, frames, capacity, device):
        self.config, self.codec, self.frames, self.device, self.count = config, codec, frames, torch.device(device), 0
        room = lambda shape, kind: torch.empty(shape, dtype=kind, device=device)
        kinds = {np.float16: torch.float16, np.float32: torch.float32, np.uint8: torch.uint8}
        self.rows = {name: room((2 * capacity, *shape), kinds[kind]) for name, (kind, shape) in row_shapes(config, frames).items()}
        size = (capacity, frames * config.codec.frames_per_latent, config.ego.height, config.ego.width)
        self.ego, self.filled, self.coverage, self.hand_masks = (room(size + tail, torch.uint8) for tail in ((3,), (3,), (), ()))
        self.capacity = capacity

    def __len__(self):
        return 2 * self.count

    @property
    def full(self):
        return self.count == self.capacity

    @torch.no_grad()
    def append(self, clip):
        """`clip` maps `ARRAYS` to tensors on the processor."""
        clip = {name: value.to(self.device) for name, value in clip.items()}
        place, both = self.count, slice(2 * self.count, 2 * self.count + 2)
        each, square = self.config.codec.frames_per_latent, self.config.codec.square
        for name in ("exo", "filled", "ego"):
            pictures = with_mirrored(clip[name].permute(0, 3, 1, 2).float() / 255, -1)
            with torch.autocast(self.device.type, torch.bfloat16):
                latents = self.codec.encode(pictures)
            self.rows[name][both] = self.codec.normalised(latents.float()).to(torch.float16)
        masks = {name: with_mirrored(clip[name].float(), -1) for name in ("coverage", "hands")}
        self.rows["coverage"][both] = (pooled_coverage(masks["coverage"], each, square) + 0.5).byte()
        self.rows["hands"][both] = (pooled_coverage(masks["hands"], each, square).mean(2) + 0.5).byte()
        for name, view in (("points", "exo"), ("rays", "ego")):
            grid = clip[name].unflatten(1, self.config.token_size(view))
            self.rows[name][both] = with_mirrored(grid, 2).flatten(2, 3)
        self.rows["centres"][both] = clip["centres"]
        for pictures, name in ((self.ego, "ego"), (self.filled, "filled"), (self.coverage, "coverage"), (self.hand_masks, "hands")):
            pictures[place] = clip[name]
        if self.device.type == "cuda":
            torch.cuda.current_stream().synchronize()
        self.count += 1

    def batch(self, indices, first=None, frames=None):
        """As a `LatentSet` gives them, by the clips' numbers."""
        rows = lambda name: self.some(name, indices, first, frames).float()
        return Chunk(rows("exo"), rows("filled"), rows("coverage") / 255, rows("points"), rows("rays"), rows("centres")), rows("ego")

    def hands(self, indices, first=None, frames=None):
        return self.some("hands", indices, first, frames)[:, :, None].float() / 255

    def draw(self, draws, count):
        """Numbers of `count` clips at random."""
        return draws.integers(len(self), size=count)

    def pictures(self, indices, frames, rows, columns):
        """Of a cut of every clip: truth [B, T, 3, h, w]; filled prior with coverage [B, T, 4, h, w]; hands [B, T, 1, h, w]; in 0...1."""
        def cut(pictures, mirrored):
            columns_of = slice(pictures.shape[3] - columns.stop, pictures.shape[3] - columns.start) if mirrored else columns
            chosen = pictures[:, frames, rows, columns_of]
            return chosen.flip(3) if mirrored else chosen

        def all_of(pictures):
            found = torch.stack([cut(pictures[None, index // 2], index % 2)[0] for index in map(int, indices)])
            found = found.float() / 255
            return found.permute(0, 1, 4, 2, 3) if found.ndim == 5 else found[:, :, None]

        return all_of(self.ego), torch.cat([all_of(self.filled), all_of(self.coverage)], 2), all_of(self.hand_masks)

    def some(self, name, indices, first, frames):
        chosen = self.rows[name][torch.as_tensor(indices, device=self.device)]
        if frames in (None, self.frames):
            return chosen
        return torch.stack([clip[start:start + frames] for clip, start in zip(chosen, first)])


def with_mirrored(values, dim):
    """[2, ...]: `values` and the same flipped along a dimension."""
    return torch.stack([values, values.flip(dim)])
