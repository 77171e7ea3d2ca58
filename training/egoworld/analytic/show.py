"""A picture of some clips: python -m egoworld.analytic.show DIR --out sheet.png

One row a moment: exo, filled prior, prior, truth.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from .dataset import BadClip, check_clip


def row(clip, frame, tags=False):
    ego = clip["ego"][frame]
    side = len(ego)
    exo = Image.fromarray(clip["exo"][frame]).resize((side * 16 // 9, side), Image.BILINEAR)
    pictures = [np.asarray(exo), clip["filled"][frame], clip["prior"][frame], ego]
    if tags:
        colours = np.array([(0, 0, 0), (255, 180, 120), (120, 160, 255), (80, 200, 80), (255, 60, 60), (200, 80, 220)], np.uint8)
        pictures += [colours[clip["ego_tags"][frame]], colours[clip["exo_tags"][frame]][np.arange(side) * clip["exo"].shape[1] // side]]
    return np.concatenate(pictures, 1)


def main():
    parser = argparse.ArgumentParser(prog="python -m egoworld.analytic.show", description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=Path("sheet.png"), help="(default: %(default)s)")
    parser.add_argument("--clips", type=int, default=8, help="evenly picked (default: %(default)s)")
    parser.add_argument("--moments", type=int, default=1, help="of each clip (default: %(default)s)")
    parser.add_argument("--columns", type=int, default=2, help="rows are laid out in this many columns (default: %(default)s)")
    parser.add_argument("--tags", action="store_true", help="also the masks of ego and exo")
    options = parser.parse_args()
    files = sorted(options.folder.glob("clip_*.npz"))
    rows, skipped = [], 0
    for file in [files[i] for i in np.unique(np.linspace(0, len(files) - 1, options.clips).astype(int))] if files else []:
        try:
            check_clip(file)
        except BadClip as reason:
            print(f"skipped: {reason}", file=sys.stderr)
            skipped += 1
            continue
        with np.load(file) as clip:
            frames = len(clip["exo_world_to_camera"])
            picked = {name: clip[name] for name in ("exo", "filled", "prior", "ego", "ego_tags", "exo_tags")}
            rows += [row(picked, frame, options.tags) for frame in np.linspace(frames / 2 if options.moments == 1 else 0, frames - 1, options.moments).astype(int)]
            print(f"{file.name}: {clip['action']} coverage {(clip['coverage'] > 0).mean():.2f}")
    if not rows:
        sys.exit(f"show: {options.folder} holds no usable clips ({skipped} skipped)")
    while len(rows) % options.columns:
        rows.append(np.zeros_like(rows[0]))
    sheet = np.concatenate([np.concatenate(rows[i:i + options.columns], 1) for i in range(0, len(rows), options.columns)])
    Image.fromarray(sheet).save(options.out)
    print(f"{options.out}: {len(rows)} rows, {skipped} clips skipped")


if __name__ == "__main__":
    main()
