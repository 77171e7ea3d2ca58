"""Hard shapes: boxes, quads, turned profiles and rods. All sizes in metres."""

import numpy as np

from .materials import index_of
from .mesh import Mesh, merged, rotation_z


def _grid_mesh(points, normals, uv, material):
    """A mesh of a (rows, columns) grid of points."""
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1].ravel(), index[:-1, 1:].ravel(), index[1:, 1:].ravel(), index[1:, :-1].ravel()
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([a, c, d], 1)]).astype(np.int32)
    flat_uv = uv.reshape(-1, 2).astype(np.float32)
    return Mesh(points.reshape(-1, 3).astype(np.float32), normals.reshape(-1, 3).astype(np.float32), triangles,
                flat_uv[triangles], np.full(len(triangles), index_of(material), np.int32))


def quad(corner, along, across, material, fit=False, repeat=1.0):
    """A flat rectangle from `corner` along two edge vectors; its picture's left and top run along them.

    With `fit` the texture covers the rectangle once, else it is laid out in metres times `repeat`.
    """
    corner, along, across = (np.asarray(v, float) for v in (corner, along, across))
    s, t = np.meshgrid([0.0, 1.0], [0.0, 1.0])
    points = corner + s[..., None] * along + t[..., None] * across
    normal = np.cross(along, across)
    scale = (1, 1) if fit else (np.linalg.norm(along) * repeat, np.linalg.norm(across) * repeat)
    return _grid_mesh(points, np.broadcast_to(normal / np.linalg.norm(normal), points.shape),
                      np.stack([s * scale[0], t * scale[1]], -1), material)


def box(centre, size, material, radius=0.004, fit=False, turn=0.0, faces=None):
    """A box with rounded edges, turned by `turn` degrees about z. `faces` may give other materials: {"+z": "paper"}."""
    half = np.asarray(size, float) / 2
    radius = np.clip(radius, 1e-4, half.min() * 0.95)
    meshes = []
    for axis in range(3):
        u_axis, v_axis = [(1, 2), (0, 2), (0, 1)][axis]
        lines = []
        for other in (u_axis, v_axis):
            # Up to the middle of the rounded edge, where the neighbouring face takes over, so the shell is closed.
            positive = half[other] - radius + radius * np.tan(np.radians([0, 22.5, 45]))
            lines.append(np.concatenate([-positive[::-1], positive]))
        u, v = np.meshgrid(*lines)
        for sign, name in ((-1, "-" + "xyz"[axis]), (1, "+" + "xyz"[axis])):
            points = np.empty(u.shape + (3,))
            points[..., axis], points[..., u_axis], points[..., v_axis] = sign * half[axis], u, v
            inner = np.clip(points, -(half - radius), half - radius)
            normals = points - inner
            normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
            points = inner + radius * normals
            uv = np.stack([u * (1 if (axis == 1) == (sign < 0) or axis == 2 else -1), -v], -1)
            if axis == 0:
                uv[..., 0] = u * sign
            if fit:
                uv = (uv / (2 * np.array([half[u_axis], half[v_axis]])) + 0.5)
            meshes.append(_grid_mesh(points, normals, uv, (faces or {}).get(name, material)))
    return merged(meshes).transformed(rotation_z(turn), centre)


def turned_profile(profile, material, segments=32, smooth=True):
    """A surface of revolution about z from (radius, height) pairs, bottom to top of the outside.

    `smooth` shades along the profile as one curve; otherwise each piece is flat, with hard rings between.
    """
    profile = np.asarray(profile, float)
    step = np.diff(profile, axis=0)
    normal = np.stack([step[:, 1], -step[:, 0]], 1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(step, axis=1))])
    at_points = np.vstack([normal[:1], (normal[1:] + normal[:-1]) / 2, normal[-1:]])
    at_points /= np.maximum(np.linalg.norm(at_points, axis=1, keepdims=True), 1e-9)
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    widest = profile[:, 0].max()
    pieces = [slice(0, len(profile))] if smooth else [slice(i, i + 2) for i in range(len(profile) - 1)]
    meshes = []
    for piece in pieces:
        ring, n = profile[piece], at_points[piece] if smooth else np.repeat(normal[piece.start][None], 2, 0)
        points = np.stack([ring[:, :1] * np.cos(angle), ring[:, :1] * np.sin(angle),
                           np.repeat(ring[:, 1:], len(angle), 1)], -1)
        normals = np.stack([n[:, :1] * np.cos(angle), n[:, :1] * np.sin(angle), np.repeat(n[:, 1:], len(angle), 1)], -1)
        uv = np.stack(np.broadcast_arrays(angle[None] * widest, -length[piece, None]), -1)
        meshes.append(_grid_mesh(points, normals, uv, material))
    return merged(meshes)


def cylinder(centre, radius, height, material, segments=32):
    """An upright closed cylinder standing on `centre`."""
    shape = turned_profile([(0, 0), (radius, 0), (radius, height), (0, height)], material, segments, smooth=False)
    return shape.transformed(translation=centre)


def rod(start, end, radius, material, end_radius=None, segments=12):
    """A closed, possibly tapering rod between two points."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    axis = end - start
    length = np.linalg.norm(axis)
    axis = axis / length
    side = np.cross(axis, [0, 0, 1] if abs(axis[2]) < 0.9 else [1, 0, 0])
    side /= np.linalg.norm(side)
    shape = turned_profile([(0, 0), (radius, 0), (radius if end_radius is None else end_radius, length), (0, length)],
                           material, segments, smooth=False)
    return shape.transformed(np.stack([side, np.cross(axis, side), axis], 1), start)


def ball(centre, radii, material, segments=24):
    """An ellipsoid."""
    angle = np.linspace(-90, 90, segments // 2 + 1)
    unit = turned_profile(np.stack([np.cos(np.radians(angle)), np.sin(np.radians(angle))], 1), material, segments)
    radii = np.broadcast_to(np.asarray(radii, np.float32), 3)
    normals = unit.vertices / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return Mesh(unit.vertices * radii + np.asarray(centre, np.float32), normals, unit.triangles,
                unit.corner_uv * radii.max(), unit.material)
