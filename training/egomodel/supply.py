"""Clips made while training goes on: processes draw them, a thread encodes them onto the training device.

For machines with many more cores than the training itself needs: a clip is used within seconds of being drawn, and the disk
never holds more than a few. A clip depends on its seed alone, as in egoworld.analytic.make_dataset.
"""

import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import torch

from egoworld.analytic.clip import make_clip
from egoworld.analytic.world import NotFilmable

from .cache_latents import geometry_rows
from .dataset import cameras_of
from .errors import TrainingError
from .scores import hand_mask

WAITING = 64
"""Most clips on the disk that have not been encoded yet."""


def drawn(task):
    """Draws the clip of a seed and leaves it in a file; returns its path, or None for a seed without a usable clip.

    Runs in a process of its own.
    """
    folder, config, seed, frames = task
    while len(os.listdir(folder)) > WAITING:
        time.sleep(0.1)
    torch.set_num_threads(1)
    try:
        arrays, _ = make_clip(seed, frames * config.codec.frames_per_latent, config.ego.width)
    except NotFilmable:
        return None
    clip = {name: arrays[name] for name in ("exo", "filled", "ego", "coverage")}
    clip["hands"] = np.where(hand_mask(arrays["ego_tags"]), 255, 0).astype(np.uint8)
    clip |= geometry_rows(config, cameras_of(arrays), arrays["exo_depth"], frames)
    path = Path(folder) / f"{seed}.writing"
    torch.save({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in clip.items()}, path)
    path.rename(path.with_suffix(".pt"))
    return path.with_suffix(".pt")


class Supply:
    """Fills `clips`, a `ResidentClips`, with clips from `first_seed` on. A context: leaving it ends the processes."""

    def __init__(self, config, clips, first_seed, workers):
        self.config, self.clips, self.first_seed, self.workers = config, clips, first_seed, workers
        self.failure = None

    def __enter__(self):
        self.folder, self.leaving = Path(tempfile.mkdtemp(prefix="clips-")), threading.Event()
        self.pool = multiprocessing.get_context("spawn").Pool(self.workers)
        seeds = range(self.first_seed, self.first_seed + self.clips.capacity)
        tasks = [(str(self.folder), self.config, seed, self.clips.frames) for seed in seeds]
        self.coming = self.pool.imap_unordered(drawn, tasks)
        self.thread = threading.Thread(target=self.take, daemon=True)
        self.thread.start()
        return self

    def take(self):
        """Encodes what the processes leave, until all has come. A failure is told, and kept for whoever waits; training goes on with what there is."""
        try:
            cuda = self.clips.device.type == "cuda"
            with torch.cuda.stream(torch.cuda.Stream(self.clips.device) if cuda else None):
                while not self.leaving.is_set():
                    try:
                        path = self.coming.next(timeout=0.5)
                    except multiprocessing.TimeoutError:
                        continue
                    if path is not None:
                        self.clips.append(torch.load(path, mmap=True, weights_only=True))
                        path.unlink()
        except StopIteration:
            pass
        except Exception as error:
            self.failure = error
            print(f"no more clips after {self.clips.count}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)

    def wait(self, count, patience=300.0):
        """Until so many clips have come. Raises `TrainingError`."""
        begin = time.monotonic()
        while self.clips.count < min(count, self.clips.capacity):
            if self.failure is not None or time.monotonic() - begin > patience:
                raise TrainingError(f"{self.clips.count} of {count} clips came in {time.monotonic() - begin:.0f} s: {self.failure}") from self.failure
            time.sleep(0.2)

    def __exit__(self, *_):
        self.leaving.set()
        self.pool.terminate()
        self.pool.join()
        self.thread.join(10)
        shutil.rmtree(self.folder, ignore_errors=True)
