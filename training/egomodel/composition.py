"""The product's composition in NumPy: what users see of a model's picture (docs/decisions/050).

The model's low band everywhere, the prior's detail as far as it was observed and as both low bands agree, the model's own
detail elsewhere. A twin of DetailComposer.swift and LowBand.swift, step by step, so that numbers of training are of the
picture that is shown; a change there belongs here too.
"""

import numpy as np

TOLERANCE = 40.0
"""Difference of the low bands, in 8-bit steps, at which the prior's share has fallen to a half."""


def composed(filled, coverage, model, lens=None):
    """uint8 [T, H, W, 3] of the filled prior [T, H, W, 3], its coverage [T, H, W] (255 observed) and the model's pictures
    [T, h, w, 3], all uint8; black where `lens` [H, W] is false, if given."""
    return np.stack([composed_frame(*frame, lens) for frame in zip(filled, coverage, model)])


def composed_frame(filled, coverage, model, lens=None):
    height, width = coverage.shape
    cell = max(2, int(width / 448 * 6 + 0.5))
    own, prior = enlarged(model, width, height).astype(np.float32), filled.astype(np.float32)
    low = low_band(own, np.ones((height, width), np.float32), cell)
    prior_low = low_band(prior, coverage.astype(np.float32) / 255, cell)
    difference = low[..., :3] - prior_low[..., :3]
    distance = np.square(difference).sum(-1) / 3
    share = reliable(coverage).astype(np.float32) / 255 * np.minimum(prior_low[..., 3], 1) / (1 + distance / TOLERANCE**2)
    share = share[..., None]
    detail = (own - low[..., :3]) * (1 - share) + (prior - prior_low[..., :3]) * share
    made = np.clip(low[..., :3] + detail + 0.5, 0, 255).astype(np.uint8)
    return made if lens is None else np.where(lens[..., None], made, 0).astype(np.uint8)


def reliable(coverage):
    """Coverage with its edges drawn in: the mean over 5 x 5 pixels counted from one half up, 0...255, in whole numbers."""
    height, width = coverage.shape
    around = np.pad(coverage.astype(np.int64), 2, mode="edge")
    total = sum(around[dy:dy + height, dx:dx + width] for dy in range(5) for dx in range(5))
    return np.clip((total // 25 - 128) * 2, 0, 255)


def low_band(picture, weight, cell):
    """float32 [H, W, 4] of a picture [H, W, 3] smoothed by about 1.5 cells, counting only what `weight` [H, W] says is there.

    The last channel is 1, or nearly 0 where nothing is known near.
    """
    height, width = weight.shape
    values = np.concatenate([picture * weight[..., None], weight[..., None]], -1)
    values = np.pad(values, ((0, -height % cell), (0, -width % cell), (0, 0)))
    grid = values.reshape(values.shape[0] // cell, cell, values.shape[1] // cell, cell, 4).sum((1, 3))
    for _ in range(2):
        grid = binomial(binomial(grid, 1), 0)
    known = grid[..., 3:] > 1e-3
    grid = np.where(known, np.concatenate([grid[..., :3] / np.where(known, grid[..., 3:], 1), known], -1), 0).astype(np.float32)
    across, down = between(width, 1 / cell, grid.shape[1]), between(height, 1 / cell, grid.shape[0])
    return bilinear(grid, across, down)


def binomial(grid, axis):
    """(1 4 6 4 1) / 16 along an axis; the last cell stands for those beyond."""
    pad = [(2, 2) if dimension == axis else (0, 0) for dimension in range(3)]
    around, count = np.pad(grid, pad, mode="edge"), grid.shape[axis]
    return sum(tap * np.take(around, range(offset, offset + count), axis) for offset, tap in enumerate((1, 4, 6, 4, 1))) / 16


def enlarged(model, width, height):
    """uint8 [height, width, 3] of a picture [h, w, 3], between pixel middles."""
    rows, columns = model.shape[:2]
    across, down = between(width, columns / width, columns), between(height, rows / height, rows)
    return (bilinear(model.astype(np.float32), across, down) + 0.5).astype(np.uint8)


def between(count, scale, source):
    """For each of `count` places: (the source's place before it, the one after, how far between), clamped to the source."""
    place = np.clip((np.arange(count, dtype=np.float32) + 0.5) * np.float32(scale) - np.float32(0.5), 0, source - 1)
    before = place.astype(int)
    return before, np.minimum(before + 1, source - 1), (place - before).astype(np.float32)


def bilinear(values, across, down):
    """[H, W, C] at the places that `between` gives."""
    (left, right, a), (top, bottom, b) = across, down
    a, b = a[None, :, None], b[:, None, None]
    upper = values[top][:, left] * (1 - a) + values[top][:, right] * a
    lower = values[bottom][:, left] * (1 - a) + values[bottom][:, right] * a
    return upper * (1 - b) + lower * b
