"""Latents of many clips in one memory-mapped file a kind, so that training a transformer decodes no video.

    exo, filled, ego   float16 [N, F, c, h, w], normalised
    coverage           uint8   [N, F, T, H, W], 255 observed
    hands              uint8   [N, F, H, W], 255 where the truth shows nothing but the wearer's hands and arms
    points             float32 [N, F, m, 3]     rays [N, F, n, 3]     centres [N, F, 3]

`index.json` names the clips in order; a row that is not named yet has not been written. It also holds the statistics by which latents
were normalised: where the run's config.json has others, they are of another encoder.
"""

import json
import os
from pathlib import Path

import numpy as np
import torch

from .config import ModelConfig
from .errors import ConfigNotUsable, NoUsableClips
from .streaming import Chunk


def row_shapes(config, frames):
    """Name to (dtype, shape of one clip) for clips of so many latent frames."""
    c = config.codec.latent_channels
    exo, ego = config.latent_size("exo"), config.latent_size("ego")
    m, n = (rows * columns for rows, columns in (config.token_size("exo"), config.token_size("ego")))
    return {"exo": (np.float16, (frames, c, *exo)), "filled": (np.float16, (frames, c, *ego)), "ego": (np.float16, (frames, c, *ego)),
            "coverage": (np.uint8, (frames, config.codec.frames_per_latent, *ego)), "hands": (np.uint8, (frames, *ego)), "points": (np.float32, (frames, m, 3)),
            "rays": (np.float32, (frames, n, 3)), "centres": (np.float32, (frames, 3))}


class Batches:
    """Batches of clips, for whoever gives `rows(name, indices, first, frames)`: float32 [B, frames, ...] of one array."""

    def batch(self, indices, first=None, frames=None):
        """(`Chunk`, ego latents) of several clips; `first` [B] are their first latent frames, `frames` how many."""
        rows = lambda name: self.rows(name, indices, first, frames)
        chunk = Chunk(rows("exo"), rows("filled"), rows("coverage") / 255, rows("points"), rows("rays"), rows("centres"))
        return chunk, rows("ego")

    def hands(self, indices, first=None, frames=None):
        """[B, F, 1, H, W]: how much of every latent's square the wearer's hands and arms are in the truth, 0...1."""
        return self.rows("hands", indices, first, frames)[:, :, None] / 255


class LatentSet(Batches):
    """The files of a folder. `create` makes room for `capacity` clips; `open` reads what is there."""

    device = torch.device("cpu")
    """Where batches are."""

    def __init__(self, folder, arrays, names, frames, statistics=None):
        self.folder, self.arrays, self.names, self.frames, self.statistics = Path(folder), arrays, names, frames, statistics

    @staticmethod
    def create(folder, config, frames, capacity):
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        arrays = {name: np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, (capacity, *shape))
                  for name, (dtype, shape) in row_shapes(config, frames).items()}
        made = LatentSet(folder, arrays, [], frames, config.codec.statistics)
        made._write_index()
        return made

    @staticmethod
    def open(folder, writable=False):
        """That of a folder in a run. Raises `NoUsableClips`, and `ConfigNotUsable` where the run's codec is not theirs any more."""
        folder = Path(folder)
        try:
            index = json.loads((folder / "index.json").read_text())
            arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r+" if writable else "r") for name in index["arrays"]}
        except (OSError, ValueError, KeyError) as error:
            raise NoUsableClips(f"{folder}: no cached latents ({error}); run egomodel.cache_latents") from error
        if index.get("statistics") not in (None, ModelConfig.read(folder.parent / "config.json").codec.statistics):
            raise ConfigNotUsable(f"{folder} is of another encoder than {folder.parent}/config.json; remove it and run egomodel.cache_latents")
        if not index["clips"] and not writable:
            raise NoUsableClips(f"{folder}: no clip is cached yet; run egomodel.cache_latents")
        return LatentSet(folder, arrays, index["clips"], index["frames"], index.get("statistics"))

    def append(self, name, rows):
        for key, value in rows.items():
            self.arrays[key][len(self.names)] = value
        self.names.append(name)
        self._write_index()

    def _write_index(self):
        text = json.dumps({"frames": self.frames, "arrays": sorted(self.arrays), "clips": self.names, "statistics": self.statistics})
        beside = self.folder / "index.writing"
        beside.write_text(text)
        os.replace(beside, self.folder / "index.json")

    def __len__(self):
        return len(self.names)

    @property
    def capacity(self):
        return len(self.arrays["exo"])

    def part(self, indices):
        """The same set with only these rows."""
        return LatentSet(self.folder, {k: _Rows(v, indices) for k, v in self.arrays.items()}, [self.names[i] for i in indices], self.frames)

    def rows(self, name, indices, first=None, frames=None):
        frames, first = frames or self.frames, [0] * len(indices) if first is None else first
        return torch.from_numpy(np.stack([self.arrays[name][i][f:f + frames] for i, f in zip(indices, first)])).float()


class _Rows:
    """Some rows of an array, without a copy."""

    def __init__(self, array, indices):
        self.array, self.indices = array, list(indices)

    def __getitem__(self, index):
        return self.array[self.indices[index]]

    def __len__(self):
        return len(self.indices)
