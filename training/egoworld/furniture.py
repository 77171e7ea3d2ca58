"""Furniture, each piece standing on the floor at its own origin and facing +y. Metres."""

import numpy as np

from .materials import BOOKS
from .mesh import merged
from .shapes import ball, box, cylinder, quad, rod, turned_profile


def table(width, depth, height, top="oak"):
    """A table on steel legs, centred on the origin."""
    parts = [box((0, 0, height - 0.018), (width, depth, 0.036), top, 0.006)]
    x, y = width / 2 - 0.06, depth / 2 - 0.06
    parts += [rod((sx * x, sy * y, 0), (sx * x, sy * y, height - 0.03), 0.022, "steel") for sx in (-1, 1) for sy in (-1, 1)]
    parts += [box((0, sy * y, height - 0.065), (2 * x, 0.025, 0.05), "steel") for sy in (-1, 1)]
    return merged(parts)


def chair(cushion, frame="black_plastic", seat_height=0.46):
    """A four-legged chair with a padded seat and back; the back is on the -y side."""
    parts = [box((0, 0.02, seat_height - 0.035), (0.46, 0.46, 0.07), cushion, 0.03),
             box((0, -0.245, seat_height + 0.30), (0.42, 0.05, 0.36), cushion, 0.024)]
    for side in (-1, 1):
        parts += [rod((0.19 * side, 0.21, seat_height - 0.05), (0.21 * side, 0.23, 0), 0.016, frame),
                  rod((0.19 * side, -0.19, seat_height - 0.05), (0.21 * side, -0.24, 0), 0.016, frame),
                  rod((0.17 * side, -0.20, seat_height - 0.04), (0.17 * side, -0.275, seat_height + 0.44), 0.014, frame)]
    return merged(parts)


def bookshelf(random, width, height, depth, shelves, wood="walnut"):
    """Shelves against a wall at y = 0, filled with books, boxes and ornaments."""
    board = 0.025
    parts = [quad((-width / 2, 0.004, 0), (width, 0, 0), (0, 0, height), wood)]
    parts += [box((side * (width - board) / 2, depth / 2, height / 2), (board, depth, height), wood, 0.002) for side in (-1, 1)]
    for level in np.linspace(0.05, height - board / 2, shelves + 1):
        parts.append(box((0, depth / 2, level), (width - 2 * board, depth, board), wood, 0.002))
    gap = (height - 0.06) / shelves
    for shelf in range(shelves):
        floor = 0.05 + shelf * (height - board / 2 - 0.05) / shelves + board / 2
        x, end = -width / 2 + board + 0.01, width / 2 - board - 0.02
        while x < end - 0.05:
            choice = random.random()
            if choice < 0.80:
                thick, tall = random.uniform(0.018, 0.05), random.uniform(0.60, 0.88) * (gap - board)
                if x + thick > end:
                    break
                deep = random.uniform(0.6, 0.85) * depth
                name = BOOKS[random.integers(len(BOOKS))]
                parts.append(box((x + thick / 2, deep / 2 + 0.02, floor + tall / 2), (thick, deep, tall), name, 0.003, fit=True))
                x += thick + 0.002
            elif choice < 0.90:
                size = min(0.16, end - x)
                parts.append(box((x + size / 2, 0.5 * depth, floor + 0.06), (size - 0.01, 0.6 * depth, 0.12), "cardboard", 0.004))
                x += size
            else:
                radius = min(0.055, (end - x) / 2)
                parts.append(turned_profile([(0, 0), (radius * 0.6, 0), (radius, 0.06), (radius * 0.5, 0.13), (radius * 0.6, 0.15)],
                                            random.choice(["terracotta", "white_plastic", "block_green"]), 20)
                             .transformed(translation=(x + radius, depth / 2, floor)))
                x += 2 * radius + 0.03
    return merged(parts)


def floor_lamp():
    """A shade on a pole."""
    return merged([cylinder((0, 0, 0), 0.15, 0.02, "black_plastic"), rod((0, 0, 0.02), (0, 0, 1.45), 0.012, "black_plastic"),
                   turned_profile([(0.20, 1.36), (0.13, 1.66)], "lamp_glow")])


def plant(random, height=0.85):
    """Leaves in a pot."""
    parts = [turned_profile([(0, 0), (0.13, 0), (0.17, 0.28), (0.15, 0.28), (0.14, 0.24), (0, 0.24)], "terracotta", smooth=False)]
    for _ in range(26):
        turn, rise, length = random.uniform(0, 2 * np.pi), random.uniform(0.3, 1.25), random.uniform(0.5, 1.0) * height * 0.75
        away = np.array([np.cos(turn) * np.cos(rise), np.sin(turn) * np.cos(rise), np.sin(rise)])
        tip = np.array([0, 0, 0.24]) + away * length
        parts.append(rod((0, 0, 0.24), tip, 0.005, "leaf", segments=5))
        parts.append(ball(tip, (0.055, 0.085, 0.012), "leaf", 12).turned(0))
    return merged(parts)


def sideboard(width=1.3, wood="pine"):
    """A low cabinet against a wall at y = 0."""
    parts = [box((0, 0.21, 0.42), (width, 0.40, 0.72), wood, 0.006)]
    count = 3
    for number in range(count):
        x = (number - (count - 1) / 2) * width / count
        parts.append(box((x, 0.413, 0.42), (width / count - 0.03, 0.018, 0.64), wood, 0.006, faces={"+y": "walnut"}))
        parts.append(rod((x + 0.12, 0.435, 0.50), (x + 0.12, 0.435, 0.38), 0.007, "steel"))
    parts += [rod((sx * (width / 2 - 0.08), y, 0), (sx * (width / 2 - 0.08), y, 0.07), 0.02, "black_plastic")
              for sx in (-1, 1) for y in (0.06, 0.36)]
    return merged(parts)


def tripod(height):
    """A camera tripod whose lens centre is just in front (+y) of the camera body at `height`."""
    parts = [box((0, -0.055, height), (0.11, 0.07, 0.08), "black_plastic", 0.01),
             rod((0, -0.022, height), (0, -0.004, height), 0.03, "black_plastic"),
             rod((0, -0.055, height - 0.04), (0, -0.055, height - 0.55), 0.014, "steel")]
    for turn in (90, 210, 330):
        foot = (0.42 * np.cos(np.radians(turn)), -0.055 + 0.42 * np.sin(np.radians(turn)), 0.0)
        parts.append(rod((0, -0.055, height - 0.30), foot, 0.014, "black_plastic"))
    return merged(parts)


def picture(width, height, image, frame="walnut"):
    """A framed picture on a wall at y = 0, its centre at the origin, facing +y (its left is towards +x)."""
    bar = 0.03
    return merged([box((0, 0.012, 0), (width + 2 * bar, 0.024, height + 2 * bar), frame, 0.004),
                   quad((width / 2, 0.026, height / 2), (-width, 0, 0), (0, 0, -height), image, fit=True)])


def window(width, height):
    """A window with a view and curtains on a wall at y = 0, its centre at the origin, facing +y."""
    parts = [quad((width / 2, 0.005, height / 2), (-width, 0, 0), (0, 0, -height), "window_view", fit=True)]
    for x in (-width / 2, 0, width / 2):
        parts.append(box((x, 0.03, 0), (0.05, 0.06, height + 0.05), "trim"))
    for z in (-height / 2, height * 0.12, height / 2):
        parts.append(box((0, 0.03, z), (width + 0.05, 0.06, 0.05), "trim"))
    parts.append(box((0, 0.09, -height / 2 - 0.03), (width + 0.2, 0.18, 0.03), "trim"))
    parts.append(rod((-width / 2 - 0.3, 0.12, height / 2 + 0.12), (width / 2 + 0.3, 0.12, height / 2 + 0.12), 0.012, "steel"))
    for side in (-1, 1):
        for fold in range(6):
            x = side * (width / 2 + 0.24 - fold * 0.055)
            parts.append(rod((x, 0.12, height / 2 + 0.11), (x, 0.12, -height / 2 - 0.35), 0.034, "curtain", segments=10))
    return merged(parts)


def door(height=2.02, width=0.85):
    """A closed door on a wall at y = 0, standing at the origin, facing +y."""
    parts = [box((0, 0.02, height / 2), (width, 0.04, height), "pine", 0.004)]
    parts += [box((x, 0.045, z), (0.30, 0.012, h), "pine", 0.006) for x in (-0.19, 0.19) for z, h in ((0.50, 0.75), (1.42, 0.90))]
    parts += [box((side * (width / 2 + 0.04), 0.03, height / 2), (0.08, 0.06, height + 0.08), "trim") for side in (-1, 1)]
    parts.append(box((0, 0.03, height + 0.04), (width + 0.16, 0.06, 0.08), "trim"))
    parts.append(rod((0.34, 0.04, 1.0), (0.34, 0.10, 1.0), 0.012, "steel"))
    parts.append(rod((0.34, 0.10, 1.0), (0.22, 0.10, 1.0), 0.011, "steel"))
    return merged(parts)
