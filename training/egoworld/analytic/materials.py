"""Random materials: colours, patterns and their scales, wide on purpose so that nothing is learned about one palette."""

import colorsys

import numpy as np

from ..native import layout

NAMED = {
    "red": (0.75, 0.12, 0.10), "blue": (0.12, 0.25, 0.65), "green": (0.15, 0.50, 0.22), "yellow": (0.90, 0.75, 0.12),
    "orange": (0.90, 0.45, 0.10), "white": (0.92, 0.92, 0.90), "black": (0.07, 0.07, 0.08), "grey": (0.5, 0.5, 0.5),
    "brown": (0.42, 0.27, 0.15), "purple": (0.45, 0.2, 0.55), "pink": (0.88, 0.5, 0.6), "teal": (0.1, 0.5, 0.5),
}
SURFACES = ("noise", "stripes", "checks", "tiles", "wood", "dots", "gradient", "patches", "text", "camouflage", "bricks", "weave")
SKINS = [(0.95, 0.76, 0.64), (0.88, 0.66, 0.52), (0.78, 0.56, 0.42), (0.62, 0.42, 0.30), (0.45, 0.30, 0.21), (0.30, 0.19, 0.13)]
HAIRS = [(0.06, 0.05, 0.04), (0.16, 0.10, 0.06), (0.32, 0.20, 0.11), (0.55, 0.38, 0.18), (0.75, 0.62, 0.38), (0.55, 0.54, 0.52), (0.45, 0.16, 0.07)]


def colour(random):
    """Display RGB 0..1 as rooms have them: many greys and browns, some bright paint."""
    kind = random.random()
    value = random.uniform(0.12, 0.95)
    if kind < 0.34:
        rgb = value * np.array([random.uniform(0.93, 1.05), 1, random.uniform(0.90, 1.06)])
    elif kind < 0.54:
        rgb = value * np.array([1, random.uniform(0.72, 0.92), random.uniform(0.42, 0.8)])
    elif kind < 0.66:
        rgb = np.full(3, random.uniform(0.04, 0.2)) * random.uniform(0.8, 1.2, 3)
    elif kind < 0.76:
        rgb = random.uniform(0.75, 0.97) * random.uniform(0.93, 1.02, 3)
    else:
        rgb = np.array(colorsys.hsv_to_rgb(random.random(), random.uniform(0.3, 0.95), random.uniform(0.25, 0.95)))
    return np.clip(rgb, 0.02, 1)


def pale(random):
    value = random.uniform(0.55, 0.95)
    return np.clip(value * np.array([random.uniform(0.95, 1.06), 1, random.uniform(0.86, 1.05)]), 0, 1)


class Palette:
    """The materials of one clip. Every method returns a material's number."""

    def __init__(self, random):
        self.random = random
        self._rows = []

    def add(self, pattern="flat", a=(0.5, 0.5, 0.5), b=None, c=None, scale=0.1, share=0.5, fine=0.0, gloss=0.0, glow=0.0, axis=None):
        """Colours are display RGB; `scale` in metres; see scene.h."""
        random = self.random
        b = a if b is None else b
        c = b if c is None else c
        axis = np.eye(3)[random.integers(3)] if axis is None else np.asarray(axis, float)
        linear = [np.power(np.clip(x, 0, 1), 2.2) for x in (a, b, c)]
        self._rows.append((layout.PATTERN[pattern], *linear, scale, share, fine, gloss, glow, float(random.integers(1, 1000)), axis))
        return len(self._rows) - 1

    def records(self):
        return np.array(self._rows, layout.MATERIAL)

    def flat(self, rgb, **more):
        return self.add("flat", rgb, **more)

    def plain(self, rgb=None, gloss=None):
        """One colour, perhaps a little cloudy."""
        random = self.random
        rgb = colour(random) if rgb is None else np.asarray(rgb, float)
        gloss = random.choice([0, 0, 0.15, 0.5]) if gloss is None else gloss
        if random.random() < 0.5:
            return self.add("flat", rgb, gloss=gloss, fine=random.choice([0, 0.1, 0.2]))
        return self.add("noise", rgb, rgb * random.uniform(0.7, 0.95), scale=random.uniform(0.05, 0.6), gloss=gloss)

    def any(self, size, rgb=None):
        """Anything on something of about `size` metres."""
        random = self.random
        if random.random() < 0.35:
            return self.plain(rgb)
        a = colour(random) if rgb is None else np.asarray(rgb, float)
        b = colour(random) if random.random() < 0.6 else np.clip(a * random.uniform(0.4, 1.5), 0, 1)
        axis = None
        if random.random() < 0.3:
            axis = random.normal(size=3)
            axis /= np.linalg.norm(axis)
        return self.add(str(random.choice(SURFACES)), a, b, colour(random), scale=size * np.exp(random.uniform(-2.6, -0.4)),
                        share=random.uniform(0.05, 0.6), fine=random.choice([0, 0, 0.15, 0.3]), gloss=random.choice([0, 0, 0.2, 0.5]), axis=axis)

    def wood(self, rgb=None):
        random = self.random
        if rgb is None:
            rgb = np.array([1, random.uniform(0.68, 0.88), random.uniform(0.42, 0.72)]) * random.uniform(0.25, 0.88)
        return self.add("wood", rgb, np.clip(np.asarray(rgb) * random.uniform(0.6, 0.88), 0, 1), scale=random.uniform(0.05, 0.16),
                        share=random.uniform(0, 1), gloss=random.uniform(0, 0.35))

    def metal(self, rgb=None):
        random = self.random
        rgb = np.full(3, random.uniform(0.3, 0.8)) if rgb is None else rgb
        return self.add("noise", rgb, np.asarray(rgb) * 0.9, scale=0.3, gloss=random.uniform(0.5, 1.2))

    def cloth(self, rgb=None):
        """Clothes and upholstery."""
        random = self.random
        rgb = colour(random) if rgb is None else np.asarray(rgb, float)
        kind = random.random()
        if kind < 0.5:
            return self.add("noise", rgb, rgb * random.uniform(0.65, 0.92), scale=random.uniform(0.05, 0.2), fine=random.choice([0, 0.15]))
        if kind < 0.75:
            return self.add("weave", rgb, rgb * random.uniform(0.6, 0.9), scale=random.uniform(0.004, 0.02))
        if kind < 0.9:
            return self.add("stripes", rgb, colour(random), scale=random.uniform(0.02, 0.12), share=random.uniform(0.1, 0.6), axis=(0, 0, 1))
        return self.add(str(random.choice(["checks", "camouflage", "dots"])), rgb, colour(random), colour(random), scale=random.uniform(0.02, 0.1), share=0.3)

    def paper(self):
        random = self.random
        return self.add("text", np.full(3, random.uniform(0.85, 0.97)), np.full(3, random.uniform(0.05, 0.35)), scale=random.uniform(0.006, 0.02))

    def screen(self):
        random = self.random
        a, b = colour(random), colour(random)
        pattern = str(random.choice(["text", "patches", "gradient", "flat"]))
        return self.add(pattern, a, b, scale=random.uniform(0.01, 0.05), share=0.6, glow=random.uniform(0.5, 1.2))

    def lamp(self):
        random = self.random
        return self.add("flat", (1, random.uniform(0.92, 1), random.uniform(0.78, 1)), glow=random.uniform(1.2, 3))

    def skin(self, rgb):
        return self.add("noise", rgb, np.asarray(rgb) * (0.93, 0.84, 0.82), scale=0.03, fine=0.06, gloss=0.08)
