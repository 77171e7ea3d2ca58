"""What a person looks like: measures, skin, hair and clothes, and the parts that never bend (head, torso) as records."""

import numpy as np

from ..native import layout
from .materials import HAIRS, SKINS, colour
from .primitives import TAG_BODY, Shapes, rotation_x

EYES_FROM_NECK = np.array([0.0, 0.112, 0.152])  # the ego camera: on the bridge of the glasses, head upright
SHOULDER, NECK = np.array([0.178, 0.0, 0.455]), np.array([0.0, 0.012, 0.525])  # from the middle between the hips
HIP = np.array([0.092, 0.0, 0.0])
UPPER_ARM, FOREARM, THIGH, SHIN = 0.285, 0.260, 0.43, 0.42


class Looks:
    """One person's measures and materials. `scale` 1 is 1.72 m tall."""

    def __init__(self, palette, random, tag=TAG_BODY):
        self.tag = tag
        self.scale = random.uniform(0.92, 1.08)
        self.girth = random.uniform(0.9, 1.2)
        rgb = np.clip(np.array(SKINS[random.integers(len(SKINS))]) * random.uniform(0.9, 1.08), 0, 1)
        self.skin = palette.skin(rgb)
        self.hair = palette.add("noise", HAIRS[random.integers(len(HAIRS))], np.array(HAIRS[random.integers(2)]), scale=0.02, fine=0.2, gloss=0.15)
        self.shirt = palette.cloth()
        self.trousers = palette.cloth(colour(random) * random.uniform(0.3, 1))
        self.shoe = palette.plain()
        self.sleeve = str(random.choice(["long", "long", "short", "rolled"]))
        self.shirt_sleeve = self.shirt if random.random() < 0.85 else palette.cloth()
        self.glove = palette.plain() if random.random() < 0.06 else self.skin
        self.shorts = random.random() < 0.15
        self.watch = palette.metal() if random.random() < 0.3 else -1
        self.head = self._head(palette, random)
        self.torso = self._torso(palette, random)

    def _head(self, palette, random):
        """In the head's frame: origin at the neck joint, looking along +y. The wearer's own eyes do not see it."""
        s = Shapes(self.tag, layout.SEEN_BY_EXO | layout.CASTS_SHADOW)
        dark, white = palette.flat((0.06, 0.05, 0.05), gloss=0.5), palette.flat((0.9, 0.9, 0.88))
        lips = palette.flat((0.55, 0.25, 0.22))
        s.ellipsoid((0, 0.020, 0.165), (0.074, 0.092, 0.098), self.skin)
        s.ellipsoid((0, 0.050, 0.108), (0.056, 0.060, 0.068), self.skin)
        s.cone((0, 0.106, 0.152), (0, 0.122, 0.122), 0.008, 0.013, self.skin)
        s.ellipsoid((0, 0.104, 0.088), (0.024, 0.010, 0.007), lips)
        for side in (-1, 1):
            s.ellipsoid((0.075 * side, 0.010, 0.142), (0.010, 0.020, 0.032), self.skin)
            s.ellipsoid((0.031 * side, 0.098, 0.150), (0.015, 0.012, 0.010), white)
            s.ellipsoid((0.031 * side, 0.106, 0.149), (0.007, 0.005, 0.007), dark)
            s.ellipsoid((0.033 * side, 0.104, 0.172), (0.022, 0.010, 0.005), self.hair)
        style = random.choice(["short", "short", "long", "bun", "bald", "hat", "hood"])
        if style != "bald":
            s.ellipsoid((0, -0.004, 0.186), (0.086, 0.098, 0.094), self.hair)
            s.ellipsoid((0, -0.035, 0.135), (0.080, 0.068, 0.085), self.hair)
        if style == "long":
            for x in (-0.06, -0.02, 0.02, 0.06):
                s.cone((x, -0.045, 0.16), (x * 1.25, -0.06, random.uniform(-0.15, 0.0)), 0.05, 0.035, self.hair)
        if style == "bun":
            s.ellipsoid((0, -0.12, 0.20), (0.045, 0.04, 0.045), self.hair)
        if style == "hat":
            hat = palette.cloth()
            s.ellipsoid((0, 0.0, 0.205), (0.096, 0.108, 0.090), hat)
            s.ellipsoid((0, 0.10, 0.215), (0.075, 0.085, 0.010), hat, rotation_x(-0.15))
        if style == "hood":
            s.ellipsoid((0, -0.03, 0.165), (0.098, 0.095, 0.125), self.shirt)
        if random.random() < 0.55:
            for side in (-1, 1):
                s.box((0.034 * side, 0.119, 0.150), (0.027, 0.003, 0.018), dark)
                s.cone((0.062 * side, 0.112, 0.158), (0.080 * side, 0.005, 0.156), 0.005, 0.005, dark)
        return s.records()

    def _torso(self, palette, random):
        """In the torso's frame: origin between the hips, upright."""
        s, g = Shapes(self.tag), self.girth
        for side in (-1, 1):
            s.cone((0.070 * side, 0.0, 0.03), (0.082 * side, 0.005, 0.385), 0.108 * g, 0.104, self.shirt)
        s.cone((0, 0.015, 0.08), (0, 0.01, 0.36), 0.118 * g, 0.112, self.shirt)
        s.cone((-0.145, 0.0, 0.445), (0.145, 0.0, 0.445), 0.066, 0.066, self.shirt)
        s.cone((0, 0.0, 0.44), (0, 0.005, 0.50), 0.080, 0.066, self.shirt)
        s.cone((-0.075, 0, -0.005), (0.075, 0, -0.005), 0.112 * g, 0.112 * g, self.trousers)
        s.cone((0, 0.005, 0.48), (0, 0.02, 0.62), 0.056, 0.053, self.skin, flags=layout.SEEN_BY_EXO | layout.CASTS_SHADOW)
        if random.random() < 0.25:  # an apron, a bib or a vest
            s.ellipsoid((0, 0.075, 0.24), (0.13, 0.055 * g, 0.22), palette.cloth())
        if random.random() < 0.2:   # a badge or a print
            s.ellipsoid((random.uniform(-0.06, 0.06), 0.112, 0.34), (0.03, 0.012, 0.03), palette.plain())
        return s.records()
