"""Makes training clips: python -m egoworld.analytic.make_dataset --out DIR --clips N

Clips that are there already are checked and kept, so an interrupted run goes on where it stopped. A clip depends on its seed,
the number of frames and the width alone.
"""

import argparse
import collections
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

SIZES = range(64, 1025, 16)


def arguments(line=None):
    parser = argparse.ArgumentParser(prog="python -m egoworld.analytic.make_dataset", description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for clip_<seed>.npz files")
    parser.add_argument("--clips", type=int, required=True, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="of the first clip; the others count up (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=32, help="a clip, 2 to 256; training wants 16 to 64 (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--width", type=int, default=256, help="of both pictures; exo is 16:9, ego square (default: %(default)s)")
    options = parser.parse_args(line)
    if options.clips < 1 or options.workers < 1 or options.seed < 0:
        parser.error("--clips and --workers are at least 1, --seed at least 0")
    if not 2 <= options.frames <= 256:
        parser.error(f"--frames is {options.frames}; expected 2 to 256 (16 to 64 for training)")
    if options.width not in SIZES:
        parser.error(f"--width is {options.width}; expected a multiple of 16, 64 to 1024")
    return options


def _one(job):
    """(reasons of rejected draws, why there is no clip after all or `None`)."""
    from .dataset import make_one
    from .world import NotFilmable
    try:
        return make_one(*job), None
    except NotFilmable as reason:
        return [], f"seed {job[1]}: {reason}"


def run(options):
    from tqdm import tqdm

    from ..native import library
    from ..product_prior import load
    from ..errors import SizeNotUsable
    from .dataset import BadClip, check_clip, clip_path
    load()
    library.load()  # compiled once, before the workers want it
    options.out.mkdir(parents=True, exist_ok=True)
    jobs, bad = [], []
    for seed in range(options.seed, options.seed + options.clips):
        path = clip_path(options.out, seed)
        if path.exists():
            try:
                size = check_clip(path)
            except BadClip as reason:
                bad.append(str(reason))
                print(f"made again: {reason}", file=sys.stderr)
            else:
                if size != (options.frames, options.width):
                    raise SizeNotUsable(f"{path} is whole and has {size[0]} frames, {size[1]} pixels wide; asked for are {options.frames}, "
                                        f"{options.width} wide: name its --frames and --width to go on, or another --out")
                continue
        jobs.append((options.out, seed, options.frames, options.width))
    kept = options.clips - len(jobs)
    rejected, failed, begin = collections.Counter(), [], time.monotonic()
    # Processes start afresh: the engine's thread pool does not survive a fork.
    context = multiprocessing.get_context("spawn")
    with tqdm(total=len(jobs) * options.frames, unit="pair", desc=str(options.out)) as bar:
        if options.workers == 1 or len(jobs) <= 1:
            results = map(_one, jobs)
            pool = None
        else:
            pool = context.Pool(min(options.workers, len(jobs)))
            results = pool.imap_unordered(_one, jobs)
        try:
            for reasons, failure in results:
                rejected.update(reasons)
                if failure:
                    failed.append(failure)
                bar.update(options.frames)
        finally:
            if pool:
                pool.terminate()
                pool.join()
    seconds = time.monotonic() - begin
    rate = f", {len(jobs) * options.frames / seconds:.1f} pairs/s" if jobs else ""
    print(f"{options.out}: {len(jobs) - len(failed)} clips made{rate}, {kept} kept, {len(bad)} corrupt and made again, {len(failed)} failed")
    for failure in failed:
        print(f"  {failure}")
    for reason, count in rejected.most_common():
        print(f"  {count} draws rejected: {reason}")


def main():
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    options = arguments()
    from ..errors import SampleError
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(options)
    except SampleError as error:
        sys.exit(f"make_dataset: {type(error).__name__}: {error}")
    except OSError as error:
        sys.exit(f"make_dataset: {options.out}: {error}")
    except KeyboardInterrupt:
        sys.exit("make_dataset: stopped; run the same command again to go on")


if __name__ == "__main__":
    main()
