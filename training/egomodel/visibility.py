"""What of an ego picture the exo camera sees in the same moment, by true depth, and what it looks like there."""

import numpy as np

from .geometry_tokens import camera, pixel_rays

TOLERANCE_METRES, TOLERANCE_SHARE = 0.02, 0.02
"""How far behind what the exo camera sees a point may lie and still be it: its depth is known at whole pixels."""


def seen_by_exo(cameras, frame, ego_range, exo_depth, exo):
    """(visible bool [H, W], colours float [H, W, 3] where it is) of frame number `frame`.

    cameras: `Cameras` with true poses. ego_range uint16 [H, W]: millimetres along the ray, 0 where unknown; exo_depth uint16
    [h, w]: millimetres along z; exo uint8 [h, w, 3]. Colours lie between the exo picture's pixels.
    """
    rays, distance = pixel_rays(cameras.ego), ego_range[..., None] / 1000
    world = backwards(cameras.ego_world_to_camera[frame], rays * distance)
    points = world @ cameras.exo_world_to_camera[frame][:, :3].T + cameras.exo_world_to_camera[frame][:, 3]
    height, width = exo_depth.shape
    ahead = np.maximum(points[..., 2], 1e-3)
    place = camera(cameras.exo).project(np.concatenate([points[..., :2], ahead[..., None]], -1).reshape(-1, 3)).reshape(*ahead.shape, 2)
    inside = (points[..., 2] > 0.05) & (place >= 0).all(-1) & (place[..., 0] <= width - 1) & (place[..., 1] <= height - 1)
    known = (rays != 0).any(-1) & (ego_range > 0) & inside
    place = np.where(known[..., None], place, 0)
    x, y = place[..., 0], place[..., 1]
    there = exo_depth[np.rint(y).astype(int), np.rint(x).astype(int)] / 1000
    visible = known & (there > 0) & (np.abs(there - ahead) < TOLERANCE_METRES + TOLERANCE_SHARE * ahead)
    return visible, between(exo.astype(float), x, y)


def backwards(world_to_camera, points):
    """Camera-frame points [..., 3] in the world."""
    return (points - world_to_camera[:, 3]) @ world_to_camera[:, :3]


def between(picture, x, y):
    """[..., C] of a picture [H, W, C] at places within it."""
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, bottom = np.minimum(left + 1, picture.shape[1] - 1), np.minimum(top + 1, picture.shape[0] - 1)
    a, b = (x - left)[..., None], (y - top)[..., None]
    return (picture[top, left] * (1 - a) + picture[top, right] * a) * (1 - b) + (picture[bottom, left] * (1 - a) + picture[bottom, right] * a) * b
