"""The table of materials: what each is called, how it is painted, how large its texture lies and how it shines."""

import zlib
from dataclasses import dataclass

import numpy as np

from . import patterns as p


@dataclass
class Material:
    paint: object            # random generator -> (512, 512, 3) sRGB picture
    tile: float = 1.0        # texture coordinates per repeat: metres, or 1 for a whole picture
    shine: float = 0.0       # strength of the highlight
    polish: float = 30.0     # its Phong exponent
    glow: float = 0.0        # light given off, relative to a white wall under full light


def _plain(colour, variation=0.05, **more):
    return Material(lambda r: p.plain(r, colour, variation), 0.4, **more)


TABLE = {
    "floor": Material(lambda r: p.wood(r, (0.66, 0.50, 0.35), (0.42, 0.28, 0.18), planks=8), 1.1, 0.10, 25),
    "wall": Material(lambda r: p.plain(r, (0.86, 0.83, 0.76), 0.025, 0.8), 1.4),
    "wall_blue": Material(lambda r: p.plain(r, (0.42, 0.55, 0.60), 0.03, 0.8), 1.4),
    "wall_tiles": Material(lambda r: p.tiles(r, (0.84, 0.88, 0.86), (0.55, 0.56, 0.54), 4), 0.8, 0.25, 60),
    "ceiling": Material(lambda r: p.tiles(r, (0.93, 0.93, 0.91), (0.75, 0.75, 0.74), 2), 1.2),
    "trim": _plain((0.92, 0.91, 0.88), 0.02),
    "rug": Material(lambda r: p.rug(r, np.array([(0.50, 0.14, 0.13), (0.82, 0.68, 0.44), (0.16, 0.22, 0.34), (0.30, 0.10, 0.12)]))),
    "oak": Material(lambda r: p.wood(r, (0.83, 0.66, 0.44), (0.62, 0.43, 0.25)), 0.9, 0.12, 30),
    "walnut": Material(lambda r: p.wood(r, (0.45, 0.29, 0.19), (0.25, 0.15, 0.10)), 0.8, 0.12, 30),
    "pine": Material(lambda r: p.wood(r, (0.88, 0.74, 0.52), (0.72, 0.54, 0.33)), 0.6, 0.06, 20),
    "steel": _plain((0.55, 0.56, 0.58), 0.04, shine=0.5, polish=50),
    "black_plastic": _plain((0.07, 0.07, 0.08), 0.1, shine=0.25, polish=40),
    "white_plastic": _plain((0.88, 0.88, 0.87), 0.02, shine=0.2, polish=40),
    "cushion": Material(lambda r: p.stripes(r, [(0.16, 0.30, 0.42), (0.18, 0.34, 0.46)], 60), 0.3),
    "cushion_green": Material(lambda r: p.stripes(r, [(0.35, 0.45, 0.26), (0.38, 0.49, 0.30)], 60), 0.3),
    "curtain": Material(lambda r: p.stripes(r, [(0.78, 0.70, 0.58), (0.72, 0.62, 0.50), (0.80, 0.73, 0.62)], 4), 0.5),
    "window_view": Material(lambda r: p.landscape(r, (0.55, 0.74, 0.95), (0.90, 0.95, 1.0),
                                                  [(0.55, 0.66, 0.62), (0.36, 0.52, 0.30), (0.24, 0.40, 0.18)]), glow=1.25),
    "lamp_glow": Material(lambda r: p.plain(r, (1.0, 0.86, 0.64), 0.03), 0.3, glow=1.3),
    "panel_glow": Material(lambda r: p.plain(r, (1.0, 0.98, 0.94), 0.01), 0.6, glow=1.6),
    "painting": Material(lambda r: p.landscape(r, (0.93, 0.62, 0.38), (0.98, 0.86, 0.60),
                                               [(0.45, 0.36, 0.50), (0.30, 0.26, 0.42), (0.16, 0.18, 0.30)])),
    "poster": Material(lambda r: p.shapes_poster(r, (0.94, 0.91, 0.83), [(0.82, 0.28, 0.18), (0.10, 0.32, 0.46), (0.92, 0.70, 0.20)])),
    "poster_dark": Material(lambda r: p.shapes_poster(r, (0.12, 0.17, 0.25), [(0.90, 0.55, 0.25), (0.55, 0.78, 0.75), (0.92, 0.90, 0.82)], 12)),
    "chart": Material(lambda r: p.chart_poster(r, (0.96, 0.96, 0.94), (0.15, 0.20, 0.32), (0.85, 0.42, 0.15))),
    "whiteboard": Material(p.whiteboard, shine=0.15, polish=80),
    "screen": Material(p.code_screen, glow=0.75),
    "paper": Material(lambda r: p.writing(r, (0.95, 0.95, 0.93), (0.18, 0.18, 0.22))),
    "notebook": Material(lambda r: p.writing(r, (0.97, 0.94, 0.84), (0.12, 0.18, 0.50), lines=15, heading=False, density=0.7)),
    "mat": Material(p.cutting_mat),
    "cardboard": Material(lambda r: p.plain(r, (0.70, 0.54, 0.36), 0.06, 0.8), 0.4),
    "cardboard_label": Material(lambda r: p.box_label(r, (0.70, 0.54, 0.36), (0.15, 0.15, 0.40))),
    "mug_red": Material(lambda r: p.stripes(r, [(0.74, 0.13, 0.11)] * 4 + [(0.94, 0.90, 0.84)], 1, vertical=False), 0.1, 0.5, 60),
    "coffee": _plain((0.16, 0.09, 0.05), 0.05, shine=0.4, polish=80),
    "cork": Material(lambda r: p.plain(r, (0.66, 0.47, 0.30), 0.18, 0.4), 0.15),
    "block_yellow": Material(lambda r: p.plain(r, (0.93, 0.71, 0.16), 0.05), 0.2, 0.15, 30),
    "block_blue": Material(lambda r: p.plain(r, (0.14, 0.36, 0.72), 0.05), 0.2, 0.15, 30),
    "block_green": Material(lambda r: p.plain(r, (0.25, 0.56, 0.26), 0.05), 0.2, 0.15, 30),
    "apple": Material(lambda r: p.stripes(r, [(0.70, 0.12, 0.10), (0.80, 0.32, 0.14)], 3), 0.15, 0.3, 40),
    "leaf": Material(lambda r: p.mix((0.16, 0.42, 0.16), (0.36, 0.60, 0.24), p.noise(r, 1.2)), 0.15, 0.15, 20),
    "terracotta": _plain((0.72, 0.40, 0.26), 0.07),
    "shirt": Material(lambda r: p.plaid(r, (0.80, 0.83, 0.84), (0.20, 0.36, 0.50), (0.75, 0.25, 0.18), 4), 0.26),
    "denim": Material(lambda r: p.mix((0.15, 0.20, 0.33), (0.26, 0.33, 0.48), p.noise(r, 0.5, (1.0, 3.0))), 0.3),
    "skin": Material(lambda r: p.mix((0.80, 0.58, 0.47), (0.70, 0.46, 0.36), p.noise(r, 1.1)), 0.25, 0.10, 14),
    "lips": _plain((0.66, 0.36, 0.33), 0.04),
    "nail": _plain((0.90, 0.72, 0.64), 0.02, shine=0.3, polish=40),
    "hair": Material(lambda r: p.mix((0.13, 0.08, 0.05), (0.30, 0.19, 0.12), p.noise(r, 0.9, (6.0, 1.0))), 0.2, 0.15, 18),
    "eye_white": _plain((0.93, 0.92, 0.90), 0.01, shine=0.3, polish=80),
    "iris": _plain((0.16, 0.11, 0.08), 0.02, shine=0.4, polish=80),
    "shoe": _plain((0.20, 0.17, 0.15), 0.08, shine=0.15, polish=20),
    "sole": _plain((0.80, 0.78, 0.72), 0.05),
}
for _number, (_colour, _ink) in enumerate([
        ((0.55, 0.12, 0.12), (0.90, 0.80, 0.55)), ((0.12, 0.25, 0.42), (0.85, 0.85, 0.80)), ((0.16, 0.38, 0.26), (0.90, 0.85, 0.60)),
        ((0.82, 0.74, 0.58), (0.30, 0.20, 0.15)), ((0.30, 0.24, 0.40), (0.85, 0.75, 0.85)), ((0.80, 0.45, 0.16), (0.15, 0.12, 0.10)),
        ((0.22, 0.22, 0.24), (0.85, 0.30, 0.25)), ((0.88, 0.87, 0.84), (0.20, 0.30, 0.50))]):
    TABLE[f"book_{_number}"] = Material(lambda r, c=_colour, i=_ink: p.book_spine(r, c, i), 1.0, 0.08, 25)
BOOKS = [name for name in TABLE if name.startswith("book_")]
_NAMES = {name: number for number, name in enumerate(TABLE)}


def index_of(name):
    """The number of a material in the table. Raises `KeyError` with the name when there is none."""
    return _NAMES[name]


class TextureStack:
    """All materials' textures with their mip levels in one flat array, so any mix of pixels is one lookup."""

    def __init__(self, seed):
        pictures = []
        for name, material in TABLE.items():
            picture = material.paint(np.random.default_rng([seed, zlib.crc32(name.encode())]))
            pictures.append((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))
        level = np.stack(pictures)
        flat, self.starts, self.sides, start = [], [], [], 0
        while True:
            flat.append(level.reshape(-1, 3))
            self.starts.append(start)
            self.sides.append(level.shape[1])
            start += len(flat[-1])
            if level.shape[1] == 1:
                break
            f = level.astype(np.float32)
            level = ((f[:, ::2, ::2] + f[:, 1::2, ::2] + f[:, ::2, 1::2] + f[:, 1::2, 1::2]) / 4 + 0.5).astype(np.uint8)
        self.texels = np.concatenate(flat)
        self.starts, self.sides = np.array(self.starts), np.array(self.sides)
        table = list(TABLE.values())
        self.tile = np.array([m.tile for m in table], np.float32)
        self.shine = np.array([m.shine for m in table], np.float32)
        self.polish = np.array([m.polish for m in table], np.float32)
        self.glow = np.array([m.glow for m in table], np.float32)

    def look_up(self, material, uv, texels_per_pixel):
        """Linear reflectance (N, 3) at texture coordinates (N, 2), blurred to `texels_per_pixel` (N,)."""
        level = np.clip(np.log2(np.maximum(texels_per_pixel, 1e-6)), 0, len(self.sides) - 1)
        low = level.astype(np.int64)
        part = (level - low)[:, None].astype(np.float32)
        position = uv / self.tile[material][:, None]
        colour = self._bilinear(material, position, low) * (1 - part)
        colour += self._bilinear(material, position, np.minimum(low + 1, len(self.sides) - 1)) * part
        return (colour / 255) ** 2.2

    def _bilinear(self, material, position, level):
        side = self.sides[level]
        place = position * side[:, None] - 0.5
        whole = np.floor(place).astype(np.int64)
        fraction = (place - whole).astype(np.float32)
        start = self.starts[level] + material.astype(np.int64) * side * side
        x0, y0 = whole[:, 0] % side, whole[:, 1] % side
        x1, y1 = (x0 + 1) % side, (y0 + 1) % side
        fx, fy = fraction[:, :1], fraction[:, 1:]
        top = self.texels[start + y0 * side + x0] * (1 - fx) + self.texels[start + y0 * side + x1] * fx
        low = self.texels[start + y1 * side + x0] * (1 - fx) + self.texels[start + y1 * side + x1] * fx
        return top * (1 - fy) + low * fy
