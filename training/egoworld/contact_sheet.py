"""A picture to look at: a few moments of a clip, exo | depth | ego."""

import numpy as np
from PIL import Image


class ContactSheet:
    """Keeps about `rows` evenly spaced frames."""

    def __init__(self, frames, rows=6):
        self._keep = set(np.linspace(0, frames - 1, min(rows, frames)).astype(int))
        self._rows = []

    def add(self, frame, exo, depth_metres, ego):
        if frame in self._keep:
            near, far = depth_metres.min(), depth_metres.max()
            shade = 1 - (depth_metres - near) / max(far - near, 1e-6)
            self._rows.append(np.concatenate([exo, np.repeat(shade[..., None], 3, 2), ego], 1))

    def write(self, path):
        Image.fromarray((np.concatenate(self._rows) * 255).astype(np.uint8)).save(path)
