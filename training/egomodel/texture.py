"""How far the texture of two videos is apart, wherever it stands: 0 is best.

The sliced Wasserstein distance between 7 x 7 patches of Laplacian pyramids of four levels (Karras and others, 2018), in units
of the truth's standard deviation, times 100: the same measure as `swd` of egobench quality.
"""

import numpy as np
import torch.nn.functional as F

LEVELS, SIDE, PATCHES, DIRECTIONS = 4, 7, 128, 128


def texture_distance(made, true):
    """Of two videos [T, 3, H, W] in 0...1. Levels too small for a patch count for nothing."""
    levels = []
    for ours, theirs in zip(patches(made, 0), patches(true, 10**6)):
        if len(theirs) == 0:
            continue
        mean, deviation = theirs.mean(0), theirs.std() + 1e-6
        directions = np.random.default_rng(1).normal(size=(theirs.shape[1], DIRECTIONS)).astype(np.float32)
        directions /= np.linalg.norm(directions, axis=0)
        one, other = (np.sort((part - mean) / deviation @ directions, 0) for part in (ours, theirs))
        levels.append(np.abs(one - other).mean())
    return 100 * float(np.mean(levels))


def patches(video, first_seed):
    """For every level, random patches [T * PATCHES, 3 * SIDE * SIDE] in 8-bit steps; frame n draws with seed `first_seed` + n."""
    random = [np.random.default_rng(first_seed + frame) for frame in range(len(video))]
    found = []
    for band in laplacian(video.float() * 255):
        height, width = band.shape[-2:]
        if min(height, width) <= SIDE:
            found.append(np.empty((0, 3 * SIDE * SIDE), np.float32))
            continue
        values, rows = band.permute(0, 2, 3, 1).numpy(), []
        for frame, draws in zip(values, random):
            y, x = draws.integers(0, height - SIDE, PATCHES), draws.integers(0, width - SIDE, PATCHES)
            rows += [frame[j:j + SIDE, i:i + SIDE].ravel() for j, i in zip(y, x)]
        found.append(np.stack(rows))
    return found


def laplacian(video):
    """LEVELS bands of [T, 3, H, W]: each what halving loses, the last what is left."""
    bands = []
    for _ in range(LEVELS - 1):
        smaller = halved(video)
        bands.append(video - doubled(smaller, video.shape[-2:]))
        video = smaller
    return [*bands, video]


def halved(video):
    return filtered(video)[..., ::2, ::2]


def doubled(video, size):
    sparse = video.new_zeros(*video.shape[:2], *size)
    sparse[..., ::2, ::2] = 4 * video
    return filtered(sparse)


def filtered(video):
    """(1 4 6 4 1) / 16 along both sides, mirrored without repeating the last pixel."""
    x = F.pad(video, (2, 2, 2, 2), "reflect")
    x = (x[..., :-4] + x[..., 4:] + 4 * (x[..., 1:-3] + x[..., 3:-1]) + 6 * x[..., 2:-2]) / 16
    return (x[..., :-4, :] + x[..., 4:, :] + 4 * (x[..., 1:-3, :] + x[..., 3:-1, :]) + 6 * x[..., 2:-2, :]) / 16
