"""Writes a clip folder: exo.mp4, depth.mkv, ego_truth.mp4 and clip.json. Reads its videos back for checks."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np

from .errors import FfmpegFailed, FfmpegMissing, SizeNotUsable

FPS = 30


def require_ffmpeg():
    """The path of ffmpeg. Raises `FfmpegMissing`."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise FfmpegMissing("ffmpeg is not on PATH; install it (Debian: apt install ffmpeg) and run again")
    return found


class VideoWriter:
    """A pipe of raw frames into ffmpeg."""

    def __init__(self, path, width, height, pixel_format, encoder):
        if width % 2 or height % 2 or width < 32 or height < 32:
            raise SizeNotUsable(f"{width}x{height}: both sides must be even and at least 32 pixels")
        command = [require_ffmpeg(), "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", pixel_format, "-s", f"{width}x{height}",
                   "-r", str(FPS), "-i", "-", *encoder, "-fflags", "+bitexact", "-flags:v", "+bitexact", str(path)]
        self.path = path
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def write(self, frame):
        try:
            self._process.stdin.write(np.ascontiguousarray(frame).tobytes())
        except BrokenPipeError:
            self.close()

    def close(self):
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        message = self._process.stderr.read().decode(errors="replace").strip()
        if self._process.wait() != 0:
            raise FfmpegFailed(f"{self.path}: ffmpeg stopped: {message or 'no message'}")


def colour_encoder(quality):
    """H.264 at a constant quality (CRF; lower is better), BT.709, one thread so that the file is always the same."""
    return ["-vf", "scale=out_color_matrix=bt709:out_range=tv", "-c:v", "libx264", "-preset", "veryslow", "-crf", str(quality),
            "-threads", "1", "-pix_fmt", "yuv420p", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
            "-color_range", "tv", "-movflags", "+faststart"]


# Contexts are kept from frame to frame (one key frame), which saves more than larger contexts do.
DEPTH_ENCODER = ["-c:v", "ffv1", "-level", "3", "-coder", "1", "-context", "0", "-g", "600", "-slices", "4", "-slicecrc", "1",
                 "-threads", "1", "-pix_fmt", "gray16le"]


class ClipFolder:
    """A clip being written frame by frame."""

    def __init__(self, folder, filming, depth_step_millimetres=8, exo_quality=23, ego_quality=23):
        self.folder, self.filming, self.step = Path(folder), filming, depth_step_millimetres
        require_ffmpeg()
        self.folder.mkdir(parents=True, exist_ok=True)
        width, height = filming.width, filming.height
        self._exo = VideoWriter(self.folder / "exo.mp4", width, height, "rgb24", colour_encoder(exo_quality))
        self._ego = VideoWriter(self.folder / "ego_truth.mp4", height, height, "rgb24", colour_encoder(ego_quality))
        self._depth = VideoWriter(self.folder / "depth.mkv", width, height, "gray16le", DEPTH_ENCODER)
        self._poses = []

    def add(self, frame):
        """Films and writes frame number `frame`. Returns its (exo, depth in metres, ego) pictures."""
        exo, depth, ego = self.filming.take(frame)
        self._exo.write((exo * 255 + 0.5).astype(np.uint8))
        self._ego.write((ego * 255 + 0.5).astype(np.uint8))
        self._depth.write(quantised(depth, self.step))
        self._poses.append(self.filming.ego_pose(frame))
        return exo, depth, ego

    def close(self, name, source):
        """Ends the videos and writes clip.json."""
        for video in (self._exo, self._ego, self._depth):
            video.close()
        document = {
            "name": name, "source": source, "fps": FPS, "frames": len(self._poses),
            "exo": {**self.filming.exo.to_json(), "world_to_camera": rounded(self.filming.exo_pose)},
            "ego": {**self.filming.ego.to_json(), "photometric": None, "world_to_camera": [rounded(p) for p in self._poses]},
            "depth": {"file": "depth.mkv", "unit": "millimetre", "kind": "z", "invalid": 0},
            "prompt": PROMPT,
        }
        (self.folder / "clip.json").write_text(json.dumps(document, separators=(",", ":")) + "\n")


PROMPT = ("A person with glasses and a checked shirt sits at a wooden table in a bright study, moves a red mug onto a cork "
          "coaster, puts a yellow block on a green cutting mat and stacks a blue block on top of it.")


# (metres, factor): depth beyond that distance is stored in coarser steps, as every depth camera measures it. The hands and
# the table lie before the first. This is what lets four seconds of lossless depth fit in a repository.
COARSER_BEYOND = ((2.4, 4), (3.2, 8))


def quantised(depth_metres, step_millimetres):
    """Depth as uint16 millimetres in multiples of a step that grows with distance; 0 where there is none or it does not fit."""
    millimetres = np.nan_to_num(depth_metres, posinf=0) * 1000
    steps = np.full(millimetres.shape, float(step_millimetres))
    for beyond, factor in COARSER_BEYOND:
        steps[millimetres > beyond * 1000] = step_millimetres * factor
    millimetres = np.round(millimetres / steps) * steps
    return np.where(millimetres > 65535, 0, millimetres).astype("<u2")


def rounded(matrix):
    return [[round(float(value), 7) for value in row] for row in matrix]


def read_video(path, width, height, pixel_format="rgb24"):
    """All frames of a video as (N, H, W, 3) uint8 or, for gray16le, (N, H, W) uint16."""
    command = [require_ffmpeg(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", pixel_format, "-"]
    done = subprocess.run(command, capture_output=True)
    if done.returncode != 0:
        raise FfmpegFailed(f"{path}: {done.stderr.decode(errors='replace').strip()}")
    if pixel_format == "gray16le":
        return np.frombuffer(done.stdout, "<u2").reshape(-1, height, width)
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)
