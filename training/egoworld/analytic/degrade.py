"""What real depth, poses and pictures suffer from, done to perfect ones."""

import io

import numpy as np
from PIL import Image

LARGEST = 65000  # millimetres that a sample can hold


def _spread(grid, height, width):
    """A coarse grid (..., h, w) stretched smoothly to (..., height, width)."""
    def weights(count, size):
        at = np.linspace(0, count - 1, size)
        low = np.minimum(at.astype(int), count - 2)
        share = at - low
        share = share * share * (3 - 2 * share)
        out = np.zeros((size, count), np.float32)
        out[np.arange(size), low] = 1 - share
        out[np.arange(size), low + 1] = share
        return out
    return weights(grid.shape[-2], height) @ grid.astype(np.float32) @ weights(grid.shape[-1], width).T


def _blurred(picture, radius):
    """Box mean over (2 radius + 1)² pixels, edges repeated."""
    for axis in (0, 1):
        padded = np.pad(picture, [(radius, radius) if k == axis else (0, 0) for k in range(picture.ndim)], mode="edge")
        total = np.cumsum(padded, axis=axis, dtype=np.float32)
        total = np.insert(total, 0, 0, axis=axis)
        size, window = picture.shape[axis], 2 * radius + 1
        picture = (np.take(total, range(window, window + size), axis) - np.take(total, range(size), axis)) / window
    return picture


class DepthFaults:
    """One clip's faults: the same kind all through, drifting and flickering from frame to frame.

    `perfect` leaves millimetres rounded and nothing else.
    """

    def __init__(self, random, height, width, perfect):
        self.perfect, self.size = perfect, (height, width)
        self._random = random
        self._scale = 1 + np.clip(random.normal(0, 0.035), -0.08, 0.08)
        self._shift = random.normal(0, 0.02)  # metres
        self._flicker, self._flicker_now = abs(random.normal(0, 0.006)), 0.0
        self._bias = random.normal(0, 1, (2, *random.integers(3, 7, 2)))
        self._bias_size, self._far_bias = abs(random.normal(0, 0.02)), random.normal(0, 0.05)
        self._drift = random.uniform(0, 2 * np.pi), random.uniform(0.02, 0.15)
        self._edges = int(random.choice([0, 1, 1, 1, 2]))
        self._noise = random.choice([0, 0, abs(random.normal(0, 0.006))])
        self._holes = random.uniform(0.03, 0.12) if random.random() < 0.3 else 0.0
        self._hole_field = random.normal(0, 1, (2, 9, 16))
        self._edge_holes = random.random() < 0.25
        self._step = random.uniform(0.001, 0.03) if random.random() < 0.5 else 0.0
        self._levels = 2 ** int(random.integers(8, 13)) if self._step == 0 and random.random() < 0.6 else 0
        self._frame = 0

    def apply(self, metres):
        """True depth (metres, 0 = none) to what a depth source would give: u16 millimetres, 0 = none."""
        seen = metres > 0
        if self.perfect:
            return _millimetres(metres, seen)
        random, (height, width) = self._random, self.size
        inverse = 1 / np.maximum(metres, 0.05)
        if self._edges:
            inverse = _blurred(inverse, self._edges)
        depth = 1 / inverse
        a = self._drift[0] + self._drift[1] * self._frame
        bias = _spread(np.cos(a) * self._bias[0] + np.sin(a) * self._bias[1], height, width) * self._bias_size
        bias += self._far_bias * np.clip(depth / 8, 0, 1.5)
        self._flicker_now = 0.8 * self._flicker_now + self._flicker * random.normal()
        depth = depth * (self._scale + self._flicker_now) * np.exp(np.clip(bias, -0.15, 0.15)) + self._shift
        if self._noise:
            depth *= 1 + self._noise * random.standard_normal(depth.shape, np.float32)
        if self._levels:
            near, far = 1 / 0.3, 1 / 30
            code = np.round((1 / np.maximum(depth, 0.1) - far) / (near - far) * self._levels)
            depth = 1 / np.maximum(code / self._levels * (near - far) + far, 0.5 * far)
        if self._step:
            depth = np.round(depth / self._step) * self._step
        if self._holes:
            field = _spread(np.cos(a) * self._hole_field[0] + np.sin(a) * self._hole_field[1], height, width)
            seen = seen & (field > np.quantile(field[::4, ::4], self._holes))
        if self._edge_holes:
            jump = np.zeros_like(seen)
            for axis in (0, 1):
                step = np.abs(np.diff(metres, axis=axis)) > 0.08 * np.minimum(*_neighbours(metres, axis))
                for part in (slice(1, None), slice(None, -1)):
                    jump[(part, slice(None)) if axis == 0 else (slice(None), part)] |= step
            seen = seen & ~jump
        self._frame += 1
        return _millimetres(depth, seen)


def _neighbours(picture, axis):
    return (picture[1:], picture[:-1]) if axis == 0 else (picture[:, 1:], picture[:, :-1])


def _millimetres(metres, seen):
    return np.where(seen, np.clip(np.rint(metres * 1000), 1, LARGEST), 0).astype(np.uint16)


def _rotation(vector):
    """A turn about `vector` by its length in radians (Rodrigues)."""
    angle = np.linalg.norm(vector)
    if angle < 1e-9:
        return np.eye(3)
    x, y, z = vector / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


class PoseFaults:
    """A camera's calibration or tracking error: one constant part a clip and a small drift."""

    def __init__(self, random, metres, degrees):
        self._turn = random.normal(0, 1, 3) * np.radians(degrees) / np.sqrt(3)
        self._shift = random.normal(0, 1, 3) * metres / np.sqrt(3)
        self._drift = random.normal(0, 0.1, (2, 6))
        self._rate = random.uniform(0.05, 0.3)
        self._metres, self._degrees, self._frame = metres, degrees, 0

    def apply(self, world_to_camera):
        drift = np.sin(self._rate * self._frame) * self._drift[0] + np.cos(self._rate * self._frame) * self._drift[1]
        self._frame += 1
        turn = _rotation(self._turn + drift[:3] * np.radians(self._degrees))
        out = turn @ world_to_camera
        out[:, 3] += self._shift + drift[3:] * self._metres
        return out


class PictureFaults:
    """The exo camera's blur, noise and compression; one strength a clip."""

    def __init__(self, random):
        self._random = random
        self._blur = random.uniform(0.1, 0.6) if random.random() < 0.4 else 0.0
        self._noise = random.uniform(0.5, 5) if random.random() < 0.5 else 0.0
        self._quality = int(random.integers(35, 93)) if random.random() < 0.6 else 0

    def apply(self, rgb):
        if self._blur:
            soft = _blurred(rgb.astype(np.float32), 1)
            rgb = np.rint(rgb + self._blur * (soft - rgb)).astype(np.uint8)
        if self._noise:
            noise = self._random.standard_normal(rgb.shape, np.float32) * self._noise
            rgb = np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)
        if self._quality:
            file = io.BytesIO()
            Image.fromarray(rgb).save(file, "JPEG", quality=self._quality)
            rgb = np.asarray(Image.open(file))
        return rgb
