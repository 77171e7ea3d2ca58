"""One training clip: drawn, degraded, and seen through the product's own prior."""

import json

import numpy as np

from ..product_prior import ProductPrior
from . import lenses
from .degrade import LARGEST, DepthFaults, PictureFaults, PoseFaults
from .primitives import TAG_ARM, TAG_BODY, TAG_HAND
from .world import NotFilmable, World

VERSION = 1
LEAST_COVERAGE, MOST_ATTEMPTS = 0.15, 40


def exo_height(width):
    """16:9, to whole squares of 16 pixels, which are the model's."""
    return max(1, (width * 9 + 128) // 256) * 16


def shapes_of(frames, width):
    """Name → (dtype, shape) of a clip's arrays."""
    height = exo_height(width)
    exo, ego = (frames, height, width), (frames, width, width)
    return {
        "exo": (np.uint8, (*exo, 3)), "exo_depth": (np.uint16, exo), "exo_depth_true": (np.uint16, exo), "exo_tags": (np.uint8, exo),
        "ego": (np.uint8, (*ego, 3)), "ego_depth": (np.uint16, ego), "ego_tags": (np.uint8, ego),
        "prior": (np.uint8, (*ego, 3)), "coverage": (np.uint8, ego), "filled": (np.uint8, (*ego, 3)),
        "exo_world_to_camera": (np.float32, (frames, 3, 4)), "ego_world_to_camera": (np.float32, (frames, 3, 4)),
        "ego_world_to_camera_true": (np.float32, (frames, 3, 4)),
        "exo_camera": (None, ()), "ego_camera": (None, ()), "action": (None, ()), "fps": (np.float64, ()), "seed": (np.int64, ()),
        "version": (np.int64, ()),
    }


def make_clip(seed, frames, width):
    """(arrays, reasons): a clip, and why earlier draws of the same seed were rejected."""
    reasons = []
    for attempt in range(MOST_ATTEMPTS):
        try:
            return _film(np.random.default_rng([seed, attempt]), seed, frames, width), reasons
        except NotFilmable as reason:
            reasons.append(str(reason))
    raise NotFilmable(f"no usable clip in {MOST_ATTEMPTS} draws: {', '.join(sorted(set(reasons)))}")


def _millimetres(metres):
    return np.clip(np.rint(metres * 1000), 0, LARGEST).astype(np.uint16)


def _check_look(world, seconds):
    """Turns away clips that show nothing, before their frames are drawn."""
    hands = 0.0
    for t in (0.0, 0.5 * seconds, seconds):
        (exo, _), (ego, _) = world.draw(t, small=True)
        _, distance, _ = ego
        seen = distance > 0
        if (distance[seen] < 0.09).mean() > 0.10:
            raise NotFilmable("the ego camera is inside or close before something")
        if ego[0][seen].std() < 14:
            raise NotFilmable("the ego picture is nearly uniform")
        share = np.isin(exo[2], (TAG_HAND, TAG_ARM, TAG_BODY)).mean()
        if share < 0.008:
            raise NotFilmable("the exo camera hardly sees the wearer")
        hands = max(hands, (exo[2] == TAG_HAND).mean())
        if share > 0.5 or (exo[1] < 0.4).mean() > 0.15:
            raise NotFilmable("something stands close before the exo camera")
    # What the hands do is what such cameras are put up for; now and then they do not see it.
    if hands < 0.0004 and world.random.random() < 0.75:
        raise NotFilmable("the exo camera does not see the hands")


def _film(random, seed, frames, width):
    fps = float(random.uniform(10, 20))
    seconds = frames / fps
    height = exo_height(width)
    world = World(random, seconds, width, height, width)
    _check_look(world, seconds)

    perfect = random.random() < 0.15
    depth_faults = DepthFaults(random, height, width, perfect)
    picture_faults = PictureFaults(random)
    ego_faults = PoseFaults(random, *((0, 0) if perfect else (abs(random.normal(0, 0.03)), abs(random.normal(0, 1.5)))))
    exo_faults = PoseFaults(random, *((0, 0) if perfect or world.exo_motion.kind == "still" else (0.006, 0.15)))
    exo_document, ego_document = lenses.documents(world.exo, world.ego)
    off = 1.0 if perfect else float(np.clip(random.normal(1, 0.008), 0.98, 1.02))
    exo_document.update(fx=exo_document["fx"] * off, fy=exo_document["fy"] * off)

    out = {name: np.empty(shape, dtype) for name, (dtype, shape) in shapes_of(frames, width).items() if shape}
    along = world.exo_view.rays[..., 2]  # of a metre along the ray, so much is depth
    with ProductPrior(exo_document, ego_document) as engine:
        for n in range(frames):
            (exo, exo_pose), (ego, ego_pose) = world.draw(n / fps)
            exo_pose, ego_pose = world.in_frame(exo_pose), world.in_frame(ego_pose)
            depth = exo[1] * along
            out["exo"][n], out["exo_tags"][n], out["exo_depth_true"][n] = picture_faults.apply(exo[0]), exo[2], _millimetres(depth)
            out["exo_depth"][n] = depth_faults.apply(depth)
            out["ego"][n], out["ego_tags"][n], out["ego_depth"][n] = ego[0], ego[2], _millimetres(ego[1])
            out["ego_world_to_camera_true"][n] = ego_pose
            out["exo_world_to_camera"][n], out["ego_world_to_camera"][n] = exo_faults.apply(exo_pose), ego_faults.apply(ego_pose)
            out["prior"][n], out["coverage"][n], out["filled"][n] = engine.push(
                out["exo"][n], out["exo_depth"][n], out["exo_world_to_camera"][n], out["ego_world_to_camera"][n])
    if (out["coverage"] > 0).mean() < LEAST_COVERAGE:
        raise NotFilmable("the prior covers too little")
    out.update(exo_camera=np.array(json.dumps(exo_document)), ego_camera=np.array(json.dumps(ego_document)), action=np.array(world.sentence()),
               fps=np.array(fps), seed=np.array(seed, np.int64), version=np.array(VERSION, np.int64))
    return out
