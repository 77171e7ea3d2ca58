"""Compiles the C sources at first use and calls them through ctypes.

The library lies in training/.cache (or EGOWORLD_CACHE) under a name made from its sources, flags and processor, so a
change of any of them builds anew, and several processes may build at once.
"""

import ctypes
import functools
import hashlib
import os
import platform
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from ..errors import CompilerFailed
from . import layout

SOURCES = Path(__file__).resolve().parent
FLAGS = ["-O3", "-march=native", "-ffast-math", "-std=gnu11", "-shared", "-fPIC"]


def _processor():
    """Something that changes with the instruction set: -march=native must not meet another machine's library."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line for line in lines if line.startswith(("flags", "Features")))
    except (OSError, StopIteration):
        return platform.machine() + platform.processor()


def _compiled():
    compiler = os.environ.get("CC", "cc")
    files = sorted(SOURCES.glob("*.[ch]"))
    digest = hashlib.sha256(" ".join([compiler, *FLAGS, _processor()]).encode())
    for file in files:
        digest.update(file.name.encode() + file.read_bytes())
    folder = Path(os.environ.get("EGOWORLD_CACHE", SOURCES.parents[1] / ".cache"))
    target = folder / f"raycaster-{digest.hexdigest()[:16]}.so"
    if target.is_file():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".so", delete=False) as file:
        built = Path(file.name)
    try:
        sources = [str(file) for file in files if file.suffix == ".c"]
        run = subprocess.run([compiler, *FLAGS, *sources, "-o", str(built), "-lm"], capture_output=True, text=True)
        if run.returncode != 0:
            raise CompilerFailed(f"{compiler} failed on the ray-caster:\n" + "\n".join(run.stderr.splitlines()[-10:]))
        built.rename(target)
    except FileNotFoundError:
        raise CompilerFailed(f"no C compiler called {compiler}; install one (Debian: apt install gcc) or name it in CC") from None
    finally:
        built.unlink(missing_ok=True)
    return target


@functools.cache
def load():
    """The library, compiled if need be. Raises `CompilerFailed`."""
    library = ctypes.CDLL(str(_compiled()))
    pointer, number = ctypes.c_void_p, ctypes.c_int32
    library.render_view.argtypes = [pointer] * 10
    library.render_view.restype = number
    library.cast_rays.argtypes = [pointer, number, number, pointer, number, pointer, pointer]
    library.cast_rays.restype = None
    library.sample_material.argtypes = [pointer, pointer, number, ctypes.c_float, pointer]
    library.sample_material.restype = None
    return library


def _records(array, dtype):
    array = np.ascontiguousarray(array)
    assert array.dtype == dtype, array.dtype
    return array


def render(room, primitives, materials, decals, lights, view, rays):
    """A picture: RGB u8 (H, W, 3), distance along the ray in metres (H, W), tags u8 (H, W). `rays` as `camera_rays` gives them."""
    primitives, materials = _records(primitives, layout.PRIMITIVE), _records(materials, layout.MATERIAL)
    decals, lights = _records(decals, layout.DECAL), _records(lights, layout.LIGHT)
    room = np.array(room, layout.ROOM)
    room["primitive_count"], room["decal_count"], room["light_count"] = len(primitives), len(decals), len(lights)
    view = np.array(view, layout.VIEW)
    height, width = int(view["height"]), int(view["width"])
    assert rays.shape == (height, width, 3) and rays.dtype == np.float32 and rays.flags.c_contiguous
    rgb, tags = np.empty((height, width, 3), np.uint8), np.empty((height, width), np.uint8)
    distance = np.empty((height, width), np.float32)
    arrays = (room, primitives, materials, decals, lights, view, rays, rgb, distance, tags)
    if load().render_view(*(array.ctypes.data for array in arrays)) != 0:
        raise MemoryError(f"no memory for a picture of {width}x{height}")
    return rgb, distance, tags


def cast(primitives, origins, directions, limit=1e9, flags=layout.EVERYTHING):
    """(distance, primitive) of the first hit along each ray (N, 3); `limit` and -1 where there is none. The room is left out."""
    primitives = _records(primitives, layout.PRIMITIVE)
    directions = np.asarray(directions, np.float32)
    rays = np.ascontiguousarray(np.concatenate([np.broadcast_to(origins, directions.shape), directions], 1), np.float32)
    distance, which = np.empty(len(rays), np.float32), np.empty(len(rays), np.int32)
    distance[:] = limit
    load().cast_rays(primitives.ctypes.data, len(primitives), flags, rays.ctypes.data, len(rays), distance.ctypes.data, which.ctypes.data)
    return distance, which


def material_colours(material, points, uv, footprint):
    """Linear RGB (N, 3) of one material at local points (N, 3) with surface coordinates (N, 2), metres."""
    material = _records(np.atleast_1d(material), layout.MATERIAL)
    places = np.ascontiguousarray(np.concatenate([points, uv], 1), np.float32)
    rgb = np.empty((len(places), 3), np.float32)
    load().sample_material(material.ctypes.data, places.ctypes.data, len(places), footprint, rgb.ctypes.data)
    return rgb
