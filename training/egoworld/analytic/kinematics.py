"""Easing, hand directions and two-bone limbs."""

import numpy as np

from ..joints import ease, elbow_of, hand_rotation

__all__ = ["ease", "elbow_of", "hand_rotation", "smooth_path", "Wobble"]


def smooth_path(times, points, at, width):
    """Key points (N, D) joined by lines and smoothed over about `width` seconds."""
    offsets = np.linspace(-2, 2, 13)
    weights = np.exp(-0.5 * offsets**2)
    points = np.asarray(points, float)
    sampled = np.stack([np.interp(at + offsets * width, times, points[:, k]) for k in range(points.shape[1])], 1)
    return weights @ sampled / weights.sum()


class Wobble:
    """A slow random swing: three sines with random phases, each axis on its own. Standard deviation about `size`."""

    def __init__(self, random, size, axes=3, rate=0.4):
        self._size = np.broadcast_to(size, axes) * 0.8
        self._rate = rate * random.uniform(0.5, 2.2, (3, axes)) * np.array([[0.5], [1.0], [2.1]])
        self._phase = random.uniform(0, 2 * np.pi, (3, axes))
        self._weight = np.array([[1.0], [0.7], [0.3]])

    def at(self, seconds):
        return self._size * (self._weight * np.sin(2 * np.pi * self._rate * seconds + self._phase)).sum(0)
