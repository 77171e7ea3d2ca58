"""Collects boxes, ellipsoids, rounded cones and cylinders into the records that the ray-caster takes."""

import numpy as np

from ..native import layout

IDENTITY = np.eye(3)
TAG_NONE, TAG_HAND, TAG_ARM, TAG_BODY, TAG_OBJECT, TAG_OTHER = range(6)


def rotation_z(radians):
    """Turns to the left seen from above."""
    c, s = np.cos(radians), np.sin(radians)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def rotation_x(radians):
    c, s = np.cos(radians), np.sin(radians)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_y(radians):
    c, s = np.cos(radians), np.sin(radians)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


class Shapes:
    """Shapes of one thing, in its own frame. `rotation` has the shape's x, y and z axes as columns."""

    def __init__(self, tag=TAG_NONE, flags=layout.EVERYTHING):
        self.tag, self.flags = tag, flags
        self._rows, self._cones = [], []

    def box(self, centre, half, material, rotation=IDENTITY, top=-1):
        self._rows.append((layout.BOX, material, top, centre, rotation, half, float(np.linalg.norm(half))))

    def slab(self, low, high, material, top=-1):
        """A box between two corners, along the axes."""
        low, high = np.asarray(low, float), np.asarray(high, float)
        self.box((low + high) / 2, (high - low) / 2, material, top=top)

    def ellipsoid(self, centre, radii, material, rotation=IDENTITY):
        self._rows.append((layout.ELLIPSOID, material, -1, centre, rotation, radii, float(max(radii))))

    def cylinder(self, foot, radius, height, material, rotation=IDENTITY, top=-1):
        """`foot` is the middle of the lower end; the axis is the rotation's z."""
        centre = np.asarray(foot, float) + rotation[:, 2] * (height / 2)
        self._rows.append((layout.CYLINDER, material, top, centre, rotation, (radius, radius, height / 2), float(np.hypot(radius, height / 2))))

    def cone(self, start, end, start_radius, end_radius, material, tag=None, flags=None):
        """A rod with round ends that may taper."""
        self._cones.append((*start, *end, start_radius, end_radius, material, self.tag if tag is None else tag,
                            self.flags if flags is None else flags))

    def cones(self, starts, ends, start_radii, end_radii, material, tag=None):
        """Many at once."""
        tag = self.tag if tag is None else tag
        for a, b, ra, rb in zip(starts, ends, start_radii, end_radii):
            self._cones.append((*a, *b, ra, rb, material, tag, self.flags))

    def records(self):
        rows, cones = self._rows, self._cones
        out = np.zeros(len(rows) + len(cones), layout.PRIMITIVE)
        out["tag"], out["flags"], out["top_material"] = self.tag, self.flags, -1
        if rows:
            shapes, materials, tops, centres, rotations, sizes, bounds = zip(*rows)
            some = out[:len(rows)]
            some["shape"], some["material"], some["top_material"], some["bound"] = shapes, materials, tops, bounds
            some["centre"], some["size"] = centres, sizes
            some["axes"] = np.transpose(np.array(rotations), (0, 2, 1))
        if cones:
            fill_cones(out[len(rows):], np.array(cones))
        return out


def fill_cones(out, rows):
    """Writes cones into records. `rows`: start (3), end (3), two radii, material, tag, flags."""
    start, end, radii = rows[:, 0:3], rows[:, 3:6], rows[:, 6:8].copy()
    axis = end - start
    span = np.linalg.norm(axis, axis=1)
    axis = np.where(span[:, None] > 1e-6, axis / np.maximum(span, 1e-6)[:, None], (0, 0, 1))
    # One ball must not swallow the other: the tangent cone would not exist.
    swallowed = span <= np.abs(radii[:, 0] - radii[:, 1]) + 1e-4
    radii[swallowed] = radii[swallowed].max(1, keepdims=True)
    span = np.maximum(span, 2e-4)
    # A fixed side direction keeps the pattern from spinning as a limb turns.
    side = np.where(np.abs(axis[:, :1]) < 0.9, (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    side = side - axis * np.sum(side * axis, 1, keepdims=True)
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    out["shape"] = layout.CONE
    out["material"], out["tag"], out["flags"], out["top_material"] = rows[:, 8], rows[:, 9], rows[:, 10], -1
    out["centre"] = (start + end) / 2
    out["axes"] = np.stack([side, np.cross(axis, side), axis], 1)
    out["size"] = np.stack([radii[:, 0], radii[:, 1], span / 2], 1)
    out["bound"] = span / 2 + radii.max(1)


def moved(records, rotation, translation):
    """A copy turned by `rotation` and shifted, metres."""
    out = records.copy()
    out["centre"] = records["centre"] @ np.asarray(rotation, np.float32).T + np.asarray(translation, np.float32)
    out["axes"] = records["axes"] @ np.asarray(rotation, np.float32).T
    return out


def joined(parts):
    parts = [part for part in parts if len(part)]
    return np.concatenate(parts) if parts else np.zeros(0, layout.PRIMITIVE)
