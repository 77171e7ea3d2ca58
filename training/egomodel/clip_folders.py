"""Writes training clips as clip folders, so that the product can be run on what PyTorch is judged by.

A folder CLIP holds exo.mp4 and ego_truth.mp4 (lossless H.264 of RGB), depth.mkv (FFV1, 16-bit millimetres), and clip.json with
the cameras and poses that the clip was given: `egobench quality OUT/* --model FOLDER` reads them. Needs --clips and --out, and
ffmpeg on PATH.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from egoworld.clip_folder import DEPTH_ENCODER, FPS, VideoWriter

from .dataset import CAMERAS, Clips
from .errors import TrainingError
from .options import main

LOSSLESS = ["-c:v", "libx264rgb", "-preset", "veryfast", "-qp", "0", "-threads", "1", "-pix_fmt", "rgb24"]
ARRAYS = ("exo", "exo_depth", "ego", *CAMERAS)


@dataclass
class FolderOptions:
    clips: Path = None
    """folder of clip_*.npz"""
    out: Path = None
    """folder to write clip folders into"""
    held_out: int = 24
    """the last so many clips by name are the held-out ones"""
    count: int = 8
    """of those to write"""


def run(options):
    clips = Clips(options.clips).split(options.held_out)[1]
    for index in range(min(options.count, len(clips))):
        print(written(clips, index, options.out))


def written(clips, index, out):
    """Writes clip number `index` into its own folder in `out`; returns the folder. Raises `TrainingError`."""
    read = clips.read(index, *ARRAYS)
    if read is None:
        raise TrainingError(clips.report())
    exo, depth, ego, exo_camera, ego_camera, exo_poses, ego_poses = read
    folder = Path(out) / clips.paths[index].stem
    folder.mkdir(parents=True, exist_ok=True)
    for name, video, pixels, encoder in (("exo.mp4", exo, "rgb24", LOSSLESS), ("ego_truth.mp4", ego, "rgb24", LOSSLESS),
                                         ("depth.mkv", depth.astype("<u2"), "gray16le", DEPTH_ENCODER)):
        writer = VideoWriter(folder / name, video.shape[2], video.shape[1], pixels, encoder)
        for frame in video:
            writer.write(frame)
        writer.close()
    document = {
        # Poses go by the frame, so the pace does not matter: it is the videos' own.
        "name": folder.name, "source": "a synthetic clip of egostream's training", "fps": FPS, "frames": len(exo),
        "exo": {**json.loads(str(exo_camera)), "world_to_camera": exo_poses.tolist()},
        "ego": {**json.loads(str(ego_camera)), "world_to_camera": ego_poses.tolist()},
        "depth": {"file": "depth.mkv", "unit": "millimetre", "kind": "z", "invalid": 0}}
    (folder / "clip.json").write_text(json.dumps(document) + "\n")
    return folder


if __name__ == "__main__":
    main(FolderOptions, run, required=("clips", "out"))
