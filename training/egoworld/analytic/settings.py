"""Where it happens: a table, a counter, a desk, a hall, a lawn, the floor, on the way through a room."""

from dataclasses import dataclass, field

import numpy as np

from . import furniture, objects, rooms
from .handwork import Work
from .people import Bystander
from .primitives import moved, rotation_z
from .wearer import Wearer, hanging, resting


@dataclass
class Site:
    """A scene before anybody films it. The wearer stands at the origin and faces +y."""

    kind: str
    room: rooms.Room
    wearer: Wearer
    phrase: str
    static: list = field(default_factory=list)      # records
    others: list = field(default_factory=list)
    rolling: object = None                          # seconds -> records of a ball
    keep_clear: list = field(default_factory=list)  # (x, y, radius)
    distance: tuple = (1.4, 4.2)                    # of the exo camera, metres
    look_height: float = 0.9
    begin: float = 0.0                              # seconds of the script at the first frame


def _around(random, front, back, side):
    """A room's corners, given distances from the wearer."""
    return np.array([-random.uniform(*side), -random.uniform(*back), 0.0]), np.array([random.uniform(*side), random.uniform(*front), random.uniform(2.3, 3.6)])


def _spots(random, count, low, high, gap=0.13):
    """Places (x, y) on a surface, apart from each other."""
    found = []
    for _ in range(count * 8):
        spot = random.uniform(low, high)
        if all(np.hypot(*(spot - other)) > gap for other in found):
            found.append(spot)
        if len(found) == count:
            break
    return found


def _busy_hands(palette, random, work, height, seconds, front=0.28, wide=0.40):
    """Fills the timeline with carries until `seconds`."""
    while work.busy_until < seconds:
        thing = objects.HANDY[random.integers(len(objects.HANDY))](palette, random)
        if thing.grip == "both":
            side, low, high = "both", np.array([-0.08, front + 0.06]), np.array([0.08, 0.50])
        else:
            side = "right" if random.random() < 0.62 else "left"
            low, high = np.array([-0.04, front + 0.02]), np.array([wide, 0.52])
        sign = -1 if side == "left" else 1
        spots = [spot * (sign, 1) for spot in _spots(random, 6, low, high, 0.1)]
        spots = [spot for spot in spots if all(np.hypot(*(spot - other)) > 0.07 + thing.radius for other in _busy_places(work))] or spots[:2]
        start, end = spots[0], spots[-1]
        turn = random.uniform(-0.6, 0.6) if thing.grip != "both" else 0.0
        work.move(thing, side, (*start, height), (*end, height), turn, inspect=random.random() < 0.45)
        if random.random() < 0.25:
            break
    work.rest_until(seconds)


def _clutter(palette, random, height, low, high, count, busy=()):
    parts = []
    for spot in _spots(random, count, np.asarray(low), np.asarray(high), 0.16):
        if any(np.hypot(*(spot - other)) < 0.15 for other in busy):
            continue
        thing = objects.LYING[random.integers(len(objects.LYING))](palette, random)
        parts.append(moved(thing.records, rotation_z(random.uniform(-3.1, 3.1) if random.random() < 0.4 else random.uniform(-0.3, 0.3)), (*spot, height)))
    return parts


def _busy_places(work):
    return [place[:2] for carry in work.carries for place in (carry.start, carry.end)]


def _seated_chair(palette, random):
    chair = furniture.chair(palette, random)
    return moved(chair.records, rotation_z(np.pi), (0, -0.05, 0))


def at_table(palette, random, seconds, opposite=False):
    sitting = opposite or random.random() < 0.65
    height = random.uniform(0.70, 0.78) if sitting else random.uniform(0.85, 0.98)
    depth, front = random.uniform(0.55, 1.1), random.uniform(0.20, 0.27)
    table = furniture.table(palette, random, random.uniform(0.9, 2.4), depth, height)
    hips = random.uniform(0.52, 0.57) if sitting else 0.92
    work = Work(random, resting(height), begin=random.uniform(0, 0.6))
    if not sitting and random.random() < 0.3:
        work = Work(random, hanging(0.92), begin=0)
    _busy_hands(palette, random, work, height, seconds)
    wearer = Wearer(palette, random, "sit" if sitting else "stand", hips, work, idle_gaze=(0, 0.5, height))
    low, high = _around(random, (2.0, 6.5), (1.0, 5.0), (1.6, 4.5))
    room = rooms.indoor(palette, random, low, high)
    shift = random.uniform(-0.4, 0.4)
    static = [moved(table.records, rotation_z(0), (shift, front + depth / 2, 0))]
    half = table.half[0]
    static += _clutter(palette, random, height, (shift - half + 0.1, front + 0.1), (shift + half - 0.1, front + depth - 0.06), random.integers(2, 14), _busy_places(work))
    if sitting:
        static.append(_seated_chair(palette, random))
    site = Site("table", room, wearer, "at a table", static, distance=(1.4, 4.2), look_height=height + 0.15)
    site.keep_clear = [(0, 0, 0.75), (shift, front + depth / 2, half + 0.1)]
    if opposite or random.random() < 0.2:
        sit = random.random() < 0.75
        x = shift * 0.5 + random.uniform(-0.4, 0.4)
        site.others.append(Bystander(palette, random, (x, front + depth + 0.27), np.pi + random.uniform(-0.3, 0.3), "sit" if sit else "stand", surface=height))
        site.keep_clear.append((x, front + depth + 0.3, 0.6))
        if sit:
            static.append(moved(furniture.chair(palette, random).records, np.eye(3), (x, front + depth + 0.32, 0)))
    return site


def facing(palette, random, seconds):
    return at_table(palette, random, seconds, opposite=True)


def at_counter(palette, random, seconds):
    """A kitchen or a workshop bench along a wall."""
    height, front, depth = random.uniform(0.86, 0.96), random.uniform(0.20, 0.26), random.uniform(0.55, 0.7)
    work = Work(random, resting(height) if random.random() < 0.7 else hanging(0.92), begin=random.uniform(0, 0.6))
    _busy_hands(palette, random, work, height, seconds)
    wearer = Wearer(palette, random, "stand", 0.92, work, idle_gaze=(0, 0.5, height), droop=8)
    low, high = _around(random, (1, 2), (1.4, 4.5), (1.3, 3.5))
    wall = front + depth
    high[1] = wall
    room = rooms.indoor(palette, random, low, high)
    left, right = max(low[0], -random.uniform(0.8, 3)), min(high[0], random.uniform(0.8, 3))
    s = furniture.Shapes()
    body, top, splash = palette.any(0.6) if random.random() < 0.3 else palette.plain(), palette.any(0.5), palette.any(0.15)
    s.slab((left, front + 0.03, 0), (right, wall, height - 0.035), body)
    s.slab((left, front, height - 0.035), (right, wall, height), top)
    knob = palette.metal()
    wide = random.uniform(0.35, 0.6)
    for x in np.arange(left, right - wide + 0.01, wide):
        s.slab((x + 0.008, front + 0.015, 0.09), (x + wide - 0.008, front + 0.03, height - 0.06), body)
        s.cone((x + 0.1, front - 0.005, height - 0.12), (x + wide - 0.1, front - 0.005, height - 0.12), 0.007, 0.007, knob)
    if random.random() < 0.75:
        low_edge, deep = random.uniform(1.38, 1.55), random.uniform(0.28, 0.36)
        for x in np.arange(left, right - wide + 0.01, wide):
            if random.random() < 0.8:
                s.slab((x + 0.004, wall - deep, low_edge), (x + wide - 0.004, wall, low_edge + 0.7), body)
                s.cone((x + 0.05, wall - deep - 0.015, low_edge + 0.05), (x + 0.05, wall - deep - 0.015, low_edge + 0.2), 0.007, 0.007, knob)
    room.decals.append((3, splash, left, height, right, random.uniform(1.1, 1.5)))
    x = random.uniform(-0.9, 0.9)
    if left + 0.35 < x < right - 0.35:
        if random.random() < 0.5:  # a hob
            s.slab((x - 0.29, front + 0.06, height), (x + 0.29, wall - 0.06, height + 0.006), palette.flat((0.04, 0.04, 0.05), gloss=0.8))
            for dx in (-0.14, 0.14):
                for dy in (0.18, 0.42):
                    s.cylinder((x + dx, front + dy, height + 0.006), 0.085, 0.004, palette.plain())
        else:  # a sink
            s.slab((x - 0.28, front + 0.1, height), (x + 0.28, wall - 0.12, height + 0.004), palette.metal(), top=palette.flat((0.25, 0.26, 0.27)))
            s.cone((x, wall - 0.08, height), (x, wall - 0.08, height + 0.22), 0.014, 0.014, knob)
            s.cone((x, wall - 0.08, height + 0.22), (x, wall - 0.25, height + 0.18), 0.014, 0.012, knob)
    static = [s.records()] + _clutter(palette, random, height, (max(left, -1.3) + 0.1, front + 0.12), (min(right, 1.3) - 0.1, wall - 0.1), random.integers(3, 14), _busy_places(work))
    site = Site("counter", room, wearer, "at a counter", static, distance=(1.2, 3.6), look_height=1.05)
    site.keep_clear = [(0, 0, 0.8), *((x, wall - 0.3, 0.6) for x in np.arange(left, right, 0.5))]
    return site


def at_desk(palette, random, seconds):
    """A desk with a screen, against a wall."""
    height, front, depth = random.uniform(0.70, 0.77), random.uniform(0.2, 0.26), random.uniform(0.6, 0.85)
    desk = furniture.table(palette, random, random.uniform(1.1, 2.0), depth, height)
    work = Work(random, resting(height), begin=random.uniform(0, 1))
    if random.random() < 0.75:
        _busy_hands(palette, random, work, height, seconds)
    wearer = Wearer(palette, random, "sit", random.uniform(0.52, 0.57), work, idle_gaze=(0, 0.6, height + 0.2))
    low, high = _around(random, (1, 2), (1.2, 5), (1.4, 4))
    high[1] = front + depth + random.choice([0.02, 0.02, random.uniform(1, 4)])
    room = rooms.indoor(palette, random, low, high)
    s = furniture.Shapes()
    screen, dark = palette.screen(), palette.plain(np.full(3, random.choice([0.05, 0.2, 0.8])))
    for x in ([0.0] if random.random() < 0.6 else [-0.29, 0.29]):
        y = front + depth - 0.18
        s.slab((x - 0.27, y, height + 0.1), (x + 0.27, y + 0.03, height + 0.42), dark)
        s.slab((x - 0.26, y - 0.002, height + 0.11), (x + 0.26, y, height + 0.41), screen)
        s.cone((x, y + 0.04, height), (x, y + 0.04, height + 0.2), 0.02, 0.02, dark)
        s.slab((x - 0.11, y - 0.06, height), (x + 0.11, y + 0.1, height + 0.012), dark)
    keyboard = objects.keyboard(palette, random)
    static = [moved(desk.records, np.eye(3), (0, front + depth / 2, 0)), s.records(), _seated_chair(palette, random)]
    if random.random() < 0.7:
        static.append(moved(keyboard.records, np.eye(3), (random.uniform(-0.1, 0.1), front + 0.33, height)))
    half = desk.half[0]
    static += _clutter(palette, random, height, (-half + 0.1, front + 0.12), (half - 0.1, front + depth - 0.1), random.integers(1, 9), _busy_places(work))
    site = Site("desk", room, wearer, "at a desk", static, distance=(1.2, 3.6), look_height=height + 0.15)
    site.keep_clear = [(0, 0, 0.75), (0, front + depth / 2, half + 0.1)]
    return site


def on_the_floor(palette, random, seconds):
    height = random.choice([0.0, 0.0, random.uniform(0.25, 0.42)])
    work = Work(random, resting(max(height, 0.1) + 0.12), begin=random.uniform(0, 0.6))
    _busy_hands(palette, random, work, height, seconds, front=0.36)
    wearer = Wearer(palette, random, "kneel", 0.30, work, idle_gaze=(0, 0.7, height))
    outside = random.random() < 0.25
    low, high = _around(random, (1.8, 5), (1.2, 4), (1.5, 4))
    room = rooms.open_air(palette, random, low * 3, high * 3) if outside else rooms.indoor(palette, random, low, high)
    static = []
    if height > 0:
        static.append(moved(furniture.table(palette, random, random.uniform(0.7, 1.3), 0.5, height).records, np.eye(3), (0, 0.62, 0)))
    static += _clutter(palette, random, height, (-0.45, 0.42), (0.45, 0.82), random.integers(1, 9), _busy_places(work))
    site = Site("floor", room, wearer, "on the floor", static, distance=(1.2, 3.5), look_height=0.5)
    site.keep_clear = [(0, 0, 0.7), (0, 0.6, 0.6)]
    return site


def with_a_ball(palette, random, seconds):
    """A big floor, far walls, a ball at the feet, other players."""
    outside = random.random() < 0.35
    size = random.uniform(5, 16, 4)
    low, high = np.array([-size[0], -size[1], 0]), np.array([size[2], size[3], random.uniform(4.5, 9)])
    room = rooms.open_air(palette, random, low * 2, high * 2) if outside else rooms.hall(palette, random, low, high)
    speed, turn = random.choice([0, random.uniform(0.3, 1.6)]), random.uniform(-0.35, 0.35)
    work = Work(random, hanging(0.92))
    wearer = Wearer(palette, random, "stand", 0.92, work, walk=(float(speed), turn if speed else 0.0), idle_gaze=(random.uniform(-0.4, 0.4), random.uniform(1.2, 3.5), random.uniform(0, 0.8)))
    r = random.uniform(0.09, 0.13)
    s = furniture.Shapes()
    a, b = (np.full(3, 0.93), np.full(3, 0.08)) if random.random() < 0.6 else (rooms.colour(random), rooms.colour(random))
    s.ellipsoid((0, 0, 0), (r, r, r), palette.add("ball", a, b))
    ball, offset, rate, ahead = s.records(), random.uniform(-0.35, 0.35), random.uniform(0.4, 1.0), random.uniform(0.6, 2.0)
    ball["tag"] = 4

    def rolling(t):
        position, yaw = wearer.placement(t)
        away = ahead + (0.35 * np.sin(2 * np.pi * rate * t) if speed else 0)
        spot = position + np.array([-np.sin(yaw), np.cos(yaw)]) * away + np.array([np.cos(yaw), np.sin(yaw)]) * offset
        return moved(ball, rotation_z(yaw) @ furniture.rotation_x(-(away + speed * t) / r), (*spot, r))
    site = Site("ball", room, wearer, "plays with a ball", rolling=rolling, distance=(2.2, 6.5), look_height=0.9)
    for _ in range(random.integers(0, 5)):
        spot = random.uniform(-1, 1, 2) * (4, 2.5) + (0, 4.0)
        site.others.append(Bystander(palette, random, spot, random.uniform(-3.1, 3.1), speed=random.choice([0, random.uniform(0.3, 1.2)])))
    parts = []
    for _ in range(random.integers(0, 9)):
        spot = random.uniform(-1, 1, 2) * 5 + (0, 2.5)
        if np.hypot(*spot) > 1.2:
            parts.append(moved(furniture.rounds(palette, random).records, rotation_z(random.uniform(0, 3)), (*spot, 0)))
    if random.random() < 0.6:  # a goal
        g, y = furniture.Shapes(), random.uniform(4, 8)
        white, wide, tall = palette.plain((0.93, 0.93, 0.93)), random.uniform(1.2, 2.5), random.uniform(1.2, 2.3)
        for x in (-wide, wide):
            g.cone((x, y, 0), (x, y, tall), 0.045, 0.045, white)
            g.cone((x, y, tall), (x, y + 0.9, 0), 0.02, 0.02, white)
        g.cone((-wide, y, tall), (wide, y, tall), 0.045, 0.045, white)
        for x in np.linspace(-wide, wide, 9):
            g.cone((x, y + 0.05, tall), (x, y + 0.9, 0), 0.006, 0.006, white)
        for k in np.linspace(0.1, 0.9, 5):
            g.cone((-wide, y + k * 0.9, tall * (1 - k)), (wide, y + k * 0.9, tall * (1 - k)), 0.006, 0.006, white)
        parts.append(moved(g.records(), rotation_z(random.uniform(-0.3, 0.3)), (0, 0, 0)))
    site.static = parts
    site.keep_clear = [(0, 1.0, 1.6)]
    return site


def walking(palette, random, seconds):
    """Through a room or a yard, perhaps with something in both hands."""
    outside = random.random() < 0.3
    low, high = _around(random, (3.5, 7), (1.2, 4), (1.4, 4))
    room = rooms.open_air(palette, random, low * 2.5, high * 2.5) if outside else rooms.indoor(palette, random, low, high)
    speed, turn = random.uniform(0.25, 0.9), random.uniform(-0.3, 0.3)
    work = Work(random, hanging(0.92))
    if random.random() < 0.6:
        thing = (objects.carton, objects.bowl, objects.book, objects.plate)[random.integers(4)](palette, random)
        at = (0, random.uniform(0.36, 0.44), random.uniform(1.0, 1.2))
        work.hold(thing, at)
        work.gaze = [(0.0, np.array([random.uniform(-0.5, 0.5), random.uniform(1.5, 3), random.uniform(0.3, 1.2)]))]
    wearer = Wearer(palette, random, "stand", 0.92, work, walk=(speed, turn), idle_gaze=(random.uniform(-0.5, 0.5), random.uniform(1.5, 3.5), random.uniform(0.2, 1.3)))
    site = Site("walk", room, wearer, "walks ahead", distance=(1.8, 4.5), look_height=1.0)
    site.keep_clear = [(0, 0, 0.7), (0, 0.8, 0.7), (0, 1.6, 0.7), (0, 2.4, 0.7)]
    return site


KINDS = ((at_table, 0.30), (facing, 0.12), (at_counter, 0.18), (at_desk, 0.09), (on_the_floor, 0.08), (with_a_ball, 0.14), (walking, 0.09))
