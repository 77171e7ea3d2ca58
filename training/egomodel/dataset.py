"""Clips: `clip_<seed>.npz` files of pictures, depth, priors and cameras, read a few arrays at a time.

Every clip holds T frames of exo [T, h, w, 3], ego, prior and filled [T, H, W, 3], coverage and tags [T, H, W], depth in
millimetres, and the cameras and poses that the product was given. A clip that cannot be read is left out by name.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import NoUsableClips

CAMERAS = ("exo_camera", "ego_camera", "exo_world_to_camera", "ego_world_to_camera")
EXPECTED = ("exo", "exo_depth", "ego", "prior", "coverage", "filled", "ego_tags", *CAMERAS)


@dataclass
class Cameras:
    """The documents of both cameras, and their poses [T, 3, 4]."""

    exo: dict
    ego: dict
    exo_world_to_camera: np.ndarray
    ego_world_to_camera: np.ndarray


def cameras_of(arrays):
    """The `Cameras` among a clip's arrays."""
    exo, ego, *poses = (arrays[name] for name in CAMERAS)
    return Cameras(json.loads(str(exo)), json.loads(str(ego)), *poses)


class Clips:
    """The clips of a folder, by name. `skipped` maps names to why they were left out."""

    def __init__(self, folder, paths=None, skipped=None):
        self.folder = Path(folder)
        self.paths = sorted(self.folder.glob("clip_*.npz")) if paths is None else list(paths)
        self.skipped = {} if skipped is None else skipped
        if not self.paths:
            raise NoUsableClips(f"{folder}: no clip_*.npz")

    def __len__(self):
        return len(self.paths)

    def split(self, held_out):
        """(training, held-out) clips: the last `held_out` by name are held out, at most half of them. Where that is none, says that the same
        clips are both."""
        count = min(held_out, len(self.paths) // 2)
        keep = len(self.paths) - count
        held = self.paths[keep:] or self.paths
        if not count:
            print(f"{self.folder}: no clip is held out of {len(self.paths)}; what is measured is measured on clips to train on")
        return Clips(self.folder, self.paths[:keep], self.skipped), Clips(self.folder, held, self.skipped)

    def first(self, count):
        return Clips(self.folder, self.paths[:count], self.skipped)

    def named(self, names):
        """Those of the folder with these names, in this order."""
        return Clips(self.folder, [self.folder / f"{name}.npz" for name in names], self.skipped)

    def read(self, index, *names):
        """Arrays of clip number `index`, or None where it cannot be read (`skipped` then says why)."""
        path = self.paths[index]
        if path.stem in self.skipped:
            return None
        try:
            with np.load(path) as file:
                missing = [name for name in EXPECTED if name not in file.files]
                if missing:
                    raise KeyError(f"without {', '.join(missing)}")
                return [file[name] for name in names]
        except Exception as error:  # what a corrupt file raises depends on which of its bytes are wrong
            self.skipped[path.stem] = f"{type(error).__name__}: {error}"
            return None

    def cameras(self, index):
        read = self.read(index, *CAMERAS)
        return None if read is None else cameras_of(dict(zip(CAMERAS, read)))

    def require_size(self, config):
        """Raises `NoUsableClips` where the first clip that can be read is not of the model's picture sizes, or none can be read."""
        read = next(filter(None, (self.read(index, "exo", "ego") for index in range(len(self)))), None)
        if read is None:
            raise NoUsableClips(f"{self.folder}: none of {len(self)} clips can be read; {self.report()}")
        found = [f"{video.shape[2]}x{video.shape[1]}" for video in read]
        expected = [f"{size.width}x{size.height}" for size in (config.exo, config.ego)]
        if found != expected:
            raise NoUsableClips(f"{self.folder}: exo and ego pictures of {' and '.join(found)}; expected {' and '.join(expected)}, as in the run's "
                                f"config.json: egoworld.analytic.make_dataset --width {config.ego.width} makes them")

    def draw(self, random, *names):
        """(index, arrays) of a clip drawn at random; unreadable ones are drawn again. Raises `NoUsableClips`."""
        for _ in range(4 * len(self.paths) + 16):
            index = int(random.integers(len(self.paths)))
            arrays = self.read(index, *names)
            if arrays is not None:
                return index, arrays
        raise NoUsableClips(f"{self.folder}: none of {len(self.paths)} clips can be read; {self.report()}")

    def report(self):
        """One line on what was left out."""
        if not self.skipped:
            return "no clip was skipped"
        some = "; ".join(f"{name} ({why})" for name, why in sorted(self.skipped.items())[:3])
        return f"{len(self.skipped)} clips skipped: {some}"


def colour_change(random, strength=1.0):
    """A gamma and three gains: brightness, contrast and white balance. Black stays black, so what lies outside a lens does."""
    gamma = np.exp(random.normal(0, 0.12 * strength))
    gains = np.exp(random.normal(0, 0.10 * strength) + random.normal(0, 0.04 * strength, 3))
    return gamma, gains


def apply_colour(pictures, change):
    """uint8 [..., 3] to float32 in 0...1, changed by the same `change` for everything of a clip."""
    gamma, gains = change
    levels = np.arange(256) / 255.0
    table = np.clip(levels[:, None] ** gamma * gains, 0, 1).astype(np.float32)
    return np.stack([table[pictures[..., channel], channel] for channel in range(3)], -1)


UNCHANGED = (1.0, np.ones(3))
