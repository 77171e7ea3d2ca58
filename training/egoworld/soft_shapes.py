"""Organic shapes: rounded cones and ellipsoids melted together, turned into triangles by marching cubes.

Every primitive has a frame of its own, so that cloth and skin textures move with the limb they lie on.
"""

from dataclasses import dataclass, field

import numpy as np
from skimage.measure import marching_cubes

from .materials import index_of
from .mesh import Mesh


def _frame(axis):
    """Rotation whose rows are side, other side and the unit `axis`, stable for limbs that point mostly forward or down."""
    axis = np.asarray(axis, float) / np.linalg.norm(axis)
    side = np.cross(axis, [1.0, 0.0, 0.0] if abs(axis[0]) < 0.8 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(axis, side), axis])


@dataclass
class RoundedCone:
    """The hull of two balls: a limb. Radii and points in metres."""

    start: np.ndarray
    end: np.ndarray
    start_radius: float
    end_radius: float
    material: str
    wrinkles: float = 0.0  # metres of cloth ripple along the limb

    def distance(self, points):
        start = np.asarray(self.start, np.float32)
        axis = np.asarray(self.end, np.float32) - start
        along = np.clip((points - start) @ axis / max(float(axis @ axis), 1e-9), 0, 1)
        offset = np.linalg.norm(points - start - along[:, None] * axis, axis=1)
        distance = offset - (self.start_radius + (self.end_radius - self.start_radius) * along)
        if self.wrinkles:
            local = self.local(points)
            distance += self.wrinkles * np.sin(local[:, 2] * 95 + 2.1 * np.sin(local[:, 0] * 31)) * np.sin(local[:, 1] * 40 + 1)
        return distance

    def local(self, points):
        return (points - np.asarray(self.start, np.float32)) @ _frame(np.subtract(self.end, self.start)).T.astype(np.float32)

    def texture_coordinates(self, corners):
        """Unrolled around the limb: (T, 3, 3) corners to (T, 3, 2) metres, without a jump inside a triangle."""
        local = self.local(corners.reshape(-1, 3)).reshape(corners.shape)
        angle = np.arctan2(local[..., 0], local[..., 1])
        angle = angle[:, :1] + (angle - angle[:, :1] + np.pi) % (2 * np.pi) - np.pi
        return np.stack([angle * (self.start_radius + self.end_radius) / 2, local[..., 2]], -1)

    def bounds(self):
        radius = max(self.start_radius, self.end_radius)
        return np.minimum(self.start, self.end) - radius, np.maximum(self.start, self.end) + radius


@dataclass
class Ellipsoid:
    """An ellipsoid, textured from the front (x to the side, z up)."""

    centre: np.ndarray
    radii: np.ndarray
    material: str
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))

    def distance(self, points):
        local = (points - np.asarray(self.centre, np.float32)) @ np.asarray(self.rotation, np.float32)
        scaled = np.linalg.norm(local / np.asarray(self.radii, np.float32), axis=1)
        slope = np.linalg.norm(local / np.square(np.asarray(self.radii, np.float32)), axis=1)
        return scaled * (scaled - 1) / np.maximum(slope, 1e-6)

    def texture_coordinates(self, corners):
        local = (corners - np.asarray(self.centre, np.float32)) @ np.asarray(self.rotation, np.float32)
        return local[..., [0, 2]]

    def bounds(self):
        reach = np.max(self.radii)
        return np.asarray(self.centre) - reach, np.asarray(self.centre) + reach


def smooth_minimum(a, b, softness):
    """Polynomial smooth minimum; `softness` in metres is how far the two shapes melt."""
    if softness <= 0:
        return np.minimum(a, b)
    blend = np.maximum(softness - np.abs(a - b), 0) / softness
    return np.minimum(a, b) - blend * blend * softness / 4


def melted(primitives, cell, softness, paint=None):
    """The mesh of all primitives melted together.

    `cell` is the grid step in metres, `softness` the melting distance (one number, or one a primitive).
    `paint(points, names)` may return other material names a triangle, given triangle centres (T, 3).
    """
    low = np.min([p.bounds()[0] for p in primitives], axis=0) - 2.5 * cell
    high = np.max([p.bounds()[1] for p in primitives], axis=0) + 2.5 * cell
    # The grid is pinned to multiples of the cell, so a shape at rest gives the same triangles in every frame.
    low = np.floor(low / cell) * cell
    lines = [np.arange(a, b, cell, dtype=np.float32) for a, b in zip(low, high)]
    grid = np.stack(np.meshgrid(*lines, indexing="ij"), -1).reshape(-1, 3)
    softness = np.broadcast_to(softness, len(primitives))
    field_values = None
    for primitive, soft in zip(primitives, softness):
        value = primitive.distance(grid)
        field_values = value if field_values is None else smooth_minimum(field_values, value, soft)
    volume = field_values.reshape([len(line) for line in lines])
    vertices, triangles, normals, _ = marching_cubes(volume, 0.0, spacing=(cell,) * 3, gradient_direction="ascent")
    vertices = (vertices + low).astype(np.float32)
    corners = vertices[triangles]
    centres = corners.mean(1)
    nearest = np.argmin([p.distance(centres) for p in primitives], axis=0)
    uv = np.empty((len(triangles), 3, 2), np.float32)
    for which, primitive in enumerate(primitives):
        mine = nearest == which
        if mine.any():
            uv[mine] = primitive.texture_coordinates(corners[mine])
    names = np.array([p.material for p in primitives], dtype=object)[nearest]
    if paint is not None:
        names = paint(centres, names)
    table = {name: index_of(name) for name in set(names)}
    return Mesh(vertices, normals.astype(np.float32), triangles.astype(np.int32), uv,
                np.array([table[name] for name in names], np.int32))
