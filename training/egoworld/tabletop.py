"""What lies on the table: things that stay, and things that are carried. World metres."""

import numpy as np

from .action import TABLE_HEIGHT
from .materials import BOOKS
from .mesh import merged
from .shapes import ball, box, cylinder, quad, rod, turned_profile


def _sheet(x, y, width, depth, material, turn, thickness=0.002):
    """Something thin and flat whose picture is upright for the person."""
    flat = merged([box((0, 0, thickness / 2), (width, depth, thickness), "white_plastic", 0.0005),
                   quad((-width / 2, depth / 2, thickness + 0.0006), (width, 0, 0), (0, -depth, 0), material, fit=True)])
    return flat.turned(turn, (x, y, TABLE_HEIGHT))


def laptop():
    """An open laptop at the origin, its screen facing -y."""
    lid = merged([box((0, 0, 0.105), (0.32, 0.008, 0.21), "steel", 0.003),
                  quad((-0.15, -0.0048, 0.20), (0.30, 0, 0), (0, 0, -0.185), "screen", fit=True)])
    tilt = np.radians(-14)
    rotation = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    keys = [box((x, y, 0.0165), (0.019, 0.017, 0.003), "black_plastic", 0.001)
            for x in np.arange(-0.132, 0.14, 0.024) for y in (-0.045, -0.067, -0.089, -0.111)]
    return merged([box((0, -0.105, 0.008), (0.32, 0.22, 0.016), "steel", 0.004), lid.transformed(rotation, (0, 0.01, 0.014)), keys])


def clutter(random):
    """Things that stay where they are."""
    z = TABLE_HEIGHT
    parts = [_sheet(0.0, 0.46, 0.50, 0.34, "mat", 0, 0.003), _sheet(-0.52, 0.46, 0.21, 0.297, "paper", 14),
             _sheet(0.60, 0.62, 0.148, 0.21, "notebook", -18, 0.012)]
    parts.append(cylinder((0.265, 0.565, z), 0.055, 0.006, "cork"))
    parts.append(laptop().turned(24, (-0.50, 0.84, z)))
    # pen pot
    pot = np.array([0.10, 0.86, z])
    parts.append(turned_profile([(0, 0), (0.038, 0), (0.038, 0.10), (0.035, 0.10), (0.035, 0.01), (0, 0.01)], "black_plastic", smooth=False)
                 .transformed(translation=pot))
    for number, colour in enumerate(("block_yellow", "mug_red", "block_blue", "block_green", "pine")):
        turn = number * 1.26 + random.uniform(-0.2, 0.2)
        lean = np.array([np.cos(turn), np.sin(turn)]) * 0.03
        parts.append(rod(pot + (*(-0.4 * lean), 0.012), pot + (*lean, 0.165 + 0.01 * number), 0.0042, colour, segments=8))
    # a stack of books with an apple on top
    for number, (width, depth, thick) in enumerate(((0.24, 0.17, 0.035), (0.21, 0.15, 0.028), (0.19, 0.14, 0.024))):
        height = z + [0, 0.035, 0.063][number] + thick / 2
        parts.append(box((0.48, 0.87, height), (width, depth, thick), BOOKS[(number * 3 + 1) % len(BOOKS)], 0.003, fit=True,
                         turn=-12 + 14 * number))
    parts.append(ball((0.48, 0.87, z + 0.087 + 0.034), (0.038, 0.038, 0.034), "apple"))
    parts.append(rod((0.48, 0.87, z + 0.150), (0.485, 0.873, z + 0.170), 0.0025, "walnut", segments=6))
    parts.append(box((-0.16, 0.90, z + 0.065), (0.20, 0.14, 0.13), "cardboard", fit=True, faces={"-y": "cardboard_label", "+x": "cardboard_label"}, turn=-8))
    # blocks not used, a roll of tape, a pencil and a ruler
    parts.append(box((0.12, 0.68, z + 0.03), (0.06, 0.06, 0.06), "block_green", 0.004, turn=25))
    parts.append(box((0.20, 0.72, z + 0.03), (0.06, 0.06, 0.06), "mug_red", 0.004, turn=-10, fit=False))
    parts.append(turned_profile([(0.028, 0), (0.048, 0), (0.048, 0.022), (0.028, 0.022), (0.028, 0)], "block_yellow", smooth=False)
                 .transformed(translation=(-0.28, 0.70, z)))
    parts.append(rod((-0.42, 0.34, z + 0.005), (-0.30, 0.40, z + 0.005), 0.0042, "block_yellow", segments=8))
    parts.append(box((0.02, 0.665, z + 0.003), (0.30, 0.03, 0.003), "steel", 0.001, turn=-6))
    return merged(parts)


def mug():
    """A mug standing at the origin, handle away from the palm of a right hand (to -x)."""
    body = turned_profile([(0, 0), (0.036, 0), (0.040, 0.006), (0.040, 0.095), (0.0365, 0.095), (0.0355, 0.012), (0, 0.012)],
                          "mug_red", smooth=False)
    coffee = cylinder((0, 0, 0.072), 0.0355, 0.001, "coffee")
    angle = np.linspace(-1.25, 1.25, 9)
    arc = np.stack([-0.036 - 0.032 * np.cos(angle), np.zeros(9), 0.050 + 0.030 * np.sin(angle)], 1)
    handle = [rod(a, b, 0.006, "mug_red", segments=8) for a, b in zip(arc[:-1], arc[1:])]
    return merged([body, coffee, handle]).turned(-60)


def block(colour):
    """A wooden toy block, 5.6 cm wide and 9 cm tall, standing at the origin."""
    return merged([box((0, 0, 0.045), (0.056, 0.056, 0.09), colour, 0.005, turn=0)])
