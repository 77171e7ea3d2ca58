"""Says whether a stream stays good and still: drift over a thousand frames, and flicker of a scene where nothing moves.

Drift: a clip's first 25 frames are played forth and back until there are 1,000; frames 900 to 1,000 show the same as frames 50
to 150, so their PSNR against the truth may be compared. The figure is by how much the mean of the one lies off the other.

Flicker: one frame, repeated 64 times with the head still; the mean absolute difference of following pictures in 8-bit steps,
from frame 16 on: of all, of those within a chunk, and of those between two chunks.

Both of the model's own picture and of the picture as shown. Writes RUN/steadiness.json. Needs --clips and --run.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .bars import print_bars, write_json
from .judging import Judged, JudgingOptions
from .losses import psnr_of_bytes
from .options import main
from .playing import Player, forth_and_back

PICTURES = ("model", "shown")


@dataclass
class SteadinessOptions(JudgingOptions):
    count: int = 8
    """clips whose flicker is measured"""
    drift_clips: int = 3
    """clips that are played for a thousand frames, which takes minutes each"""
    drift_frames: int = 1000
    """of such a stream; the last and the first hundred are compared, fifty from either beginning"""
    turn: int = 25
    """frames that are played forth and back; twice as many divide a hundred"""
    still_frames: int = 64
    """of a still scene"""
    settled: int = 16
    """frames of it that do not count"""


def run(options):
    judged = Judged(options)
    drifts, flickers = [], []
    for index in tqdm(judged.indices(options.drift_clips), desc="drift"):
        drifts += [drift(judged, index, options)]
    for index in tqdm(judged.indices(), desc="flicker"):
        flickers += [flicker(judged, index, options)]
    document = {"stage": judged.stage, "weights": judged.weights, "drift_clips": len(drifts), "flicker_clips": len(flickers),
                "drift": {}, "flicker": {}}
    for name in PICTURES:
        if drifts:
            early, late = (float(np.mean([one[name][part] for one in drifts])) for part in (0, 1))
            document["drift"] |= {name: round(abs(late - early), 3), f"{name}_early": round(early, 3), f"{name}_late": round(late, 3),
                                  f"{name}_worst_clip": round(max(one[name][0] - one[name][1] for one in drifts), 3)}
        if flickers:
            parts = flickers[0][name]
            document["flicker"][name] = {part: round(float(np.mean([one[name][part] for one in flickers])), 3) for part in parts}
    write_json(Path(options.run) / "steadiness.json", document)
    for part in ("drift", "flicker"):
        print(part, document[part])
    print_bars(options.run)


def drift(judged, index, options):
    """Picture to (early, late) PSNR in decibels, the means over a hundred frames each."""
    frames = whole_chunks(options.drift_frames, judged)
    order = forth_and_back(min(options.turn, judged.latents.frames * judged.each), frames)
    made, (truth,) = Player(judged, index).play(order), judged.clips.read(index, "ego")
    first, last = windows(options.drift_frames)
    decibels = lambda pictures, part: float(np.mean([psnr_of_bytes(pictures[n], truth[order[n]]) for n in part]))
    return {name: (decibels(pictures, first), decibels(pictures, last)) for name, pictures in zip(PICTURES, made)}


def windows(frames):
    """The hundred early frames and the hundred late ones of a stream; shorter streams have shorter ones."""
    part = frames // 10
    return range(part // 2, part // 2 + part), range(frames - part, frames)


def flicker(judged, index, options):
    """Picture to the mean differences of following pictures: of `all`, `within` a chunk, and at `boundaries` of chunks."""
    frames = whole_chunks(options.still_frames, judged)
    made = Player(judged, index).play([judged.latents.frames * judged.each // 2] * frames)
    return {name: differences(pictures, options.settled, judged.chunk_frames) for name, pictures in zip(PICTURES, made)}


def differences(pictures, settled, chunk):
    """Of uint8 [T, H, W, 3] from frame `settled` on, in 8-bit steps."""
    after = range(settled + 1, len(pictures))
    sizes = {n: float(np.abs(pictures[n].astype(np.int16) - pictures[n - 1]).mean()) for n in after}
    kinds = {"all": sizes, "within": {n: size for n, size in sizes.items() if n % chunk},
             "boundaries": {n: size for n, size in sizes.items() if n % chunk == 0}}
    return {kind: float(np.mean(list(values.values()))) if values else 0.0 for kind, values in kinds.items()}


def whole_chunks(frames, judged):
    return -(-frames // judged.chunk_frames) * judged.chunk_frames


if __name__ == "__main__":
    main(SteadinessOptions, run, required=("run", "clips"))
