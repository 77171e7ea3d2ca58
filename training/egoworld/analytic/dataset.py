"""A folder of clips: clip_<seed>.npz files, written whole or not at all, and checked before they are believed."""

import os
import zipfile
from pathlib import Path

import numpy as np

from .clip import VERSION, make_clip, shapes_of


class BadClip(Exception):
    """A clip file that cannot be used; the message says why."""


def clip_path(folder, seed):
    return Path(folder) / f"clip_{seed:08d}.npz"


def write_clip(path, arrays):
    """Writes beside the target and renames, so that a reader never meets half a file."""
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            np.savez(file, **arrays)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_clip(path, frames=None, width=None):
    """Raises `BadClip` unless the file holds every array in the right shape. Reads headers, not pixels.

    Returns the frames and the width that it has; those that are asked for are held against it.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = {}
            for name in archive.namelist():
                with archive.open(name) as member:
                    version = np.lib.format.read_magic(member)
                    read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                    shape, _, dtype = read(member)
                    found[name.removesuffix(".npy")] = shape, dtype
                    if archive.getinfo(name).file_size < int(np.prod(shape)) * dtype.itemsize:
                        raise BadClip(f"{path.name}: {name} is cut short")
            with np.load(path) as arrays:
                version = int(arrays["version"]) if "version" in arrays else None
    except BadClip:
        raise
    except Exception as error:  # what a corrupt file raises depends on which of its bytes are wrong
        raise BadClip(f"{path.name}: cannot be read ({type(error).__name__}: {error})") from None
    if version != VERSION:
        raise BadClip(f"{path.name}: version {version}, expected {VERSION}")
    if "exo" not in found:
        raise BadClip(f"{path.name}: exo is missing")
    exo, _ = found["exo"]
    if len(exo) != 4:
        raise BadClip(f"{path.name}: exo is {exo}, expected frames, rows, columns and colours")
    frames, width = exo[0] if frames is None else frames, exo[2] if width is None else width
    for name, (dtype, shape) in shapes_of(frames, width).items():
        if name not in found:
            raise BadClip(f"{path.name}: {name} is missing")
        if found[name][0] != shape or (dtype is not None and found[name][1] != dtype):
            raise BadClip(f"{path.name}: {name} is {found[name][1]}{found[name][0]}, expected {np.dtype(dtype) if dtype else 'text'}{shape}")
    return frames, width


def make_one(folder, seed, frames, width):
    """Makes and writes one clip. Returns the reasons of rejected draws."""
    arrays, reasons = make_clip(seed, frames, width)
    write_clip(clip_path(folder, seed), arrays)
    return reasons
