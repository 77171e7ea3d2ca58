"""The product's composition, which training calls, against its sums written pixel by pixel, and by what it promises."""

import numpy as np
import pytest

from egomodel.composition import Composer, composed
from egoworld.errors import PriorRefused
from egoworld.product_prior import library_path

pytestmark = pytest.mark.skipif(library_path() is None, reason="libegoprior.so is not built (make prior-library)")


def picture(seed, height, width):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def smooth(seed, height, width):
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    return np.stack([128 + 100 * np.sin(x / random.uniform(5, 9) + y / random.uniform(5, 9)) for _ in range(3)], -1).astype(np.uint8)


def by_pixel(filled, coverage, model):
    """DetailComposer.swift with LowBand.swift, one number at a time, at equal sizes; without analogies, for which less is seen
    than they need."""
    height, width = coverage.shape
    cell = max(2, int(width / 448 * 6 + 0.5))
    rows, columns = -(-height // cell), -(-width // cell)

    def band(values, weight):
        grid = np.zeros((rows, columns, 4))
        for y in range(height):
            for x in range(width):
                grid[y // cell, x // cell] += weight[y, x] * np.array([*values[y, x], 1.0])
        for _ in range(2):
            for step in ((0, 1), (1, 0)):
                at = lambda y, x, o: grid[min(max(y + o * step[0], 0), rows - 1), min(max(x + o * step[1], 0), columns - 1)]
                grid = np.array([[(at(y, x, -2) + at(y, x, 2) + 4 * (at(y, x, -1) + at(y, x, 1)) + 6 * at(y, x, 0)) / 16
                                  for x in range(columns)] for y in range(rows)])
        grid = np.array([[[*cell_sum[:3] / cell_sum[3], 1.0] if cell_sum[3] > 1e-3 else [0.0] * 4 for cell_sum in row] for row in grid])

        def value(y, x):
            fy, fx = max(0, (y + 0.5) / cell - 0.5), max(0, (x + 0.5) / cell - 0.5)
            top, left = min(int(fy), rows - 1), min(int(fx), columns - 1)
            bottom, right, b, a = min(top + 1, rows - 1), min(left + 1, columns - 1), fy - top, fx - left
            return (grid[top, left] * (1 - a) + grid[top, right] * a) * (1 - b) + (grid[bottom, left] * (1 - a) + grid[bottom, right] * a) * b
        return value

    model_band, prior_band = band(model, np.ones((height, width))), band(filled, coverage / 255)
    made = np.zeros_like(filled)
    for y in range(height):
        for x in range(width):
            total = sum(int(coverage[min(max(y + dy, 0), height - 1), min(max(x + dx, 0), width - 1)])
                        for dy in range(-2, 3) for dx in range(-2, 3))
            sure = min(max((total // 25 - 128) * 2, 0), 255)
            low, prior_low = model_band(y, x), prior_band(y, x)
            distance = ((low - prior_low)[:3] ** 2).sum() / 3
            share = sure / 255 * min(prior_low[3], 1) / (1 + distance / 1600)
            detail = (model[y, x] - low[:3]) * (1 - share) + (filled[y, x] - prior_low[:3]) * share
            made[y, x] = np.clip(low[:3] + detail + 0.5, 0, 255)
    return made


def composed_frame(filled, coverage, model):
    return composed(filled[None], coverage[None], model[None])[0]


def test_it_is_its_sums():
    for seed, (height, width) in enumerate(((20, 26), (23, 17))):
        filled, model = picture(seed, height, width), smooth(seed, height, width)
        coverage = np.where(np.arange(width) < width * 0.6, 255, 0)[None].repeat(height, 0).astype(np.uint8)
        coverage[::7, ::5] = 0
        made, expected = composed_frame(filled, coverage, model), by_pixel(filled, coverage, model)
        assert np.abs(made.astype(int) - expected).max() <= 1 and (made != expected).mean() < 0.01


def test_where_nothing_was_observed_it_is_the_models_own():
    model = picture(1, 32, 32)
    assert np.abs(composed_frame(picture(0, 32, 32), np.zeros((32, 32), np.uint8), model).astype(int) - model).max() <= 1


def test_a_model_that_agrees_with_the_prior_gets_the_priors_detail():
    sharp = np.clip(smooth(2, 48, 48).astype(int) + np.random.default_rng(0).integers(-20, 21, (48, 48, 3)), 0, 255).astype(np.uint8)
    made = composed_frame(sharp, np.full((48, 48), 255, np.uint8), smooth(2, 48, 48)).astype(int)
    assert np.abs(made - sharp).mean() < 0.5 * np.abs(smooth(2, 48, 48).astype(int) - sharp).mean()


def test_a_hole_gets_the_texture_around_it():
    texture = np.random.default_rng(3).integers(-15, 16, (96, 96, 1)).repeat(3, -1)
    coverage = np.full((96, 96), 255, np.uint8)
    coverage[32:64, 32:64] = 0
    filled, model = (np.where(coverage[..., None] > 0, 120 + texture, 120)).astype(np.uint8), np.full((96, 96, 3), 120, np.uint8)
    hole = composed_frame(filled, coverage, model)[38:58, 38:58].astype(float)
    assert 0.5 < hole.std() / texture.std() < 1.1 and abs(hole.mean() - 120) < 2


def test_small_pictures_are_enlarged_and_the_lens_keeps_its_black():
    model = np.array([0, 100, 200, 60], np.uint8).reshape(2, 2, 1).repeat(3, -1)
    unseen = np.zeros((4, 4), np.uint8)
    assert composed_frame(picture(0, 4, 4), unseen, model)[0, :, 0].tolist() == [0, 25, 75, 100]
    lens = np.ones((8, 8), bool)
    lens[0] = False
    made = composed(picture(0, 8, 8)[None], np.zeros((1, 8, 8), np.uint8), np.full((1, 4, 4, 3), 90, np.uint8), lens)[0]
    assert (made[0] == 0).all() and (made[1:] == 90).all()


def test_pictures_that_do_not_fit_are_refused():
    with Composer(8, 8, 4) as composer:
        with pytest.raises(PriorRefused, match="8, 9, 3"):
            composer.next(picture(0, 8, 9), np.zeros((8, 8), np.uint8), picture(0, 4, 4))
        with pytest.raises(PriorRefused, match="5×4"):
            composer.next(picture(0, 8, 8), np.zeros((8, 8), np.uint8), picture(0, 4, 5))
    with pytest.raises(PriorRefused, match="height is 0"):
        Composer(8, 0, 4)
