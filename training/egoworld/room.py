"""The room that never moves: shell, wall pieces, furniture and what lies on the table. World metres."""

import numpy as np

from . import furniture as f
from .action import TABLE_HEIGHT
from .mesh import merged
from .renderer import Light
from .shapes import box, quad
from .tabletop import clutter

LOW, HIGH = np.array([-2.5, -1.9, 0.0]), np.array([2.9, 2.9, 2.6])
TABLE_CENTRE = (-0.05, 0.62)
TABLE_SIZE = (1.70, 0.80)


def shell():
    """Floor, ceiling and walls with skirting."""
    width, depth, height = HIGH - LOW
    x0, y0, _ = LOW
    x1, y1, z1 = HIGH
    parts = [quad((x0, y0, 0), (width, 0, 0), (0, depth, 0), "floor"), quad((x0, y0, z1), (width, 0, 0), (0, depth, 0), "ceiling"),
             quad((x0, y1, z1), (width, 0, 0), (0, 0, -height), "wall"), quad((x1, y0, z1), (-width, 0, 0), (0, 0, -height), "wall_blue"),
             quad((x0, y0, z1), (0, depth, 0), (0, 0, -height), "wall"), quad((x1, y1, z1), (0, -depth, 0), (0, 0, -height), "wall")]
    for y in (y0 + 0.01, y1 - 0.01):
        parts.append(box(((x0 + x1) / 2, y, 0.05), (width, 0.02, 0.10), "trim"))
    for x in (x0 + 0.01, x1 - 0.01):
        parts.append(box((x, (y0 + y1) / 2, 0.05), (0.02, depth, 0.10), "trim"))
    return merged(parts)


def furnished(random, exo_position, exo_target):
    """Everything that stands still."""
    x0, y0, _ = LOW
    x1, y1, _ = HIGH
    parts = [shell()]
    parts.append(quad((-1.35, 1.75, 0.008), (2.9, 0, 0), (0, -2.6, 0), "rug", fit=True))
    parts.append(f.table(*TABLE_SIZE, TABLE_HEIGHT).transformed(translation=(*TABLE_CENTRE, 0)))
    parts.append(f.chair("cushion").transformed(translation=(0, -0.02, 0)))
    parts.append(f.chair("cushion_green").turned(168, (-0.55, 1.62, 0)))
    parts.append(f.chair("cushion_green").turned(-100, (-1.75, 0.30, 0)))
    # wall behind the person (-y): shelf, pictures, lamp
    parts.append(f.bookshelf(random, 1.1, 1.9, 0.28, 5).transformed(translation=(-1.25, y0, 0)))
    parts.append(f.picture(0.62, 0.82, "poster_dark").transformed(translation=(-0.15, y0, 1.55)))
    parts.append(f.picture(0.90, 0.60, "painting", "oak").transformed(translation=(0.95, y0, 1.60)))
    parts.append(f.floor_lamp().transformed(translation=(-2.12, -1.35, 0)))
    parts.append(f.sideboard(1.2, "pine").transformed(translation=(1.0, y0, 0)))
    parts.append(box((0.75, y0 + 0.2, 0.90), (0.34, 0.26, 0.22), "cardboard", fit=True, faces={"+y": "cardboard_label"}))
    # wall to the left (-x): window, door side
    parts.append(f.window(1.5, 1.25).turned(-90, (x0, 0.75, 1.55)))
    parts.append(f.plant(random).transformed(translation=(-2.15, 2.45, 0)))
    parts.append(f.picture(0.50, 0.66, "poster").turned(-90, (x0, -0.85, 1.55)))
    parts.append(f.sideboard(1.0, "pine").turned(-90, (x0, 1.45, 0)))
    # wall ahead (+y): whiteboard, shelf, chart, door
    parts.append(f.picture(1.25, 0.85, "whiteboard", "steel").turned(180, (-0.35, y1, 1.50)))
    parts.append(f.bookshelf(random, 1.0, 1.25, 0.28, 3, "pine").turned(180, (-1.45, y1, 0)))
    parts.append(f.picture(0.55, 0.78, "chart", "black_plastic").turned(180, (0.85, y1, 1.50)))
    parts.append(f.door().turned(180, (1.95, y1, 0)))
    # wall to the right (+x): shelf and poster, seen by the wearer only
    parts.append(f.bookshelf(random, 1.4, 1.6, 0.28, 4).turned(90, (x1, 0.2, 0)))
    parts.append(f.picture(0.60, 0.80, "poster").turned(90, (x1, 1.75, 1.5)))
    parts.append(box((0.55, 2.55, 0.20), (0.42, 0.36, 0.40), "cardboard", fit=True, faces={"-y": "cardboard_label"}, turn=12))
    toward = np.asarray(exo_target) - exo_position
    turn = np.degrees(np.arctan2(-toward[0], toward[1]))
    parts.append(f.tripod(exo_position[2]).turned(turn, (exo_position[0], exo_position[1], 0)))
    # ceiling panels
    for panel in PANELS:
        parts.append(box((*panel, HIGH[2] - 0.02), (0.62, 0.62, 0.04), "trim", faces={"-z": "panel_glow"}))
    parts.append(clutter(random))
    return merged(parts)


PANELS = ((-0.7, 1.2), (1.2, -0.3))


def lights():
    """Two ceiling panels and the window. The four points of each serve the four sub-pixel samples."""
    square = np.array([(-1, -1), (1, 1), (1, -1), (-1, 1)]) * 0.22
    found = []
    for panel, power in zip(PANELS, (1.75, 1.55)):
        points = np.concatenate([np.asarray(panel) + square, np.full((4, 1), HIGH[2] - 0.06)], 1)
        found.append(Light(points, np.array([1.0, 0.95, 0.87]) * power, np.array([0, 0, -1.0])))
    points = np.stack([np.full(4, LOW[0] + 0.22), 0.75 + square[:, 0] * 2.2, 1.6 + square[:, 1] * 1.8], 1)
    found.append(Light(points, np.array([0.80, 0.92, 1.10]) * 2.3, np.array([1.0, 0, 0])))
    return found
