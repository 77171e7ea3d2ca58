"""Small things that can be picked up or just lie there. Each stands with its foot at the origin."""

from dataclasses import dataclass

import numpy as np

from .materials import NAMED, colour
from .primitives import Shapes, moved, rotation_x, rotation_y, rotation_z


@dataclass
class Thing:
    """`grip` says how it is held: `side` (upright, fingers round it), `top` (from above) or `both` (two hands)."""

    name: str
    records: np.ndarray
    grip: str
    radius: float   # of what a hand closes around, or half the width between two hands, metres
    height: float   # of its top above its foot
    grip_height: float


def _named(random):
    name = str(random.choice(list(NAMED)))
    return name, np.clip(np.array(NAMED[name]) * random.uniform(0.75, 1.15), 0, 1)


def _paint(palette, random, rgb, size):
    return palette.any(size, rgb) if random.random() < 0.5 else palette.plain(rgb)


def mug(palette, random):
    name, rgb = _named(random)
    s, r, h = Shapes(), random.uniform(0.034, 0.042), random.uniform(0.08, 0.11)
    inside = palette.flat(colour(random) * 0.4)
    body = _paint(palette, random, rgb, h)
    s.cylinder((0, 0, 0), r, h, body)
    s.cylinder((0, 0, h - 0.002), r * 0.9, 0.003, inside)
    turn = random.uniform(0, 6.28)
    arc = [(r + 0.028 * np.sin(a), 0, h * (0.5 - 0.32 * np.cos(a))) for a in np.linspace(0, np.pi, 6)]
    for a, b in zip(arc[:-1], arc[1:]):
        s.cone(rotation_z(turn) @ a, rotation_z(turn) @ b, 0.006, 0.006, body)
    return Thing(f"{name} mug", s.records(), "side", r, h, h * 0.52)


def bottle(palette, random):
    name, rgb = _named(random)
    s, r, h = Shapes(), random.uniform(0.028, 0.042), random.uniform(0.17, 0.28)
    body = palette.flat(rgb, gloss=0.8)
    s.cylinder((0, 0, 0), r, h * 0.62, body)
    s.cone((0, 0, h * 0.62), (0, 0, h * 0.82), r * 0.98, r * 0.42, body)
    s.cylinder((0, 0, h * 0.84), r * 0.42, h * 0.16, palette.plain())
    s.cylinder((0, 0, h * 0.15), r * 1.02, h * 0.32, palette.add("text", colour(random), colour(random), scale=0.012))
    return Thing(f"{name} bottle", s.records(), "side", r, h, h * 0.4)


def can(palette, random):
    name, rgb = _named(random)
    s, r, h = Shapes(), random.uniform(0.028, 0.045), random.uniform(0.06, 0.14)
    s.cylinder((0, 0, 0), r, h, palette.any(h, rgb), top=palette.metal())
    return Thing(f"{name} can", s.records(), "side", r, h, h * 0.5)


def block(palette, random):
    name, rgb = _named(random)
    s, w, d, h = Shapes(), *random.uniform(0.018, 0.040, 2), random.uniform(0.03, 0.14)
    s.slab((-w, -d, 0), (w, d, h), _paint(palette, random, rgb, 0.05), top=palette.any(0.05) if random.random() < 0.4 else -1)
    return Thing(f"{name} block", s.records(), "side" if h > 0.06 else "top", max(w, d), h, h * 0.5)


def carton(palette, random):
    name, rgb = _named(random)
    s, w, d, h = Shapes(), random.uniform(0.06, 0.15), random.uniform(0.05, 0.12), random.uniform(0.05, 0.22)
    s.slab((-w, -d, 0), (w, d, h), palette.any(0.2, rgb), top=palette.any(0.1) if random.random() < 0.6 else -1)
    if random.random() < 0.4:  # an open lid
        tilt = rotation_x(random.uniform(-0.5, 0.2))
        s.box(np.array([0, d, h]) + tilt @ [0, 0, d], (w, 0.003, d), palette.any(0.2), tilt)
    return Thing(f"{name} box", s.records(), "both", w, h, h * 0.5)


def book(palette, random):
    name, rgb = _named(random)
    s, w, d, h = Shapes(), random.uniform(0.06, 0.11), random.uniform(0.08, 0.15), random.uniform(0.008, 0.035)
    s.slab((-w, -d, 0), (w, d, h), palette.flat((0.88, 0.86, 0.8)), top=palette.any(0.15, rgb))
    s.slab((-w - 0.002, -d, 0), (-w + 0.004, d, h), palette.plain(rgb))
    return Thing(f"{name} book", s.records(), "both", w, h, h * 0.5)


def sheet(palette, random):
    s, w, d = Shapes(), random.uniform(0.07, 0.15), random.uniform(0.1, 0.21)
    s.slab((-w, -d, 0), (w, d, 0.002), palette.flat((0.92, 0.92, 0.9)), top=palette.paper())
    return Thing("sheet of paper", s.records(), "both", w, 0.002, 0.001)


def phone(palette, random):
    name, rgb = _named(random)
    s = Shapes()
    s.slab((-0.036, -0.075, 0), (0.036, 0.075, 0.009), palette.plain(rgb * 0.5), top=palette.screen())
    return Thing(f"{name} phone", s.records(), "top", 0.036, 0.009, 0.004)


def bowl(palette, random):
    name, rgb = _named(random)
    parts, r, h = Shapes(), random.uniform(0.06, 0.13), random.uniform(0.035, 0.08)
    body, inside = _paint(palette, random, rgb, 0.1), palette.any(0.04)
    steps = 4
    for k in range(steps):
        low = h * k / steps
        parts.cylinder((0, 0, low), r * (0.62 + 0.38 * (k + 1) / steps), h / steps, body)
    parts.cylinder((0, 0, h - 0.004), r * 0.93, 0.006, inside)
    if random.random() < 0.5:
        for _ in range(5):
            x, y = random.uniform(-0.45, 0.45, 2) * r
            parts.ellipsoid((x, y, h), random.uniform(0.012, 0.03, 3), palette.any(0.03))
    return Thing(f"{name} bowl", parts.records(), "both", r, h, h * 0.6)


def plate(palette, random):
    name, rgb = _named(random)
    s, r = Shapes(), random.uniform(0.08, 0.14)
    s.cylinder((0, 0, 0), r * 0.7, 0.012, palette.plain(rgb))
    s.cylinder((0, 0, 0.010), r, 0.008, palette.plain(rgb), top=palette.any(0.2, rgb))
    for _ in range(random.integers(0, 5)):
        x, y = random.uniform(-0.5, 0.5, 2) * r
        s.ellipsoid((x, y, 0.022), random.uniform(0.012, 0.035, 3), palette.any(0.03))
    return Thing(f"{name} plate", s.records(), "both", r, 0.02, 0.012)


def fruit(palette, random):
    name, rgb = [("apple", (0.75, 0.15, 0.1)), ("orange", (0.92, 0.5, 0.08)), ("lemon", (0.92, 0.82, 0.2)), ("ball", colour(random)),
                 ("potato", (0.65, 0.48, 0.28)), ("pear", (0.6, 0.7, 0.2))][random.integers(6)]
    s, r = Shapes(), random.uniform(0.026, 0.042)
    s.ellipsoid((0, 0, r), (r, r * random.uniform(0.85, 1.2), r), palette.add("noise", rgb, np.array(rgb) * 0.7, scale=r, gloss=0.3))
    return Thing(name, s.records(), "top", r, 2 * r, r)


def tool(palette, random):
    """Something long with a handle: a knife, a brush, a screwdriver, a pen."""
    name, rgb = _named(random)
    kind = str(random.choice(["knife", "screwdriver", "pen", "brush", "spoon"]))
    s, r, n = Shapes(), {"pen": 0.005}.get(kind, random.uniform(0.009, 0.014)), random.uniform(0.05, 0.065)
    handle, tip = palette.plain(rgb), palette.metal()
    s.cone((0, -n, r), (0, n * 0.6, r), r, r, handle)
    if kind == "knife":
        s.slab((-0.002, n * 0.6, 0.0), (0.002, n * 0.6 + random.uniform(0.08, 0.18), 0.03), tip)
    elif kind == "spoon":
        s.cone((0, n * 0.6, r), (0, n * 2, r), 0.004, 0.004, tip)
        s.ellipsoid((0, n * 2.2, r), (0.018, 0.028, 0.006), tip)
    elif kind == "brush":
        s.box((0, n * 1.0, r), (0.02, 0.03, 0.008), palette.any(0.01))
    else:
        s.cone((0, n * 0.6, r), (0, n * (1.1 if kind == "pen" else 2), r), 0.004, 0.002, tip)
    return Thing(f"{name} {kind}", moved(s.records(), rotation_z(random.uniform(-0.5, 0.5)), (0, 0, 0)), "top", r, 2 * r, r)


def pan(palette, random):
    s, r = Shapes(), random.uniform(0.09, 0.14)
    body = palette.plain(np.full(3, random.uniform(0.05, 0.4)), 0.6)
    s.cylinder((0, 0, 0), r, 0.05, body, top=palette.any(0.05, np.array([0.5, 0.35, 0.2])))
    turn = rotation_z(random.uniform(-2.6, -0.6))
    s.cone(turn @ (r, 0, 0.04), turn @ (r + 0.17, 0, 0.055), 0.011, 0.012, palette.plain())
    return Thing("pan", s.records(), "both", r, 0.05, 0.03)


def laptop(palette, random):
    s = Shapes()
    grey = palette.plain(np.full(3, random.uniform(0.1, 0.75)), 0.3)
    keys = palette.add("keys", (0.5, 0.5, 0.5), (0.08, 0.08, 0.08), (0.3, 0.3, 0.3), scale=0.019)
    s.slab((-0.16, -0.11, 0), (0.16, 0.11, 0.016), grey, top=keys)
    tilt = rotation_x(random.uniform(-0.5, -0.1))
    lid = np.array([0, 0.11, 0.016])
    s.box(lid + tilt @ [0, 0, 0.105], (0.16, 0.004, 0.105), grey, tilt)
    s.box(lid + tilt @ [0, -0.005, 0.108], (0.15, 0.002, 0.093), palette.screen(), tilt)
    return Thing("laptop", s.records(), "both", 0.16, 0.1, 0.01)


def keyboard(palette, random):
    s = Shapes()
    dark = random.random() < 0.6
    a, b = ((0.1,) * 3, (0.2,) * 3) if dark else ((0.75,) * 3, (0.92,) * 3)
    s.slab((-0.21, -0.065, 0), (0.21, 0.065, 0.02), palette.flat(a), top=palette.add("keys", a, b, colour(random), scale=0.02))
    return Thing("keyboard", s.records(), "both", 0.21, 0.02, 0.01)


def junk(palette, random):
    """A thing of no name."""
    s = Shapes()
    for _ in range(random.integers(1, 4)):
        size, place = random.uniform(0.015, 0.06, 3), random.uniform(-0.03, 0.03, 3)
        place[2] = size[2]
        turn = rotation_z(random.uniform(0, 3.14)) @ rotation_y(random.choice([0, 0, random.uniform(-0.3, 0.3)]))
        (s.box if random.random() < 0.5 else s.ellipsoid)(place, size, palette.any(0.08), turn)
    return Thing("part", s.records(), "top", 0.035, 0.08, 0.03)


HANDY = (mug, bottle, can, block, carton, book, phone, bowl, plate, fruit, tool, sheet, junk)
LYING = HANDY + (pan, laptop, keyboard)
