"""One clip's world: everything that is drawn from a seed, and its two pictures at any moment."""

import numpy as np

from ..cameras import turn_sensor
from ..native import layout, library
from . import lenses, settings
from .filming import furnish, place_exo
from .materials import Palette
from .people import Bystander
from .primitives import joined, rotation_x, rotation_z


class NotFilmable(Exception):
    """The draw gave no usable clip; the message says why."""


class View:
    """A camera's rays and look."""

    def __init__(self, camera, flag, look):
        self.rays = lenses.camera_rays(camera)
        self.record = np.zeros((), layout.VIEW)
        self.record["width"], self.record["height"], self.record["flag"] = self.rays.shape[1], self.rays.shape[0], flag
        self.record["gain"], self.record["contrast"], self.record["saturation"] = look


class World:
    """`seconds` is the clip's length. The wearer's script starts at a random moment of it."""

    def __init__(self, random, seconds, width, height, side):
        self.random, self.seconds = random, seconds
        self.palette = palette = Palette(random)
        makers, weights = zip(*settings.KINDS)
        maker = makers[random.choice(len(makers), p=weights)]
        lead = random.uniform(0, 2.0)
        self.site = site = maker(palette, random, seconds + lead)
        self.begin = lead
        self._keep_to_the_room()
        self.exo_motion = place_exo(site, random, lead, seconds)
        if self.exo_motion is None:
            raise NotFilmable("no place for the exo camera")
        self._invite(random)
        self.static = joined(site.static + furnish(site, palette, random, self.exo_motion))
        self.exo, self.ego = lenses.exo_camera(random, width, height, self.exo_motion.distance), lenses.ego_camera(random, side)
        tint = np.array([random.uniform(0.9, 1.1), 1, random.uniform(0.88, 1.12)])
        self._look = [tint, random.uniform(0.75, 1.3), random.uniform(0.7, 1.2)]
        # The world's own axes mean nothing: calibrations come in any frame.
        self.frame = rotation_z(random.uniform(-np.pi, np.pi)) @ rotation_x(random.normal(0, 0.15)), random.normal(0, 1.5, 3)
        self.room, self.decals, self.lights = site.room.record(), site.room.decal_records(), site.room.light_records()
        self.materials = palette.records()
        flags = layout.SEEN_BY_EXO, layout.SEEN_BY_EGO
        self.small_views = [View(lenses.resized(camera, 64), flag, self._look) for camera, flag in zip((self.exo, self.ego), flags)]
        self._expose(random.uniform(0.33, 0.53))
        self.exo_view, self.ego_view = (View(camera, flag, self._look) for camera, flag in zip((self.exo, self.ego), flags))

    def _keep_to_the_room(self):
        """A walker must not leave the room, and nothing may stand where they will walk."""
        if not self.site.wearer.walk[0]:
            return
        for t in np.linspace(self.begin, self.begin + self.seconds, 6):
            place = self.site.wearer.placement(t)[0]
            if (place < self.site.room.low[:2] + 0.5).any() or (place > self.site.room.high[:2] - 0.5).any():
                raise NotFilmable("the wearer would walk through a wall")
            self.site.keep_clear.append((*place, 0.6))

    def _invite(self, random):
        """Other people here and there."""
        site = self.site
        for _ in range(random.integers(0, 3) if random.random() < 0.5 else 0):
            spot = random.uniform(site.room.low[:2] * 0.85, site.room.high[:2] * 0.85)
            spot = np.clip(spot, -6, 6)
            away = [np.hypot(*(spot - (x, y))) > r + 0.3 for x, y, r in site.keep_clear]
            if all(away) and np.linalg.norm(spot - self.exo_motion.position[:2]) > 1.2:
                speed = random.choice([0, 0, random.uniform(0.2, 1.0)])
                site.others.append(Bystander(self.palette, random, spot, random.uniform(-3.1, 3.1), speed=speed))

    def _expose(self, target):
        """Finds the gain at which both views together come out at a mean brightness of `target`."""
        for _ in range(3):
            mean = np.mean([picture[0].mean() / 255 for picture, _ in self.draw(self.seconds / 2, small=True)])
            self._look[0] = np.clip(self._look[0] * (target / max(mean, 0.02)) ** 1.7, 0.15, 6)
            for view in self.small_views:
                view.record["gain"] = self._look[0]

    def shapes(self, t):
        """All records at `t` seconds of the clip."""
        parts = [self.static, self.site.wearer.records(self.begin + t), *(other.records(t) for other in self.site.others)]
        if self.site.rolling is not None:
            parts.append(self.site.rolling(self.begin + t))
        return np.concatenate(parts)

    def poses(self, t):
        """World-to-camera of the exo camera and of the ego *sensor*."""
        eye, axes = self.site.wearer.eye(self.begin + t)
        upright = np.stack([axes[:, 0], -axes[:, 2], axes[:, 1]])
        ego = np.concatenate([upright, -(upright @ eye)[:, None]], 1)
        return self.exo_motion.pose(t), turn_sensor(ego, lenses.TURN)

    def in_frame(self, world_to_camera):
        """The same pose in the axes that the clip is published in."""
        turn, shift = self.frame
        rotation = world_to_camera[:, :3] @ turn.T
        return np.concatenate([rotation, (world_to_camera[:, 3] - rotation @ shift)[:, None]], 1)

    def _draw(self, view, shapes, pose):
        record = view.record.copy()
        record["world_to_camera"] = pose
        return library.render(self.room, shapes, self.materials, self.decals, self.lights, record, view.rays)

    def draw(self, t, small=False):
        """((rgb, distance, tags), pose) of the exo and of the ego camera; `small` is for a quick look."""
        shapes, views = self.shapes(t), self.small_views if small else (self.exo_view, self.ego_view)
        return [(self._draw(view, shapes, pose), pose) for view, pose in zip(views, self.poses(t))]

    def sentence(self):
        """What the wearer does during the clip, in words."""
        site, begin, end = self.site, self.begin, self.begin + self.seconds
        parts = []
        for carry in site.wearer.work.carries:
            hand = "both hands" if carry.side == "both" else f"the {carry.side} hand"
            if carry.released < begin or carry.grasped > end + 0.3:
                continue
            if site.kind == "walk":
                parts.append(f"carries the {carry.thing.name}")
            elif carry.grasped < begin:
                parts.append(f"puts down the {carry.thing.name} held in {hand}")
            elif carry.released > end:
                parts.append(f"picks up the {carry.thing.name} with {hand}")
            else:
                parts.append(f"moves the {carry.thing.name} with {hand}")
        if not parts:
            idle = {"ball": "", "walk": "", "desk": "works"}.get(site.kind, "looks around")
            parts = [idle] if idle else []
        words = " and ".join(parts)
        return f"The person {site.phrase}{' and ' if site.kind in ('ball', 'walk') and words else ' ' if words else ''}{words}."
