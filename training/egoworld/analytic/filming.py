"""Where the exo camera stands and how it moves, and where furniture may stand without being in the way."""

import numpy as np

from ..cameras import look_at
from ..native import library
from . import furniture
from .kinematics import Wobble
from .primitives import joined, moved, rotation_z


class ExoMotion:
    """Still (60%), hand-held (25%) or moving (15%)."""

    def __init__(self, random, position, target, seconds, distance):
        self.position, self.target = position, target
        self.distance = float(distance)  # to the person
        kind = random.random()
        self.kind = "still" if kind < 0.6 else "held" if kind < 0.85 else "moving"
        self._shake = Wobble(random, random.uniform(0.004, 0.02), 3, 0.7)
        self._turn = Wobble(random, random.uniform(0.005, 0.03), 3, 0.6)
        self._way = random.normal(0, 0.35, 3) * (1, 1, 0.3)
        self._pan = random.normal(0, 0.2, 3) * (1, 1, 0.3)
        self._seconds = seconds
        self._roll = float(random.normal(0, 1.5))

    def pose(self, seconds):
        """World-to-camera 3x4."""
        position, target, roll = self.position, self.target, self._roll
        if self.kind != "still":
            position = position + self._shake.at(seconds)
            target = target + self._turn.at(seconds) * np.linalg.norm(target - position)
        if self.kind == "moving":
            share = seconds / self._seconds - 0.5
            position, target = position + self._way * share, target + self._pan * share
        return look_at(position, target, roll)


def place_exo(site, random, begin, seconds):
    """A motion, or `None` where no place was found. The wearer is filmed from `begin` of their script on."""
    room, everything = site.room, joined(site.static)
    middle = np.array([*site.wearer.placement(begin + seconds / 2)[0], 0])
    for _ in range(60):
        angle = random.uniform(-1.9, 1.9) if random.random() < 0.75 else random.uniform(-np.pi, np.pi)
        distance = random.uniform(*site.distance)
        position = middle + np.array([np.sin(angle) * distance, np.cos(angle) * distance, random.uniform(0.8, 2.5) if random.random() < 0.85 else random.uniform(0.4, 1.0)])
        margin = 0.35
        if (position < room.low + margin).any() or (position > room.high - (margin, margin, 0.15)).any():
            continue
        if any(np.hypot(x - position[0], y - position[1]) < r and r < 0.8 for x, y, r in site.keep_clear[1:]) or np.hypot(*(position - middle)[:2]) < 1.0:
            continue
        target = middle + np.array([0, random.uniform(0, 0.5), site.look_height]) + random.normal(0, (0.25, 0.25, 0.12))
        motion = ExoMotion(random, position, target, seconds, np.linalg.norm(position - middle - (0, 0.2, 0.9)))
        # Nothing but the person and what they work at may stand close before the lens.
        if len(everything):
            poses = [motion.pose(t) for t in np.linspace(0, seconds, 3)]
            rays = look_at(position, target)[:, :3].T @ np.array([(x, y, 1.0) for x in np.linspace(-0.9, 0.9, 7) for y in np.linspace(-0.5, 0.5, 5)]).T
            rays = (rays / np.linalg.norm(rays, axis=0)).T
            near = [library.cast(everything, -pose[:, :3].T @ pose[:, 3], rays)[0] for pose in poses]
            if np.mean(np.concatenate(near) < 0.5) > 0.03:
                continue
        return motion
    return None


def _gap(point, start, end):
    """Distance of a floor point from a line between two."""
    way = end - start
    share = np.clip((point - start) @ way / max(way @ way, 1e-9), 0, 1)
    return np.linalg.norm(point - start - share * way)


def furnish(site, palette, random, exo):
    """Puts furniture along the walls and about the room, out of the way of both cameras. Returns records."""
    room = site.room
    camera = exo.position[:2]
    taken = [(np.array([x, y]), r) for x, y, r in site.keep_clear] + [(camera, 0.75)]
    taken += [(other.place, 0.45) for other in site.others]
    parts = []

    def try_piece(piece, spot, angle):
        radius = float(np.linalg.norm(piece.half))
        if any(np.linalg.norm(spot - place) < r + radius * 0.9 for place, r in taken):
            return
        if piece.height > 0.6 and _gap(spot, camera, np.zeros(2)) < radius + 0.25:
            return
        taken.append((spot, radius * 0.85))
        parts.append(moved(piece.records, rotation_z(angle), (*spot, 0)))

    size = room.high - room.low
    far = size[:2].max() > 12 or room.outdoors
    for _ in range(0 if room.outdoors else random.integers(0, 8) if far else random.integers(6, 20)):
        piece = furniture.AGAINST_WALL[random.integers(len(furniture.AGAINST_WALL))](palette, random)
        wall = random.integers(4)
        # The back stands to the wall: +y for wall 3.
        angle = {0: np.pi / 2, 1: -np.pi / 2, 2: np.pi, 3: 0.0}[int(wall)]
        along = random.uniform(0.1, 0.9)
        deep = piece.half[1] + 0.03
        x = room.low[0] + deep if wall == 0 else room.high[0] - deep if wall == 1 else room.low[0] + size[0] * along
        y = room.low[1] + deep if wall == 2 else room.high[1] - deep if wall == 3 else room.low[1] + size[1] * along
        try_piece(piece, np.array([x, y]), angle)
    for _ in range(random.integers(2, 14)):
        kinds = furniture.OUTDOORS if far else furniture.FREE_STANDING
        piece = kinds[random.integers(len(kinds))](palette, random)
        spread = np.minimum(size[:2], 9)
        spot = np.clip((random.uniform(size=2) - 0.5) * spread * 1.2, room.low[:2] + 0.4, room.high[:2] - 0.4)
        try_piece(piece, spot, random.uniform(-np.pi, np.pi))
    return parts
