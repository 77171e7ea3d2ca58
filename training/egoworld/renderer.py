"""Ray casting with Embree (through Open3D) and shading in NumPy.

The scene comes in two parts: the room, which never moves, and everything that moves, rebuilt each frame. A camera that
does not move keeps what it saw of the room, and pays each frame only for what moved and for the shadows it throws.
"""

from dataclasses import dataclass

import numpy as np
import open3d as o3d

from .materials import TextureStack
from .patterns import SIDE

FLOAT = np.float32


@dataclass
class Light:
    """A rectangular light: four sample points, one for each sub-pixel sample, so that shadows are soft."""

    points: np.ndarray   # (4, 3) world metres
    colour: np.ndarray   # (3,) linear, power at one metre
    normal: np.ndarray   # (3,) the way it shines


class Geometry:
    """A mesh ready for rays."""

    def __init__(self, mesh, threads):
        self.mesh = mesh
        self.scene = o3d.t.geometry.RaycastingScene(nthreads=threads)
        self.scene.add_triangles(o3d.core.Tensor(np.ascontiguousarray(mesh.vertices, FLOAT)),
                                 o3d.core.Tensor(np.ascontiguousarray(mesh.triangles, np.uint32)))
        corners = mesh.vertices[mesh.triangles]
        world = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        edge1, edge2 = mesh.corner_uv[:, 1] - mesh.corner_uv[:, 0], mesh.corner_uv[:, 2] - mesh.corner_uv[:, 0]
        texture = np.abs(edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0])
        self.uv_per_metre = np.sqrt(texture / np.maximum(world, 1e-12))

    def cast(self, origins, directions):
        """Distance (N,), triangle (N,) and barycentric coordinates (N, 2) of the nearest hits; no hit is infinite."""
        hits = self.scene.cast_rays(o3d.core.Tensor(np.concatenate([origins, directions], 1, dtype=FLOAT)))
        return hits["t_hit"].numpy(), hits["primitive_ids"].numpy(), hits["primitive_uvs"].numpy()

    def blocked(self, origins, directions, reach):
        """Whether anything lies within each ray's own `reach` (N,), in metres."""
        scaled = directions * reach[:, None]
        rays = o3d.core.Tensor(np.concatenate([origins, scaled], 1, dtype=FLOAT))
        return self.scene.test_occlusions(rays, 0.0, 1.0).numpy()


@dataclass
class Surface:
    """What rays hit: world-frame points and normals, linear reflectance, and the material's shine."""

    points: np.ndarray
    normals: np.ndarray
    colour: np.ndarray
    glow: np.ndarray
    shine: np.ndarray
    polish: np.ndarray
    to_viewer: np.ndarray


@dataclass
class RoomLayer:
    """One sub-pixel sample of the room alone: what a fixed camera keeps."""

    distance: np.ndarray
    glow: np.ndarray        # (N, 3) light given off
    points: np.ndarray      # (N, 3) where shadow rays start
    lit: list               # per light (and last, the sky): (N, 3) light it adds where nothing moving blocks it
    towards: list           # per light: unit directions (N, 3)
    reach: list             # per light: distance (N,)


_SKY = np.array([(0.82, 0.30, 0.49), (-0.62, 0.66, 0.42), (-0.30, -0.80, 0.52), (0.25, -0.10, 0.96)], FLOAT)


class Renderer:
    """Renders the room with whatever moves. Colours come out as sRGB 0..1."""

    samples_offset = np.array([(-0.25, -0.25), (0.25, 0.25), (0.25, -0.25), (-0.25, 0.25)])

    def __init__(self, room, lights, seed, threads=2, samples=4, exposure=1.0):
        self.room = Geometry(room, threads)
        self.lights, self.threads, self.samples, self.exposure = lights, threads, samples, exposure
        self.textures = TextureStack(seed)

    def prepare(self, mesh):
        return Geometry(mesh, self.threads)

    def _surface(self, geometry, hit, origin, directions, pixel_angle):
        distance, triangle, bary = hit
        mesh, second, third = geometry.mesh, bary[:, :1], bary[:, 1:]
        corner = mesh.triangles[triangle]
        first = 1 - second - third
        normals = mesh.normals[corner[:, 0]] * first + mesh.normals[corner[:, 1]] * second + mesh.normals[corner[:, 2]] * third
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
        facing = np.sum(normals * directions, 1, keepdims=True)
        normals = np.where(facing > 0, -normals, normals)
        uv_corner = mesh.corner_uv[triangle]
        uv = uv_corner[:, 0] * first + uv_corner[:, 1] * second + uv_corner[:, 2] * third
        material = mesh.material[triangle]
        footprint = distance * pixel_angle / np.clip(np.abs(facing[:, 0]), 0.25, 1)
        texels = footprint * geometry.uv_per_metre[triangle] / self.textures.tile[material] * SIDE * 0.7
        colour = self.textures.look_up(material, uv, texels)
        points = origin + directions * distance[:, None] + normals * FLOAT(0.0015)
        return Surface(points.astype(FLOAT), normals.astype(FLOAT), colour.astype(FLOAT), self.textures.glow[material],
                       self.textures.shine[material], self.textures.polish[material], -directions)

    def _light_terms(self, surface, sample):
        """Per light: (light added if nothing blocks it, unit direction, distance). The last is the sky."""
        for light in self.lights:
            offset = light.points[sample].astype(FLOAT) - surface.points
            reach = np.linalg.norm(offset, axis=1)
            towards = offset / np.maximum(reach, 1e-6)[:, None]
            incidence = np.maximum(np.sum(towards * surface.normals, 1), 0)
            emission = np.maximum(-(towards @ light.normal.astype(FLOAT)), 0)
            halfway = towards + surface.to_viewer
            halfway /= np.maximum(np.linalg.norm(halfway, axis=1, keepdims=True), 1e-6)
            highlight = surface.shine * np.maximum(np.sum(halfway * surface.normals, 1), 0) ** surface.polish
            strength = (incidence * emission / (0.6 + reach * reach))[:, None]
            yield strength * light.colour.astype(FLOAT) * (surface.colour + highlight[:, None]), towards, reach * FLOAT(0.995)
        up = surface.normals[:, 2:] * FLOAT(0.5) + FLOAT(0.5)
        sky = np.array((0.50, 0.53, 0.56), FLOAT) * up + np.array((0.36, 0.31, 0.26), FLOAT) * (1 - up)
        towards = surface.normals + FLOAT(0.85) * _SKY[sample]
        towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-6)
        yield sky * surface.colour, towards, np.full(len(up), 0.55, FLOAT)

    _light_left = staticmethod(lambda number, count: 0.30 if number == count else 0.0)  # share of the sky left in corners

    def look_at_room(self, origin, directions, sample, pixel_angle):
        """The room alone, for one sub-pixel sample."""
        origins = np.broadcast_to(origin.astype(FLOAT), directions.shape)
        hit = self.room.cast(origins, directions)
        surface = self._surface(self.room, hit, origin.astype(FLOAT), directions, pixel_angle)
        layer = RoomLayer(hit[0], surface.glow[:, None] * surface.colour, surface.points, [], [], [])
        for number, (light, towards, reach) in enumerate(self._light_terms(surface, sample)):
            blocked = self.room.blocked(surface.points, towards, reach)
            light[blocked] *= self._light_left(number, len(self.lights))
            layer.lit.append(light)
            layer.towards.append(towards)
            layer.reach.append(reach)
        return layer

    def render(self, layers, origin, directions_of, pixel_angle, seen, shadowing):
        """sRGB (N, 3). `layers`: kept room layers a sample, or None. `seen` and `shadowing`: geometry that moves."""
        total = 0
        for sample in range(self.samples):
            directions = directions_of(sample)
            layer = layers[sample] if layers else self.look_at_room(origin, directions, sample, pixel_angle)
            total = total + self._tone(self._with_moving(layer, origin, directions, sample, pixel_angle, seen, shadowing))
        return total / self.samples

    def _with_moving(self, layer, origin, directions, sample, pixel_angle, seen, shadowing):
        hit = seen.cast(np.broadcast_to(origin.astype(FLOAT), directions.shape), directions)
        front = hit[0] < layer.distance
        colour = layer.glow.copy()
        back = np.flatnonzero(~front)
        for number, (lit, towards, reach) in enumerate(zip(layer.lit, layer.towards, layer.reach)):
            share = np.ones((len(colour), 1), FLOAT)
            blocked = shadowing.blocked(layer.points[back], towards[back], reach[back])
            share[back[blocked]] = self._light_left(number, len(self.lights))
            colour += lit * share
        if front.any():
            surface = self._surface(seen, [h[front] for h in hit], origin.astype(FLOAT), directions[front], pixel_angle)
            light_sum = surface.glow[:, None] * surface.colour
            for number, (light, towards, reach) in enumerate(self._light_terms(surface, sample)):
                blocked = self.room.blocked(surface.points, towards, reach)
                blocked |= shadowing.blocked(surface.points + surface.normals * FLOAT(0.002), towards, reach)
                light[blocked] *= self._light_left(number, len(self.lights))
                light_sum += light
            colour[front] = light_sum
        return colour

    def _tone(self, colour):
        """Linear light to sRGB with a soft shoulder."""
        exposed = colour * self.exposure
        return np.clip(exposed * (1 + exposed * 0.12) / (1 + exposed * 0.45), 0, 1) ** (1 / 2.2)

    def distance(self, origin, directions, seen):
        """Distance (N,) in metres along unit rays to whatever comes first; infinite where nothing does."""
        origins = np.broadcast_to(origin.astype(FLOAT), directions.shape)
        return np.minimum(self.room.cast(origins, directions)[0], seen.cast(origins, directions)[0])
