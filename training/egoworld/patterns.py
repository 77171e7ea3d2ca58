"""Procedural pictures: square, tileable where it matters, sRGB values 0..1, made from a NumPy random generator."""

import numpy as np

SIDE = 512  # pixels


def noise(random, roughness=1.6, stretch=(1.0, 1.0)):
    """Tileable fractal noise, 0..1. Higher `roughness` is smoother; `stretch` elongates along (y, x)."""
    fy = np.fft.fftfreq(SIDE)[:, None] * SIDE * stretch[0]
    fx = np.fft.rfftfreq(SIDE)[None] * SIDE * stretch[1]
    spectrum = np.fft.rfft2(random.standard_normal((SIDE, SIDE))) / np.maximum(np.hypot(fy, fx), 1) ** roughness
    spectrum[0, 0] = 0
    picture = np.fft.irfft2(spectrum, s=(SIDE, SIDE))
    return np.clip(0.5 + picture / (5 * picture.std()), 0, 1)


def mix(first, second, amount):
    """Blend two colours (or pictures) by an amount picture (H, W)."""
    return np.asarray(first) * (1 - amount[..., None]) + np.asarray(second) * amount[..., None]


def plain(random, colour, variation=0.06, roughness=1.2):
    """One colour with faint mottling."""
    return mix(colour, np.asarray(colour) * (1 - 2 * variation), noise(random, roughness)) * (1 + variation)


def grid_position():
    """Pixel coordinates (y, x) as 0..1 pictures."""
    line = (np.arange(SIDE) + 0.5) / SIDE
    return np.meshgrid(line, line, indexing="ij")


def wood(random, light, dark, planks=0):
    """Wood with its grain along x, in `planks` boards (0: one piece)."""
    y, _ = grid_position()
    grain = noise(random, 1.1, (1.0, 14.0))
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (9 * noise(random, 2.2, (1.0, 6.0)) + 2 * y))
    amount = np.clip(0.55 * grain + 0.35 * rings + 0.05, 0, 1)
    if planks:
        amount_out, edge = amount.copy(), np.zeros_like(amount)
        rows = SIDE // planks
        for plank in range(planks):
            band = slice(plank * rows, (plank + 1) * rows)
            amount_out[band] = np.clip(np.roll(amount[band], random.integers(SIDE), 1) + random.uniform(-0.25, 0.25), 0, 1)
            edge[band.start:band.start + 2] = 1
            cut = random.integers(SIDE)
            edge[band, cut:cut + 2] = 1
        return mix(mix(light, dark, amount_out), np.asarray(dark) * 0.35, edge * 0.8)
    return mix(light, dark, amount)


def tiles(random, colour, grout, count):
    """Square tiles with grout, each a slightly different shade."""
    y, x = grid_position()
    shade = random.uniform(0.88, 1.06, (count, count))
    row, column = (y * count).astype(int), (x * count).astype(int)
    picture = plain(random, colour, 0.04) * shade[row, column][..., None]
    line = (np.minimum(y * count % 1, x * count % 1) < 0.035).astype(float)
    return mix(picture, grout, line)


def stripes(random, colours, count, vertical=True):
    """Bands of the given colours, repeated `count` times, with woven noise."""
    y, x = grid_position()
    position = (x if vertical else y) * count % 1
    picture = np.asarray(colours)[(position * len(colours)).astype(int)]
    return picture * (0.9 + 0.2 * noise(random, 0.4)[..., None])


def plaid(random, base, line, accent, count):
    """Woven checks."""
    y, x = grid_position()
    def bands(v):
        v = v * count % 1
        return 0.55 * (v < 0.45) + 0.45 * ((v > 0.7) & (v < 0.76))
    picture = mix(np.broadcast_to(np.asarray(base, float), (SIDE, SIDE, 3)), line, 0.6 * bands(x))
    picture = mix(picture, line, 0.6 * bands(y))
    thin = ((x * count % 1 > 0.9) & (x * count % 1 < 0.95)) | ((y * count % 1 > 0.9) & (y * count % 1 < 0.95))
    return mix(picture, accent, 0.7 * thin) * (0.92 + 0.16 * noise(random, 0.5)[..., None])


def rug(random, palette):
    """A bordered carpet with diamonds: one whole picture."""
    y, x = grid_position()
    border = np.minimum(np.minimum(x, 1 - x), np.minimum(y, 1 - y))
    diamonds = (np.abs((x * 6) % 1 - 0.5) + np.abs((y * 6) % 1 - 0.5))
    picture = np.where((diamonds < 0.28)[..., None], palette[1], palette[0])
    picture = np.where((diamonds < 0.12)[..., None], palette[2], picture)
    picture = np.where((border < 0.12)[..., None], palette[3], picture)
    zigzag = np.abs(((x + y) * 18) % 1 - 0.5) < 0.2
    picture = np.where(((border > 0.035) & (border < 0.075) & zigzag)[..., None], palette[2], picture)
    picture = np.where((border < 0.015)[..., None], palette[0], picture)
    return picture * (0.82 + 0.36 * noise(random, 0.35)[..., None])


def writing(random, paper, ink, lines=22, margin=0.09, heading=True, density=0.85):
    """A page of text-like marks: words are runs of small strokes."""
    picture = np.broadcast_to(np.asarray(paper, float), (SIDE, SIDE, 3)).copy()
    pitch = SIDE * (1 - 2 * margin) / lines
    left, right = int(SIDE * margin), int(SIDE * (1 - margin))
    for line in range(lines):
        y = int(SIDE * margin + line * pitch)
        size = pitch * 0.55
        if heading and line == 0:
            picture[y:y + int(pitch * 0.9), left:left + int(SIDE * 0.45)] = ink
            continue
        if heading and line == 1 or random.random() > density:
            continue
        x, end = left, right if random.random() < 0.8 else left + random.integers(60, 300)
        while x < end:
            for _ in range(random.integers(2, 9)):
                if x >= end:
                    break
                tall = size * random.choice([0.6, 0.6, 0.6, 1.0])
                stroke = max(1, int(size * 0.35))
                picture[int(y + size - tall):int(y + size), x:x + stroke] = ink
                picture[int(y + size * 0.7):int(y + size * 0.7) + 1, x:x + stroke * 2] = ink
                x += stroke * 2 + 1
            x += int(size * 0.8) + 1
    return picture


def cutting_mat(random):
    """A green mat with a centimetre grid: one whole picture of 45 cm by 30 cm."""
    picture = plain(random, (0.10, 0.36, 0.30), 0.05)
    y, x = grid_position()
    inside = (np.minimum(x, 1 - x) > 0.04) & (np.minimum(y, 1 - y) > 0.06)
    fine = ((x * 45 % 1 < 0.09) | (y * 30 % 1 < 0.06)) & inside
    bold = ((x * 9 % 1 < 0.03) | (y * 6 % 1 < 0.02)) & inside
    picture = mix(picture, (0.55, 0.75, 0.62), 0.35 * fine)
    return mix(picture, (0.85, 0.92, 0.80), 0.8 * bold)


def landscape(random, sky_top, sky_low, hills):
    """A painting of hills under a sky: one whole picture."""
    y, x = grid_position()
    picture = mix(np.broadcast_to(np.asarray(sky_top, float), (SIDE, SIDE, 3)), sky_low, np.clip(y * 1.8, 0, 1))
    cloud = np.clip(noise(random, 1.8, (2.0, 1.0)) * 2.4 - 1.2, 0, 1)
    picture = mix(picture, (1, 1, 1), cloud * (y < 0.5))
    for depth, colour in enumerate(hills):
        phase = random.uniform(0, 6.28, 3)
        ridge = 0.42 + 0.14 * depth + 0.05 * np.sin(x * 6 + phase[0]) + 0.03 * np.sin(x * 15 + phase[1])
        shade = np.asarray(colour) * (0.8 + 0.4 * noise(random, 1.0)[..., None])
        picture = np.where((y > ridge)[..., None], shade, picture)
    return picture


def shapes_poster(random, paper, colours, count=9):
    """An abstract print of discs and bars: one whole picture."""
    y, x = grid_position()
    picture = np.broadcast_to(np.asarray(paper, float), (SIDE, SIDE, 3)).copy()
    for number in range(count):
        cx, cy, size = random.uniform(0.15, 0.85), random.uniform(0.15, 0.85), random.uniform(0.06, 0.2)
        colour = colours[number % len(colours)]
        if number % 3 == 2:
            where = (np.abs(x - cx) < size * 1.4) & (np.abs(y - cy) < size * 0.3)
        else:
            where = (x - cx) ** 2 + (y - cy) ** 2 < size**2
        picture[where] = colour
    picture[(np.minimum(x, 1 - x) < 0.04) | (np.minimum(y, 1 - y) < 0.04)] = paper
    return picture


def chart_poster(random, paper, ink, accent):
    """A wall chart: a heading, a bar chart and a column of text: one whole picture."""
    picture = writing(random, paper, ink, lines=26, heading=True)
    picture[170:430, 40:330] = np.asarray(paper) * 0.94
    for bar in range(7):
        height = int(random.uniform(50, 230))
        picture[420 - height:420, 60 + bar * 37:84 + bar * 37] = accent if bar % 2 else ink
    return picture


def whiteboard(random):
    """Boxes, arrows and notes in marker colours: one whole picture."""
    picture = np.full((SIDE, SIDE, 3), 0.93)
    inks = [(0.10, 0.20, 0.65), (0.75, 0.12, 0.10), (0.08, 0.45, 0.20), (0.12, 0.12, 0.14)]
    for number in range(7):
        x, y = 30 + (number % 3) * 160, 40 + (number // 3) * 160
        w, h = random.integers(80, 125), random.integers(50, 100)
        ink = inks[number % 4]
        for thickness in (0, 1, 2, 3):
            picture[y + thickness, x:x + w] = ink
            picture[y + h - thickness, x:x + w] = ink
            picture[y:y + h, x + thickness] = ink
            picture[y:y + h, x + w - thickness] = ink
        picture[y + h // 2:y + h // 2 + 4, x + w:x + 155] = inks[3]
        note = writing(random, (0.93,) * 3, inks[(number + 1) % 4], lines=11, heading=False)
        picture[y + 12:y + h - 12, x + 12:x + w - 12] = note[60:60 + h - 24, 60:60 + w - 24]
    return picture


def code_screen(random):
    """A dark editor: one whole picture."""
    picture = writing(random, (0.07, 0.08, 0.11), (0.55, 0.75, 0.95), lines=26, heading=False, density=0.9)
    tint = np.repeat(np.asarray([(1, 1, 1), (1.4, 1.0, 0.6), (0.7, 1.3, 0.8)])[random.integers(0, 3, 64)], 8, 0)
    return np.clip(picture * tint[:, None], 0, 1)


def book_spine(random, colour, ink):
    """A spine with a title block: one whole picture, title along y."""
    picture = plain(random, colour, 0.05)
    for centre in (0.12, 0.88):
        picture[int(SIDE * centre):int(SIDE * centre) + 10] = ink
    for stroke in range(18):
        y = int(SIDE * (0.25 + stroke * 0.026))
        picture[y:y + 8, 150:150 + random.integers(90, 220)] = ink
    return picture


def box_label(random, cardboard, ink):
    """Cardboard with a tape strip, a label and bars: one whole picture."""
    picture = plain(random, cardboard, 0.06)
    picture[235:277] = np.asarray(cardboard) * 1.12
    label = writing(random, (0.95, 0.95, 0.93), ink, lines=9, heading=True)
    picture[300:470, 60:300] = label[::3, ::2][:170, :240]
    x = 340
    while x < 470:
        width = random.integers(2, 9)
        picture[320:420, x:x + width] = (0.08, 0.08, 0.08)
        x += width + random.integers(3, 9)
    return np.clip(picture, 0, 1)
