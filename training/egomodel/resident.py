"""Clips on the device that trains: latents, geometry and pictures. They may come while training goes on.

Every clip counts twice, as it is and in a mirror: turned over, pictures and the order of tokens show a world that could be, and
as the geometry bias takes nothing but angles between rays and points, these need not be mirrored themselves.
"""

import numpy as np
import torch

from .cache_latents import latent_rows
from .latent_set import Batches, row_shapes

ARRAYS = ("exo", "filled", "ego", "coverage", "hands", "points", "rays", "centres")
"""Of a clip to append: pictures uint8 [T, h, w, 3], masks uint8 [T, H, W], geometry as in `latent_set`."""


class ResidentClips(Batches):
    """Room for `capacity` clips of so many latent frames. Even numbers are clips as they are, odd ones the same mirrored.

    `append` is for one thread, everything else for another.
    """

    def __init__(self, config, codec, frames, capacity, device):
        self.config, self.codec, self.frames, self.device, self.count = config, codec, frames, torch.device(device), 0
        room = lambda shape, kind: torch.empty(shape, dtype=kind, device=device)
        kinds = {np.float16: torch.float16, np.float32: torch.float32, np.uint8: torch.uint8}
        self.arrays = {name: room((2 * capacity, *shape), kinds[kind]) for name, (kind, shape) in row_shapes(config, frames).items()}
        size = (capacity, frames * config.codec.frames_per_latent, config.ego.height, config.ego.width)
        self.ego, self.filled, self.coverage, self.hand_masks = (room(size + tail, torch.uint8) for tail in ((3,), (3,), (), ()))
        self.capacity = capacity

    def __len__(self):
        return 2 * self.count

    @torch.no_grad()
    def append(self, clip):
        """`clip` maps `ARRAYS` to tensors on the processor."""
        clip = {name: value.to(self.device) for name, value in clip.items()}
        place, both = self.count, slice(2 * self.count, 2 * self.count + 2)
        pictures = {name: with_mirrored(clip[name].permute(0, 3, 1, 2).float() / 255, -1) for name in ("exo", "filled", "ego")}
        masks = {name: with_mirrored(clip[name].float() / 255, -1) for name in ("coverage", "hands")}
        for name, rows in latent_rows(self.config, self.codec, pictures, masks).items():
            self.arrays[name][both] = rows.to(self.arrays[name].dtype)
        for name, view in (("points", "exo"), ("rays", "ego")):
            grid = clip[name].unflatten(1, self.config.token_size(view))
            self.arrays[name][both] = with_mirrored(grid, 2).flatten(2, 3)
        self.arrays["centres"][both] = clip["centres"]
        for pictures, name in ((self.ego, "ego"), (self.filled, "filled"), (self.coverage, "coverage"), (self.hand_masks, "hands")):
            pictures[place] = clip[name]
        if self.device.type == "cuda":
            torch.cuda.current_stream().synchronize()
        self.count += 1

    def draw(self, draws, count):
        """Numbers of `count` clips at random."""
        return draws.integers(len(self), size=count)

    def pictures(self, indices, frames, rows, columns):
        """Of a cut of every clip: truth [B, T, 3, h, w]; filled prior with coverage [B, T, 4, h, w]; hands [B, T, 1, h, w]; in 0...1."""
        turned = slice(self.config.ego.width - columns.stop, self.config.ego.width - columns.start)

        def cut(pictures, mirrored):
            return pictures[frames, rows, turned].flip(2) if mirrored else pictures[frames, rows, columns]

        def all_of(pictures):
            found = torch.stack([cut(pictures[index // 2], index % 2) for index in map(int, indices)]).float() / 255
            return found.permute(0, 1, 4, 2, 3) if found.ndim == 5 else found[:, :, None]

        return all_of(self.ego), torch.cat([all_of(self.filled), all_of(self.coverage)], 2), all_of(self.hand_masks)

    def rows(self, name, indices, first=None, frames=None):
        chosen = self.arrays[name][torch.as_tensor(indices, device=self.device)].float()
        if frames in (None, self.frames):
            return chosen
        return torch.stack([clip[start:start + frames] for clip, start in zip(chosen, first)])


def with_mirrored(values, dim):
    """[2, ...]: `values` and the same flipped along a dimension."""
    return torch.stack([values, values.flip(dim)])
