"""The streaming engine's own prior, through its shared library: training sees what streaming sees.

Build it with `make prior-library` (see training/README.md), or name it in EGOPRIOR_LIBRARY.
"""

import ctypes
import json
import os
from pathlib import Path

import numpy as np

from .errors import PriorLibraryMissing, PriorRefused

REPOSITORY = Path(__file__).resolve().parents[2]
BUILT = REPOSITORY / ".build" / "release" / "libegoprior.so"


class _Settings(ctypes.Structure):
    _fields_ = [("map_capacity", ctypes.c_int32), ("voxel_size_metres", ctypes.c_float)]


class _Frame(ctypes.Structure):
    _fields_ = [("width", ctypes.c_int32), ("height", ctypes.c_int32), ("rgb", ctypes.c_void_p), ("depth", ctypes.c_void_p),
                ("exo_world_to_camera", ctypes.c_void_p), ("ego_world_to_camera", ctypes.c_void_p)]


class _Pictures(ctypes.Structure):
    _fields_ = [("width", ctypes.c_int32), ("height", ctypes.c_int32), ("prior", ctypes.c_void_p),
                ("coverage", ctypes.c_void_p), ("filled", ctypes.c_void_p)]


def library_path():
    """Where the library is, or `None`."""
    named = os.environ.get("EGOPRIOR_LIBRARY")
    path = Path(named).resolve() if named else BUILT  # a name without a folder would be looked for where the system's libraries are
    return path if path.is_file() else None


def load():
    """The library with its functions declared. Raises `PriorLibraryMissing`."""
    path = library_path()
    if path is None:
        raise PriorLibraryMissing(f"{os.environ.get('EGOPRIOR_LIBRARY', BUILT)} is not there; build it with `make prior-library`")
    library = ctypes.CDLL(str(path))
    library.egoprior_create.restype = ctypes.c_void_p
    library.egoprior_create.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Settings), ctypes.c_char_p, ctypes.c_size_t]
    library.egoprior_push.restype = ctypes.c_int32
    library.egoprior_push.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Frame), ctypes.POINTER(_Pictures), ctypes.c_char_p, ctypes.c_size_t]
    library.egocomposer_create.restype = ctypes.c_void_p
    library.egocomposer_create.argtypes = [ctypes.c_int32] * 3 + [ctypes.c_char_p, ctypes.c_size_t]
    library.egocomposer_compose.restype = ctypes.c_int32
    library.egocomposer_compose.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    library.egocomposer_destroy.argtypes, library.egocomposer_destroy.restype = [ctypes.c_void_p], None
    library.egoprior_forget.argtypes = library.egoprior_destroy.argtypes = [ctypes.c_void_p]
    library.egoprior_forget.restype = library.egoprior_destroy.restype = None
    return library


class EngineObject:
    """Something of the engine's that `library.<kind>_create` makes and `<kind>_destroy` ends, with this object or before.

    Raises `PriorLibraryMissing` where the library was not built, and `PriorRefused` with the engine's words where it cannot be made.
    """

    kind = ""
    _handle = None

    def __init__(self, *arguments):
        self._library, self._error = load(), ctypes.create_string_buffer(512)
        self._handle = getattr(self._library, f"{self.kind}_create")(*arguments, self._error, len(self._error))
        if not self._handle:
            raise PriorRefused(self._error.value.decode())

    def _do(self, function, *arguments):
        """Calls a function that returns 0, or says in the error what is wrong."""
        if function(self._handle, *arguments, self._error, len(self._error)) != 0:
            raise PriorRefused(self._error.value.decode())

    def close(self):
        if self._handle:
            getattr(self._library, f"{self.kind}_destroy")(self._handle)
            self._handle = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()


class ProductPrior(EngineObject):
    """One clip's engine. `exo` and `ego` are camera documents as in clip.json.

        with ProductPrior(exo_json, ego_json) as engine:
            prior, coverage, filled = engine.push(rgb, depth_mm, exo_world_to_camera, ego_world_to_camera)
    """

    kind = "egoprior"

    def __init__(self, exo, ego, map_capacity=300_000, voxel_size_metres=0.005):
        self._exo_size = exo["width"], exo["height"]
        turned = ego.get("rotate_clockwise_degrees", 0) in (90, 270)
        self._ego_size = (ego["height"], ego["width"]) if turned else (ego["width"], ego["height"])
        document = json.dumps({"exo": exo, "ego": ego, "depth": {"unit": "millimetre", "kind": "z", "invalid": 0}}).encode()
        super().__init__(document, len(document), _Settings(map_capacity, voxel_size_metres))

    def push(self, rgb, depth, exo_world_to_camera, ego_world_to_camera):
        """One frame: RGB u8 (H, W, 3), depth u16 millimetres (H, W), 3x4 poses.

        Returns prior RGB, coverage (255 seen) and the prior with its holes filled, of the upright ego picture.
        """
        width, height = self._exo_size
        rgb = np.ascontiguousarray(rgb, np.uint8)
        depth = np.ascontiguousarray(depth, np.uint16)
        if rgb.shape != (height, width, 3) or depth.shape != (height, width):
            raise PriorRefused(f"exo {rgb.shape} and depth {depth.shape} do not fit a camera of {width}x{height}")
        poses = [np.ascontiguousarray(pose, np.float32) for pose in (exo_world_to_camera, ego_world_to_camera)]
        if any(pose.shape != (3, 4) for pose in poses):
            raise PriorRefused(f"poses are {poses[0].shape} and {poses[1].shape}; expected 3x4")
        across, down = self._ego_size
        prior, filled = np.empty((2, down, across, 3), np.uint8)
        coverage = np.empty((down, across), np.uint8)
        frame = _Frame(width, height, rgb.ctypes.data, depth.ctypes.data, poses[0].ctypes.data, poses[1].ctypes.data)
        pictures = _Pictures(across, down, prior.ctypes.data, coverage.ctypes.data, filled.ctypes.data)
        self._do(self._library.egoprior_push, frame, pictures)
        return prior, coverage, filled

    def forget(self):
        """Empties the map, for another clip of the same cameras."""
        self._library.egoprior_forget(self._handle)
