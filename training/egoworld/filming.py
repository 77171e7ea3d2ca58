"""Takes the pictures of one clip: exo colour and depth, and ego colour, frame by frame."""

import numpy as np

from . import room, stage
from .action import DURATION
from .cameras import turn_picture, world_rays
from .mesh import merged
from .renderer import Renderer


class Filming:
    """One clip. `width` x `height` is the exo picture; the ego picture is `height` square."""

    def __init__(self, width, height, frames, seed, threads=2, samples=4):
        random = np.random.default_rng(seed)
        self.frames, self.width, self.height = frames, width, height
        self.exo, self.ego = stage.exo_camera(width, height), stage.ego_camera(height)
        self.exo_pose = stage.exo_pose()
        self.stage = stage.Stage(random)
        furnished = room.furnished(random, stage.EXO_POSITION, stage.EXO_TARGET)
        self.renderer = Renderer(furnished, room.lights(), seed, threads, samples, exposure=1.25)
        y, x = np.mgrid[:height, :width].astype(float)
        self._exo_pixels = x.ravel(), y.ravel()
        y, x = np.mgrid[:height, :height].astype(float)
        inside = np.hypot(x - self.ego.cx, y - self.ego.cy) <= self.ego.image_circle_radius
        self._ego_inside, self._ego_pixels = inside, (x[inside], y[inside])
        self._exo_layers, self._ego_local = None, {}

    def seconds(self, frame):
        """The moment of the action that a frame shows: the whole action, however many frames."""
        return DURATION * frame / self.frames

    def ego_pose(self, frame):
        return self.stage.ego_pose(self.seconds(frame), self.ego.rotate_clockwise_degrees)

    def _exo_directions(self, sample):
        return world_rays(self.exo, self.exo_pose, *self._shifted(self._exo_pixels, sample))[1].astype(np.float32)

    def _shifted(self, pixels, sample):
        shift = self.renderer.samples_offset[sample] if self.renderer.samples > 1 else (0, 0)
        return pixels[0] + shift[0], pixels[1] + shift[1]

    def _ego_directions(self, sample, rotation):
        if sample not in self._ego_local:
            self._ego_local[sample] = self.ego.unproject(*self._shifted(self._ego_pixels, sample))
        return (self._ego_local[sample] @ rotation).astype(np.float32)

    def take(self, frame):
        """Exo picture (H, W, 3) sRGB 0..1, exo z-depth (H, W) metres, stored (upright) ego picture (H, H, 3)."""
        body, head = self.stage.meshes(self.seconds(frame))
        whole, headless = self.renderer.prepare(merged([body, head])), self.renderer.prepare(body)
        origin, centre_rays, z_share = world_rays(self.exo, self.exo_pose, *self._exo_pixels)
        angle = 1 / self.exo.fx
        if self._exo_layers is None:
            self._exo_layers = [self.renderer.look_at_room(origin, self._exo_directions(k), k, angle)
                                for k in range(self.renderer.samples)]
        exo = self.renderer.render(self._exo_layers, origin, self._exo_directions, angle, whole, whole)
        depth = self.renderer.distance(origin, centre_rays.astype(np.float32), whole) * z_share
        pose = self.ego_pose(frame)
        rotation, eye = pose[:, :3], -pose[:, :3].T @ pose[:, 3]
        colours = self.renderer.render(None, eye, lambda k: self._ego_directions(k, rotation), 1 / self.ego.f, headless, whole)
        ego = np.zeros((self.height, self.height, 3))
        ego[self._ego_inside] = colours
        size = (self.height, self.width)
        return exo.reshape(*size, 3), depth.reshape(size), turn_picture(ego, self.ego.rotate_clockwise_degrees)
