"""What could be had at most on held-out clips, by oracles that know part of the truth: is a bar within reach of this input?

Rows are whole frames: the push-pull fill; the picture as shown; the same with what the exo camera sees in that moment looked up in
its picture by true depth and true poses (perfect geometry); the same with that part as it truly is (nothing is better); and as
shown with all the rest as it truly is, but blurred (a completion that knows the colours of everything unseen). Beside them: how
much of the picture the exo camera sees, and how much of the hands in frames where the prior has none (egomodel.hands). Writes
RUN/bounds.json. Needs --clips and --run.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from .bars import write_json
from .hands import lacking
from .judging import Judged, JudgingOptions
from .losses import blurred, decibels
from .options import main
from .scores import HAND
from .visibility import seen_by_exo

WIDTHS = (8.0, 25.0)
"""Of the blurs, in pixels of the model's picture."""


@dataclass
class BoundsOptions(JudgingOptions):
    count: int = 24
    """clips"""
    every: int = 4
    """frames that are looked at"""


def run(options):
    judged, errors, shares = Judged(options), {}, {"visible": [], "hands visible where the prior lacks them": []}
    for index in tqdm(judged.indices(), desc="bounds"):
        read = judged.clips.read(index, "ego", "filled", "coverage", "ego_tags", "exo", "exo_depth_true", "ego_depth", "ego_world_to_camera_true")
        if read is None:
            continue
        truth, filled, coverage, tags, exo, exo_depth, ego_range, ego_poses = read
        lens = judged.lens(index)
        cameras = replace(judged.clips.cameras(index), ego_world_to_camera=ego_poses)
        shown = judged.composed(judged.decoded(judged.streamed(judged.latents.batch([index])[0])), filled, coverage, lens)
        chosen, rows = lacking(tags[: len(shown)], coverage[: len(shown)]), {}
        for frame in range(0, len(shown), options.every):
            visible, colours = seen_by_exo(cameras, frame, ego_range[frame], exo_depth[frame], exo[frame])
            shares["visible"].append(visible[lens].mean())
            for name, picture in pictures(filled[frame], shown[frame], truth[frame], visible[..., None], colours).items():
                rows.setdefault(name, []).append(np.square(picture - truth[frame].astype(float)).mean())
        for frame in chosen:
            hands = tags[frame] == HAND
            visible, _ = seen_by_exo(cameras, frame, ego_range[frame], exo_depth[frame], exo[frame])
            shares["hands visible where the prior lacks them"].append(visible[hands].mean())
        for name, squares in rows.items():
            errors.setdefault(name, []).append(decibels(np.mean(squares) / 255**2))
    mean = lambda values: round(float(np.mean(values)), 4) if values else float("nan")
    document = {"clips": len(next(iter(errors.values()), ())), "psnr": {name: mean(values) for name, values in errors.items()},
                "shares": {name: mean(values) for name, values in shares.items()}}
    write_json(Path(options.run) / "bounds.json", document)
    fill = document["psnr"].get("push-pull fill", float("nan"))
    for name, value in document["psnr"].items():
        print(f"  {name:54} {value:7.2f} dB  {value - fill:+6.2f}")
    for name, value in document["shares"].items():
        print(f"  {name:54} {value:7.3f}")
    print(f"{document['clips']} clips; {judged.clips.report()}")


def pictures(filled, shown, truth, visible, colours):
    """Name to picture [H, W, 3], from what is given and what is known at best."""
    found = {"push-pull fill": filled, "as shown": shown, "visible looked up with true geometry": np.where(visible, colours, shown),
             "visible as it truly is": np.where(visible, truth, shown)}
    for width in WIDTHS:
        blur = blurred(torch.from_numpy(truth).permute(2, 0, 1)[None].float(), width)[0].permute(1, 2, 0).numpy()
        found[f"unseen as it truly is, blurred by {width:g} pixels"] = np.where(visible, shown, blur)
    return found


if __name__ == "__main__":
    main(BoundsOptions, run, required=("run", "clips"))
