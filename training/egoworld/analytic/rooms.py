"""The room itself: its size, its six faces with what hangs on them, and the light in it."""

from dataclasses import dataclass, field

import numpy as np

from ..native import layout
from .materials import colour, pale

FLOOR, CEILING = 4, 5


@dataclass
class Room:
    low: np.ndarray
    high: np.ndarray
    faces: list                       # six material numbers
    decals: list = field(default_factory=list)
    lights: list = field(default_factory=list)
    ambient: tuple = ((0.4, 0.4, 0.4), (0.25, 0.25, 0.25))
    outdoors: bool = False

    def record(self):
        row = np.zeros((), layout.ROOM)
        row["low"], row["high"], row["material"] = self.low, self.high, self.faces
        row["ambient_above"], row["ambient_below"] = self.ambient
        row["corner_shade"] = 0 if self.outdoors else 0.35
        return row

    def decal_records(self):
        return np.array(self.decals, layout.DECAL) if self.decals else np.zeros(0, layout.DECAL)

    def light_records(self):
        return np.array(self.lights, layout.LIGHT)

    def face_size(self, face):
        """(low u, low v, high u, high v) of a face, metres."""
        axes = [(1, 2), (1, 2), (0, 2), (0, 2), (0, 1), (0, 1)][face]
        return (*self.low[list(axes)], *self.high[list(axes)])


def _floor(palette, random):
    kind = random.random()
    if kind < 0.35:
        return palette.wood()
    if kind < 0.55:
        a = colour(random)
        return palette.add("tiles", a, a * random.uniform(0.4, 0.9), scale=random.uniform(0.15, 0.6), share=random.uniform(0, 0.4), gloss=random.uniform(0, 0.5))
    if kind < 0.75:
        a = colour(random)
        return palette.add("grass", a, a * random.uniform(0.6, 0.9), scale=random.uniform(0.01, 0.04))
    return palette.any(1.2)


def _wall(palette, random):
    kind = random.random()
    if kind < 0.55:
        a = pale(random) if random.random() < 0.7 else colour(random)
        return palette.add(str(random.choice(["flat", "noise"])), a, a * random.uniform(0.85, 1), scale=random.uniform(0.2, 1.5))
    if kind < 0.65:
        a = colour(random)
        return palette.add("bricks", a, pale(random) * 0.8, scale=random.uniform(0.18, 0.3), fine=0.2)
    if kind < 0.78:
        a = pale(random)
        return palette.add(str(random.choice(["tiles", "panels"])), a, a * random.uniform(0.5, 0.9), scale=random.uniform(0.08, 0.4), share=random.uniform(0, 0.3))
    return palette.any(1.5)


def _hang(room, palette, random, face):
    """Pictures, boards, doors, windows, skirting and stripes on a wall."""
    low_u, low_v, high_u, high_v = room.face_size(face)
    tall = high_v - low_v
    taken = []
    for _ in range(random.integers(1, 8)):
        kind = random.random()
        wide, high, glow, material = random.uniform(0.25, 1.4), random.uniform(0.2, 1.1), 0, None
        bottom = random.uniform(0.8, max(tall - high - 0.2, 0.9))
        if kind < 0.22:
            wide, high, bottom = random.uniform(0.6, 2.4), random.uniform(0.7, 1.6), random.uniform(0.5, 1.1)
            outside = np.array([0.55, 0.7, 0.4]) * random.uniform(0.4, 0.9) if random.random() < 0.5 else colour(random)
            sky = (random.uniform(0.45, 0.95), random.uniform(0.6, 0.95), 0.95) if random.random() < 0.85 else (0.02, 0.03, 0.08)
            material = palette.add("window", pale(random), outside, sky, scale=random.uniform(0.5, 1.1), share=random.uniform(0, 1),
                                   glow=random.uniform(0.9, 2.2) if random.random() < 0.85 else random.uniform(0.05, 0.5))
        elif kind < 0.36:
            wide, high, bottom = random.uniform(0.75, 1.0), random.uniform(1.9, 2.15), 0
            material = palette.wood() if random.random() < 0.5 else palette.plain()
        elif kind < 0.55:
            material = palette.paper() if random.random() < 0.3 else palette.add("text", pale(random), colour(random), scale=random.uniform(0.03, 0.12))
        elif kind < 0.62:
            low_u2, high_u2 = low_u, high_u
            height = random.uniform(0.06, 0.3) if random.random() < 0.5 else random.uniform(0.6, 1.3)
            room.decals.append((face, palette.plain(), low_u2, 0, high_u2, height))
            continue
        else:
            material = palette.any(0.5)
        left = random.uniform(low_u, max(high_u - wide, low_u + 0.01))
        if any(left < b and left + wide > a for a, b in taken):
            continue
        taken.append((left - 0.1, left + wide + 0.1))
        edge = random.choice([0, 0.02, 0.05])
        if edge:
            room.decals.append((face, palette.plain(), left - edge, bottom - (edge if bottom else 0), left + wide + edge, bottom + high + edge))
        room.decals.append((face, material, left, bottom, left + wide, bottom + high))


def _lamps(room, palette, random):
    """Panels on the ceiling, and the lamps that stand for them."""
    low_u, low_v, high_u, high_v = room.face_size(CEILING)
    lit = palette.lamp()
    wide, deep = random.uniform(0.1, 0.6), random.uniform(0.3, 1.2)
    columns, rows = max(1, int((high_u - low_u) / random.uniform(1.5, 4))), max(1, int((high_v - low_v) / random.uniform(1.5, 4)))
    for i in range(min(columns, 5)):
        for j in range(min(rows, 5)):
            u, v = low_u + (i + 0.5) * (high_u - low_u) / min(columns, 5), low_v + (j + 0.5) * (high_v - low_v) / min(rows, 5)
            room.decals.append((CEILING, lit, u - wide / 2, v - deep / 2, u + wide / 2, v + deep / 2))


def light_up(room, random, key_place=None):
    """One lamp that throws shadows and one or two that fill in."""
    size = room.high - room.low
    warm = np.array([1, random.uniform(0.9, 1.0), random.uniform(0.75, 1.05)])
    if room.outdoors:
        direction = np.array([*random.normal(0, 0.6, 2), random.uniform(0.5, 1.2)])
        sun = random.uniform(0.2, 1.0)
        room.lights.append((direction / np.linalg.norm(direction), warm * sun, 1, 1, 1))
        sky = np.array([0.85, 0.95, 1.1]) * random.uniform(0.5, 0.8)
        room.ambient = tuple(sky), tuple(sky * random.uniform(0.3, 0.6))
        return
    inside = lambda share: room.low + size * (0.5 + random.uniform(-share, share), 0.5 + random.uniform(-share, share), random.uniform(0.8, 0.95))
    reach = max(size.max() * 0.6, 1.5)
    key = inside(0.35) if key_place is None else key_place
    room.lights.append((key, warm * random.uniform(0.35, 0.9), 0, int(random.random() < 0.85), reach))
    for _ in range(random.integers(1, 3)):
        room.lights.append((inside(0.45) * (1, 1, random.uniform(0.5, 1)), warm[::-1] * random.uniform(0.1, 0.4), 0, 0, reach))
    level = random.uniform(0.22, 0.5)
    tint = random.uniform(0.92, 1.08, 3)
    room.ambient = tuple(level * tint), tuple(level * tint * random.uniform(0.5, 0.9))


def indoor(palette, random, low, high):
    wall = _wall(palette, random)
    faces = [wall if random.random() < 0.6 else _wall(palette, random) for _ in range(4)]
    ceiling = palette.flat(pale(random)) if random.random() < 0.6 else palette.add("tiles", pale(random), pale(random) * 0.7, scale=0.6)
    room = Room(np.array(low, float), np.array(high, float), [*faces, _floor(palette, random), ceiling])
    for face in range(4):
        _hang(room, palette, random, face)
    for _ in range(random.integers(0, 3)):  # rugs and marks on the floor
        low_u, low_v, high_u, high_v = room.face_size(FLOOR)
        u, v, w, d = random.uniform(low_u, high_u), random.uniform(low_v, high_v), *random.uniform(0.3, 1.5, 2)
        room.decals.append((FLOOR, palette.any(0.8), u - w, v - d, u + w, v + d))
    _lamps(room, palette, random)
    light_up(room, random)
    return room


def hall(palette, random, low, high):
    """A sports hall: tall sheet walls, a marked floor."""
    a = pale(random)
    wall = palette.add("panels", a, a * random.uniform(0.6, 0.9), scale=random.uniform(0.15, 0.5))
    green = np.array([random.uniform(0.1, 0.3), random.uniform(0.35, 0.55), random.uniform(0.12, 0.3)]) if random.random() < 0.5 else colour(random)
    floor = palette.add("grass", green, green * random.uniform(0.6, 0.9), scale=random.uniform(0.02, 0.06)) if random.random() < 0.6 else palette.wood()
    room = Room(np.array(low, float), np.array(high, float), [wall, wall, wall, _wall(palette, random), floor, palette.add("panels", (0.5,) * 3, (0.3,) * 3, scale=0.4)])
    lines_on_floor(room, palette, random)
    for face in range(4):
        low_u, _, high_u, high_v = room.face_size(face)
        if random.random() < 0.6:
            room.decals.append((face, palette.plain(), low_u, 0, high_u, random.uniform(0.3, 2.2)))
        for u in np.arange(low_u + random.uniform(0, 3), high_u, random.uniform(2.5, 6)):
            room.decals.append((face, palette.plain(np.full(3, 0.25)), u, 0, u + 0.3, high_v))
        _hang(room, palette, random, face)
        if random.random() < 0.5:
            glass = palette.add("window", (0.6, 0.6, 0.6), (0.5, 0.6, 0.6), (0.8, 0.9, 1), scale=1.2, share=0.5, glow=random.uniform(0.9, 1.6))
            room.decals.append((face, glass, low_u, high_v * 0.7, high_u, high_v * 0.92))
    _lamps(room, palette, random)
    light_up(room, random)
    return room


def lines_on_floor(room, palette, random):
    low_u, low_v, high_u, high_v = room.face_size(FLOOR)
    paint = palette.flat((0.92, 0.92, 0.9)) if random.random() < 0.7 else palette.plain()
    wide = random.uniform(0.05, 0.12)
    for _ in range(random.integers(1, 5)):
        u, v = random.uniform(low_u, high_u) * 0.7, random.uniform(low_v, high_v) * 0.7
        if random.random() < 0.5:
            room.decals.append((FLOOR, paint, low_u, v, high_u, v + wide))
        else:
            room.decals.append((FLOOR, paint, u, low_v, u + wide, high_v))


def open_air(palette, random, low, high):
    """A lawn or a yard under the sky; the walls are a far line of trees or houses."""
    haze = (random.uniform(0.6, 0.85), random.uniform(0.72, 0.9), 0.97)
    glow = random.uniform(0.8, 1.2)
    trees = np.array([random.uniform(0.25, 0.5), random.uniform(0.35, 0.5), random.uniform(0.18, 0.35)])
    far = palette.add("window", (0.5,) * 3, trees, haze, scale=random.uniform(2, 4), share=0.0, glow=glow)
    sky = palette.flat(haze, glow=glow)
    green = np.array([random.uniform(0.22, 0.45), random.uniform(0.38, 0.55), random.uniform(0.12, 0.28)])
    floor = palette.add("grass", green, green * 0.7, scale=random.uniform(0.02, 0.06)) if random.random() < 0.6 else palette.any(1.5)
    walls = [far if random.random() < 0.7 else palette.add("bricks", colour(random), pale(random), scale=0.3) for _ in range(4)]
    room = Room(np.array(low, float), np.array(high, float), [*walls, floor, sky], outdoors=True)
    lines_on_floor(room, palette, random)
    light_up(room, random)
    return room
