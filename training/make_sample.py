#!/usr/bin/env python3
"""Makes the bundled sample: a synthetic clip of a person at a table, from a tripod and from their own eyes.

    python make_sample.py                                   # ../samples/workbench, as it is in the repository
    python make_sample.py --frames 2 --size 128x96 --out /tmp/tiny

The same seed, size and number of frames give the same clip.
"""

import argparse
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def size(text):
    match = re.fullmatch(r"(\d+)x(\d+)", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r} is not WIDTHxHEIGHT")
    return int(match[1]), int(match[2])


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=HERE.parent / "samples" / "workbench", help="clip folder to write (default: %(default)s)")
    parser.add_argument("--frames", type=int, default=120, help="frames that the whole action is spread over; 120 is its natural pace (default: %(default)s)")
    parser.add_argument("--size", type=size, default=(784, 448), help="exo picture; the ego picture is its height, square (default: 784x448)")
    parser.add_argument("--seed", type=int, default=7, help="textures, books and small moves (default: %(default)s)")
    parser.add_argument("--samples", type=int, choices=(1, 2, 4), default=4, help="rays a pixel (default: %(default)s)")
    parser.add_argument("--depth-step", type=int, default=8, metavar="MM", help="depth is stored in multiples of this, coarser far away (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=3.0, metavar="MB", help="fail if the folder is larger, 10^6 bytes (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="ray-casting threads (default: %(default)s)")
    parser.add_argument("--sheet", type=Path, help="also write a contact sheet (PNG) of exo, depth and ego")
    return parser.parse_args()


def main():
    options = arguments()
    os.environ.setdefault("OMP_NUM_THREADS", str(options.threads))
    sys.path.insert(0, str(HERE))
    from egoworld.errors import FolderTooLarge, SampleError
    try:
        make(options)
        total = sum(f.stat().st_size for f in options.out.iterdir() if f.is_file())
        print(f"{options.out}: {total / 1e6:.2f} MB")
        if total > options.limit * 1e6:
            raise FolderTooLarge(f"{options.out} holds {total / 1e6:.2f} MB, more than {options.limit} MB; try a larger --depth-step")
    except SampleError as error:
        sys.exit(f"make_sample: {type(error).__name__}: {error}")


def make(options):
    from tqdm import tqdm

    from egoworld.clip_folder import ClipFolder, require_ffmpeg
    from egoworld.contact_sheet import ContactSheet
    from egoworld.filming import Filming
    require_ffmpeg()
    width, height = options.size
    folder = ClipFolder(options.out, Filming(width, height, options.frames, options.seed, options.threads, options.samples),
                        options.depth_step)
    sheet = ContactSheet(options.frames)
    for frame in tqdm(range(options.frames), unit="frame", desc=options.out.name):
        sheet.add(frame, *folder.add(frame))
    folder.close(options.out.name, f"egostream synthetic room, seed {options.seed}")
    if options.sheet:
        sheet.write(options.sheet)


if __name__ == "__main__":
    main()
