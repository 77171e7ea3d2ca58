"""What stands in a room. Each piece stands at the origin, its back towards +y."""

from dataclasses import dataclass

import numpy as np

from .materials import colour
from .primitives import Shapes, rotation_x, rotation_z


@dataclass
class Piece:
    records: np.ndarray
    half: np.ndarray  # metres, (x, y) of its footprint
    height: float


def table(palette, random, width=None, depth=None, height=None):
    width = random.uniform(0.9, 2.2) if width is None else width
    depth = random.uniform(0.55, 1.0) if depth is None else depth
    height = random.uniform(0.70, 0.78) if height is None else height
    s, thick = Shapes(), random.uniform(0.02, 0.05)
    top = [palette.wood, palette.wood, lambda: palette.any(0.6), palette.plain, lambda: palette.add("noise", colour(random), colour(random), scale=0.1, gloss=0.4)][random.integers(5)]()
    edge = top if random.random() < 0.6 else palette.plain()
    s.slab((-width / 2, -depth / 2, height - thick), (width / 2, depth / 2, height), edge, top=top)
    leg = palette.plain() if random.random() < 0.6 else top
    style = random.integers(3)
    inset = random.uniform(0.03, 0.15)
    for x in (-1, 1):
        if style == 2:
            s.slab((x * (width / 2 - inset) - 0.02, -depth / 2 + 0.03, 0), (x * (width / 2 - inset) + 0.02, depth / 2 - 0.03, height - thick), leg)
        for y in (-1, 1):
            foot = np.array([x * (width / 2 - inset), y * (depth / 2 - 0.06), 0])
            if style == 0:
                s.box(foot + (0, 0, (height - thick) / 2), (0.03, 0.03, (height - thick) / 2), leg)
            elif style == 1:
                s.cone(foot, foot + (-x * 0.04, 0, height - thick), 0.016, 0.022, leg)
    return Piece(s.records(), np.array([width / 2, depth / 2]), height)


def chair(palette, random):
    s, seat, frame = Shapes(), palette.cloth(), palette.plain()
    h, w = random.uniform(0.42, 0.48), random.uniform(0.19, 0.24)
    s.slab((-w, -w, h - 0.05), (w, w, h), seat)
    tilt = rotation_x(random.uniform(-0.25, -0.05))
    s.box(np.array([0, w, h + 0.28]), (w * 0.95, 0.02, random.uniform(0.12, 0.22)), seat, tilt)
    if random.random() < 0.5:
        for x in (-1, 1):
            s.cone((x * w * 0.8, w, h), (x * w * 0.8, w + 0.03, h + 0.3), 0.012, 0.012, frame)
            for y in (-1, 1):
                s.cone((x * w * 0.9, y * w * 0.9, 0), (x * w * 0.85, y * w * 0.85, h - 0.05), 0.012, 0.014, frame)
    else:
        s.cylinder((0, 0, 0.1), 0.025, h - 0.12, frame)
        s.cone((0, w * 0.7, h), (0, w + 0.03, h + 0.25), 0.025, 0.02, frame)
        for k in range(5):
            end = rotation_z(k * 1.2566) @ (0.28, 0, 0.05)
            s.cone((0, 0, 0.11), end, 0.022, 0.016, frame)
            s.ellipsoid(end - (0, 0, 0.02), (0.025, 0.025, 0.03), frame)
        if random.random() < 0.5:
            for x in (-1, 1):
                s.slab((x * w - 0.02, -0.1, h + 0.18), (x * w + 0.02, 0.15, h + 0.21), frame)
                s.cone((x * w, 0.05, h), (x * w, 0.05, h + 0.18), 0.012, 0.012, frame)
    return Piece(s.records(), np.array([w, w]) + 0.04, h + 0.5)


def shelf(palette, random):
    w, d, h = random.uniform(0.35, 0.9), random.uniform(0.12, 0.22), random.uniform(0.8, 2.1)
    s, frame = Shapes(), palette.wood() if random.random() < 0.6 else palette.plain()
    for x in (-1, 1):
        s.slab((x * w - 0.015, -d, 0), (x * w + 0.015, d, h), frame)
    s.slab((-w, d - 0.01, 0), (w, d, h), frame)
    levels = random.integers(2, 6)
    for k in range(levels + 1):
        z = h * k / levels
        s.slab((-w, -d, max(z - 0.025, 0)), (w, d, max(z, 0.02)), frame)
        if k == levels or random.random() < 0.15:
            continue
        left = -w + 0.03
        while left < w - 0.1:
            wide, tall = random.uniform(0.06, 0.5), h / levels * random.uniform(0.35, 0.8)
            right = min(left + wide, w - 0.03)
            books = palette.add("patches", colour(random), scale=random.uniform(0.03, 0.07), share=random.uniform(0, 1)) if random.random() < 0.5 else palette.any(0.15)
            s.slab((left, -d * random.uniform(0.3, 0.9), z), (right, d - 0.02, z + tall), books)
            left = right + random.uniform(0.01, 0.25)
    return Piece(s.records(), np.array([w, d]), h)


def cupboard(palette, random, height=None):
    w, d, h = random.uniform(0.3, 0.8), random.uniform(0.2, 0.33), random.uniform(0.6, 2.1) if height is None else height
    s, body, knob = Shapes(), palette.any(0.6) if random.random() < 0.4 else palette.wood(), palette.metal()
    s.slab((-w, -d, 0), (w, d, h), body, top=palette.plain())
    doors, rows = random.integers(1, 4), random.integers(1, 4)
    front = palette.plain() if random.random() < 0.4 else body
    for i in range(doors):
        for j in range(rows):
            x0, x1 = -w + 2 * w * i / doors + 0.012, -w + 2 * w * (i + 1) / doors - 0.012
            z0, z1 = 0.05 + (h - 0.06) * j / rows + 0.01, 0.05 + (h - 0.06) * (j + 1) / rows - 0.01
            s.slab((x0, -d - 0.015, z0), (x1, -d, z1), front)
            s.cone((x1 - 0.04, -d - 0.035, (z0 + z1) / 2 - 0.05), (x1 - 0.04, -d - 0.035, (z0 + z1) / 2 + 0.05), 0.008, 0.008, knob)
    return Piece(s.records(), np.array([w, d]), h)


def sofa(palette, random):
    w, s, cloth = random.uniform(0.5, 1.1), Shapes(), palette.cloth()
    cushion = cloth if random.random() < 0.5 else palette.cloth()
    s.slab((-w, -0.42, 0.08), (w, 0.42, 0.40), cloth)
    s.slab((-w, 0.22, 0.4), (w, 0.42, 0.85), cloth)
    for x in (-1, 1):
        s.slab((x * w - 0.12, -0.42, 0.08), (x * w + 0.12, 0.42, 0.62), cloth)
    for x in np.linspace(-w + 0.3, w - 0.3, random.integers(1, 4)):
        s.box((x, 0.12, 0.56), (0.2, 0.08, 0.17), cushion, rotation_x(-0.3))
    return Piece(s.records(), np.array([w + 0.12, 0.44]), 0.85)


def plant(palette, random):
    s, r, h = Shapes(), random.uniform(0.08, 0.2), random.uniform(0.15, 0.4)
    green = np.array([random.uniform(0.05, 0.3), random.uniform(0.3, 0.55), random.uniform(0.05, 0.25)])
    leaf = palette.add("noise", green, green * 0.5, scale=0.04, fine=0.2)
    s.cylinder((0, 0, 0), r, h, palette.any(0.1), top=palette.flat((0.15, 0.1, 0.06)))
    tall = random.uniform(0.2, 1.0)
    for k in range(random.integers(6, 14)):
        turn = rotation_z(k * 2.4)
        end = turn @ (random.uniform(0.1, 0.35), 0, h + tall * random.uniform(0.3, 1))
        s.cone((0, 0, h), end, 0.008, 0.005, leaf)
        s.ellipsoid(end, (random.uniform(0.06, 0.14), random.uniform(0.03, 0.07), 0.012), leaf, turn @ rotation_x(random.uniform(-0.6, 0.6)))
    return Piece(s.records(), np.array([0.3, 0.3]), h + tall)


def floor_lamp(palette, random):
    s, h = Shapes(), random.uniform(1.3, 1.8)
    s.cylinder((0, 0, 0), 0.14, 0.03, palette.metal())
    s.cylinder((0, 0, 0), 0.012, h, palette.metal())
    s.cylinder((0, 0, h - 0.12), random.uniform(0.1, 0.2), 0.26, palette.lamp() if random.random() < 0.7 else palette.plain())
    return Piece(s.records(), np.array([0.18, 0.18]), h + 0.1)


def tripod(palette, random):
    s, h, dark = Shapes(), random.uniform(1.1, 1.6), palette.metal()
    for k in range(3):
        s.cone(rotation_z(k * 2.0944) @ (0.32, 0, 0), (0, 0, h * 0.75), 0.012, 0.016, dark)
    s.cylinder((0, 0, h * 0.7), 0.014, h * 0.3, dark)
    s.slab((-0.04, -0.05, h), (0.04, 0.05, h + 0.07), palette.flat((0.05, 0.05, 0.05)))
    return Piece(s.records(), np.array([0.3, 0.3]), h)


def boxes(palette, random):
    s, low = Shapes(), 0.0
    for _ in range(random.integers(1, 5)):
        half = random.uniform(0.12, 0.35, 3) * (1, 1, 0.6)
        s.box((random.uniform(-0.06, 0.06), random.uniform(-0.06, 0.06), low + half[2]), half, palette.any(0.3) if random.random() < 0.6 else palette.plain((0.65, 0.48, 0.3)),
              rotation_z(random.uniform(-0.3, 0.3)))
        low += 2 * half[2]
    return Piece(s.records(), np.array([0.38, 0.38]), low)


def appliance(palette, random):
    """A fridge, a washing machine, a rack of machines."""
    w, d, h = random.uniform(0.25, 0.4), random.uniform(0.25, 0.35), random.choice([0.85, 0.9, random.uniform(1.4, 2.0)])
    s, body = Shapes(), palette.plain(np.full(3, random.choice([0.1, 0.5, 0.75, 0.9])), 0.4)
    s.slab((-w, -d, 0), (w, d, h), body)
    if h < 1:
        turn = rotation_x(np.pi / 2)
        s.cylinder((0, -d, h * 0.5), w * 0.65, 0.03, palette.metal(), turn, top=palette.flat((0.1, 0.1, 0.12), gloss=0.8))
    else:
        s.slab((-w, -d - 0.003, h * 0.62), (w, -d, h * 0.63), palette.flat((0.05, 0.05, 0.05)))
        s.cone((w - 0.06, -d - 0.03, h * 0.66), (w - 0.06, -d - 0.03, h * 0.9), 0.012, 0.012, palette.metal())
    return Piece(s.records(), np.array([w, d]), float(h))


def rounds(palette, random):
    """Balls, cones, barrels and stools: round things that stand about."""
    s, kind = Shapes(), random.integers(4)
    r = random.uniform(0.1, 0.3)
    if kind == 0:
        s.ellipsoid((0, 0, r), (r, r, r), palette.any(r))
    elif kind == 1:
        s.cone((0, 0, 0.02), (0, 0, random.uniform(0.2, 0.6)), r * 0.6, 0.02, palette.plain((0.9, 0.4, 0.1)))
    elif kind == 2:
        s.cylinder((0, 0, 0), r, random.uniform(0.4, 0.9), palette.any(0.3), top=palette.any(0.2))
    else:
        h = random.uniform(0.4, 0.7)
        s.cylinder((0, 0, h), 0.17, 0.04, palette.any(0.2))
        for k in range(4):
            s.cone(rotation_z(k * 1.5708) @ (0.18, 0, 0), rotation_z(k * 1.5708) @ (0.1, 0, h), 0.014, 0.014, palette.plain())
    return Piece(s.records(), np.array([r + 0.05, r + 0.05]), 0.6)


AGAINST_WALL = (shelf, cupboard, cupboard, sofa, appliance, table, boxes)
FREE_STANDING = (chair, chair, table, plant, floor_lamp, tripod, boxes, rounds)
OUTDOORS = (tripod, boxes, rounds, rounds, table, plant)
