"""What a wrong exo calibration costs, and how much of it the product's alignment by the wearer gets back.

Held-out clips become clip folders (egomodel.clip_folders) whose focal length, whose depth scale or both are made wrong by factors
of 1.22 to 1.42 or their inverse; `egostream prior` renders each with `--align none` and `--align wearer`. Prints, a row a case: how
far both factors are off before and after (mean absolute logarithm: 0.1 is ten percent), the clips that were corrected, and the PSNR
of the filled prior against the truth. With --sheet also a picture with a row a clip, both factors wrong: none | wearer | truth, last frames.
Needs --clips and the tools (`make build`), and ffmpeg on PATH.
"""

import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .clip_folders import written
from .dataset import Clips
from .errors import NoUsableClips, TrainingError
from .losses import psnr_of_bytes
from .options import main

CASES = {"as it is": (False, False), "focal length": (True, False), "depth": (False, True), "both": (True, True)}
SAID = re.compile(r"focal length × ([0-9.]+), depth × ([0-9.]+)")


@dataclass
class MiscalibrationOptions:
    clips: Path = None
    """folder of clip_*.npz"""
    held_out: int = 24
    """the last so many clips by name are the held-out ones"""
    count: int = 24
    """of those to try"""
    seed: int = 0
    """of the errors"""
    tool: Path = Path("../.build/release/egostream")
    sheet: Path = None
    """picture to write"""


class ToolFailed(TrainingError):
    """The tool is not there, or it refused a clip."""


def run(options):
    if not Path(options.tool).exists():
        raise ToolFailed(f"{options.tool} is not there; build it with `make build`, or name it with --tool")
    clips, random, rows = Clips(options.clips).split(options.held_out)[1], np.random.default_rng(options.seed), {}
    sheet = []
    for index in tqdm(range(min(options.count, len(clips))), desc="clips"):
        read = clips.read(index, "ego")
        if read is None:
            continue
        (truth,) = read
        with tempfile.TemporaryDirectory() as temporary:
            folder = written(clips, index, temporary)
            right = json.loads((folder / "clip.json").read_text())
            for case, wrong in CASES.items():
                errors = [float(np.exp(random.choice([-1, 1]) * random.uniform(0.2, 0.35))) if off else 1.0 for off in wrong]
                (folder / "clip.json").write_text(json.dumps(miscalibrated(right, *errors)))
                row, pictures = compared(folder, errors, truth, options)
                rows.setdefault(case, []).append(row)
            sheet.append(np.concatenate([*pictures, truth[-1]], 1))
    if not rows:
        raise NoUsableClips(clips.report())
    print(f"{'wrong':14}{'|log focal|':>18}{'|log depth|':>18}{'corrected':>11}{'PSNR, none':>12}{'wearer':>8}")
    for case, found in rows.items():
        before, after, psnrs = (np.mean([row[key] for row in found], 0) for key in ("before", "after", "psnr"))
        changed = sum(row["corrected"] for row in found)
        print(f"{case:14}{before[0]:9.3f} → {after[0]:.3f}{before[1]:11.3f} → {after[1]:.3f}{changed:7} of {len(found)}{psnrs[0]:10.2f}{psnrs[1]:10.2f}")
    print(clips.report())
    if options.sheet:
        from PIL import Image
        Image.fromarray(np.concatenate(sheet)).save(options.sheet)


def miscalibrated(document, focal, depth):
    """The calibration `document` with its exo focal length and what a depth sample stands for times these."""
    exo, samples = dict(document["exo"]), dict(document["depth"])
    for key in ("f", "fx", "fy"):
        if key in exo:
            exo[key] *= focal
    del samples["unit"]
    return {**document, "exo": exo, "depth": {**samples, "metres_per_unit": 0.001 * depth}}


def compared(folder, errors, truth, options):
    """(how far both factors are off before and after, and the filled prior's PSNR; its last pictures) without and with alignment."""
    (before, plain), (after, aligned) = (rendered(folder, align, truth.shape, options) for align in ("none", "wearer"))
    mean = lambda made: float(np.mean([psnr_of_bytes(*pair) for pair in zip(made, truth)]))
    off = lambda factors: np.abs(np.log(np.array(factors) * errors))
    row = {"before": off(before), "after": off(after), "corrected": after != (1, 1), "psnr": (mean(plain), mean(aligned))}
    return row, (plain[-1], aligned[-1])


def rendered(folder, align, shape, options):
    """(factors of focal length and depth, uint8 pictures of `shape`) that the product makes of a clip folder."""
    out = folder / "prior.mkv"
    done = subprocess.run([options.tool, "prior", "--clip", folder, "--out", out, "--fill", "push-pull", "--backend", "cpu", "--align", align],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise ToolFailed(f"{folder.name}: {' '.join(done.stderr.split()[:60])}")
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", out, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    said = SAID.search(done.stdout + done.stderr)
    return tuple(map(float, said.groups())) if said else (1, 1), np.frombuffer(raw, np.uint8).reshape(shape)


if __name__ == "__main__":
    main(MiscalibrationOptions, run, required=("clips",))
