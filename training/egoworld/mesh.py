"""Triangle meshes: what every shape makes and the renderer takes."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Mesh:
    """Vertices and normals in metres in some frame; texture coordinates per triangle corner; one material a triangle.

    Texture coordinates are metres on the surface, or 0..1 over the shape for materials that are one whole picture.
    """

    vertices: np.ndarray   # (V, 3) float32
    normals: np.ndarray    # (V, 3) float32, unit, outward
    triangles: np.ndarray  # (T, 3) int32
    corner_uv: np.ndarray  # (T, 3, 2) float32
    material: np.ndarray   # (T,) int32, index into the material table

    def transformed(self, rotation=None, translation=(0, 0, 0)):
        """A copy turned by the 3x3 `rotation` and then moved. A mirroring matrix is allowed."""
        vertices, normals = self.vertices, self.normals
        if rotation is not None:
            rotation = np.asarray(rotation, np.float32)
            vertices, normals = vertices @ rotation.T, normals @ rotation.T
        return Mesh(vertices + np.asarray(translation, np.float32), normals, self.triangles, self.corner_uv, self.material)

    def turned(self, degrees, translation=(0, 0, 0)):
        """A copy turned about the z axis (counter-clockwise from above) and then moved."""
        return self.transformed(rotation_z(degrees), translation)


def merged(meshes):
    """One mesh out of many (lists may be nested)."""
    flat = list(flatten(meshes))
    starts = np.cumsum([0] + [len(m.vertices) for m in flat[:-1]])
    return Mesh(np.concatenate([m.vertices for m in flat]).astype(np.float32),
                np.concatenate([m.normals for m in flat]).astype(np.float32),
                np.concatenate([m.triangles + s for m, s in zip(flat, starts)]).astype(np.int32),
                np.concatenate([m.corner_uv for m in flat]).astype(np.float32),
                np.concatenate([m.material for m in flat]).astype(np.int32))


def flatten(items):
    """The meshes of a nested list, in order."""
    for item in items:
        if isinstance(item, Mesh):
            yield item
        else:
            yield from flatten(item)


def rotation_x(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_y(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotation_z(degrees):
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
