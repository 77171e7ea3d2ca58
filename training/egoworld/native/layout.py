"""NumPy records with the layout of scene.h. Every field is four bytes wide, so nothing is padded."""

import numpy as np

_VEC = (np.float32, 3)

PRIMITIVE = np.dtype([
    ("shape", np.int32), ("tag", np.int32), ("material", np.int32), ("top_material", np.int32), ("flags", np.int32),
    ("centre", *_VEC), ("axes", np.float32, (3, 3)), ("size", *_VEC), ("bound", np.float32)])

MATERIAL = np.dtype([
    ("pattern", np.int32), ("a", *_VEC), ("b", *_VEC), ("c", *_VEC), ("scale", np.float32), ("share", np.float32),
    ("fine", np.float32), ("gloss", np.float32), ("glow", np.float32), ("seed", np.float32), ("axis", *_VEC)])

DECAL = np.dtype([("face", np.int32), ("material", np.int32), ("low_u", np.float32), ("low_v", np.float32),
                  ("high_u", np.float32), ("high_v", np.float32)])

LIGHT = np.dtype([("position", *_VEC), ("colour", *_VEC), ("directional", np.int32), ("shadow", np.int32), ("reach", np.float32)])

ROOM = np.dtype([("low", *_VEC), ("high", *_VEC), ("material", np.int32, 6), ("ambient_above", *_VEC), ("ambient_below", *_VEC),
                 ("corner_shade", np.float32), ("primitive_count", np.int32), ("decal_count", np.int32), ("light_count", np.int32)])

VIEW = np.dtype([("width", np.int32), ("height", np.int32), ("flag", np.int32), ("world_to_camera", np.float32, (3, 4)),
                 ("gain", *_VEC), ("contrast", np.float32), ("saturation", np.float32)])

BOX, ELLIPSOID, CONE, CYLINDER = range(4)
SEEN_BY_EXO, SEEN_BY_EGO, CASTS_SHADOW = 1, 2, 4
EVERYTHING = SEEN_BY_EXO | SEEN_BY_EGO | CASTS_SHADOW

PATTERNS = ("flat", "noise", "stripes", "checks", "tiles", "wood", "dots", "gradient", "patches", "text", "camouflage", "bricks",
            "window", "grass", "keys", "panels", "ball", "weave")
PATTERN = {name: number for number, name in enumerate(PATTERNS)}
