"""Says whether the model makes hands where the prior has none, by what a segmenter of hands finds in its pictures.

Only frames count where a hand is in the true ego view but not in the prior: hand pixels (tag 1) are at least 0.4% of the picture,
and less than 50% of them are covered. Of these, the IoU of the segmenter's mask with the true mask, the mean over frames: on the
model's own picture, on the picture as shown, on the filled prior (what no model is worth) and on the truth itself (the most that
the segmenter allows). Writes RUN/hands.json. Needs --clips and --run, and the segmenter of egomodel.hand_segmenter.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from . import hand_segmenter
from .bars import print_bars, write_json
from .judging import Judged, JudgingOptions
from .options import main
from .pictures import to_bytes
from .scores import HAND

LEAST_SHARE, MOST_COVERED = 0.004, 0.5


@dataclass
class HandsOptions(JudgingOptions):
    count: int = 24
    """clips; those without a frame that counts cost nothing"""
    sheet: Path = None
    """PNG to write, a row a clip: filled prior | as shown | truth, true hands outlined in white and found ones in red"""


def run(options):
    judged, segmenter = Judged(options), hand_segmenter.load(options.run, options.device)
    found, rows, clips = {}, [], 0
    for index in tqdm(judged.indices(), desc="hands"):
        read = judged.clips.read(index, "ego", "filled", "coverage", "ego_tags")
        if read is None:
            continue
        truth, filled, coverage, tags = (array[: judged.latents.frames * judged.each] for array in read)
        chosen = lacking(tags, coverage)
        if len(chosen) == 0:
            continue
        clips += 1
        pictures = judged.decoded(judged.streamed(judged.latents.batch([index])[0]))
        shown = judged.composed(pictures, filled, coverage, judged.lens(index))
        videos = {"model": to_bytes(pictures), "shown": shown, "filled prior": filled, "truth": truth}
        true = tags[chosen] == HAND
        masks = {name: hand_segmenter.hand_masks(segmenter, video[chosen], options.device) for name, video in videos.items()}
        for name, mask in masks.items():
            found.setdefault(name, []).extend(ious(mask, true))
        middle = len(chosen) // 2
        rows.append(np.concatenate([outlined(videos[name][chosen[middle]], true[middle], masks[name][middle])
                                    for name in ("filled prior", "shown", "truth")], 1))
    document = {"stage": judged.stage, "weights": judged.weights, "clips": clips, "frames": len(found.get("truth", ())),
                "iou": {name: round(float(np.mean(values)), 4) for name, values in found.items()}}
    write_json(Path(options.run) / "hands.json", document)
    print(f"IoU of hands over {document['frames']} frames of {clips} clips where the prior lacks them:")
    for name, value in document["iou"].items():
        print(f"  {name:14} {value:.3f}")
    print_bars(options.run)
    if options.sheet and rows:
        from PIL import Image
        Image.fromarray(np.concatenate(rows)).save(options.sheet)


def lacking(tags, coverage):
    """Numbers of the frames that count, of tags and coverage [T, H, W]."""
    hands = tags == HAND
    area = hands.sum((1, 2))
    covered = (hands & (coverage > 127)).sum((1, 2)) / np.maximum(area, 1)
    return np.flatnonzero((area >= LEAST_SHARE * hands[0].size) & (covered < MOST_COVERED))


def ious(masks, true):
    """Of every frame of bool [T, H, W]."""
    return ((masks & true).sum((1, 2)) / np.maximum((masks | true).sum((1, 2)), 1)).tolist()


def outlined(picture, true, found):
    """The picture with the edges of the true mask in white and of the found one in red."""
    picture = picture.copy()
    for mask, colour in ((true, (255, 255, 255)), (found, (255, 0, 0))):
        inner = mask.copy()
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            inner &= np.roll(mask, step, axis)
        picture[mask & ~inner] = colour
    return picture


if __name__ == "__main__":
    main(HandsOptions, run, required=("run", "clips"))
